// Collections: the list of them, the tree of one, and the editor of an example.
import { address, get, Latest, post, remove } from "../core/api.js"
import { atMost, bdi, button, h, later, replace, shown } from "../core/dom.js"
import { follow } from "../core/events.js"
import { count, number, statusClass } from "../core/format.js"
import { keys } from "../core/keys.js"
import { current, go, link, set } from "../core/router.js"
import { changed, changing, lastChange, onChanges, revisions, takeBack } from "../parts/changes.js"
import { addRequest, create, drop, importFile, rename, tryOut, versions, whereTo } from "../parts/collection-dialogs.js"
import { forget, isUnsaved } from "../parts/example-editor.js"
import { find, place, plant, rows, without } from "../parts/example-tree.js"
import { ItemChanges } from "../parts/item-changes.js"
import { failed, say } from "../parts/toast.js"
import { dragRows } from "../parts/tree-drag.js"
import "../parts/virtual-list.js"

const page = 10_000
/** Collections with more examples begin with their folders closed. */
const fewExamples = 300
/** Keys of nodes that are not as they begin, by collection. */
const turned = new Map()

export default class CollectionsView extends HTMLElement {
  #collections
  #collection
  #listing = []
  #root = plant([])
  /** The tree of everything, where `#root` is of what the filter lets through. */
  #whole = this.#root
  #rows = []
  #example
  #words = []
  #isRevealed = true
  #tree = document.createElement("virtual-list")
  #editor = document.createElement("example-editor")
  #type = later(80, () => set({ q: this.#search.value }))
  #search = h("input", { type: "search", autocomplete: "off", "aria-label": "Filter", onInput: this.#type })
  #undo = button("Undo", () => takeBack())
  #list = h("nav", { "aria-label": "Collections", class: "pane list" })
  #head = h("div", {})
  #empty = h("div", { class: "empty" })
  #back = h("p", { class: "back" })
  #nothing = h("div", { class: "empty" }, h("h2", {}, "Choose an example"), h("p", {}, "What it answers, and to which request, is shown and changed here."))
  #named = h("span", { class: "label" })
  #act = (label, title, run, kind = "") => button(label, () => run(this.#rows[this.#tree.active]), `small ${kind}`, { title, "aria-label": title })
  #bar = h("div", { class: "row-of chosen", role: "group", "aria-label": "What is chosen in the tree" }, this.#named,
    this.#act("Rename", "Rename what is chosen (F2)", (node) => this.#rename(node)),
    this.#act("Move", "Move what is chosen to another folder", (node) => this.#relocate(node)),
    this.#act("↑", "What is chosen one up (Alt+↑)", (node) => this.#step(node, -1)), this.#act("↓", "What is chosen one down (Alt+↓)", (node) => this.#step(node, 1)),
    this.#act("Delete", "Delete what is chosen (Delete)", (node) => this.#remove(node), "danger"))
  #loads = new Latest()
  #problem
  #isBusy = false
  /** What happens while it loads does not begin that again: it would never end. */
  #soon = atMost(250, async () => {
    if (this.#isBusy) return this.#soon()
    this.#isBusy = true
    await Promise.allSettled([this.#load(), this.#editor.reload()])
    this.#isBusy = false
  })
  #items = new ItemChanges(((view) => ({
    get collection() { return view.#collection?.id }, get listing() { return view.#listing },
    show: (listing, was, is) => view.#show(listing, was, is), reload: () => view.isConnected && view.#soon(),
  }))(this))
  #ends = []

  connectedCallback() {
    Object.assign(this.#tree, {
      label: "Requests and examples", render: (node) => this.#row(node), onOpen: (node) => this.#open(node), onRow: (element, node) => this.#describe(element, node),
      onDraw: () => this.#choose(),
      source: { count: 0, item: (index) => this.#rows[index], key: (node) => node.key, need: () => {} },
    })
    this.#tree.addEventListener("keydown", (event) => this.#key(event))
    dragRows(this.#tree, (index) => this.#rows[index], (from, over, height) => this.#target(from, over, height))
    this.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault())
    this.addEventListener("drop", (event) => this.#dropFile(event))
    Object.assign(this.#editor, { tools: (answer) => this.#tools(answer), onChange: (id, view) => this.#edited(id, view) })
    this.append(
      h("div", { class: "bar" }, h("h1", {}, "Collections"), this.#search, this.#undo,
        button("New collection", create), button("Import", () => importFile())),
      h("div", { class: "panes" }, this.#list,
        h("section", { class: "pane tree", "aria-label": "Collection" }, this.#head, this.#tree, this.#bar, this.#empty),
        h("section", { class: "pane edit", "aria-label": "Example" }, this.#back, this.#nothing, this.#editor)))
    this.#tree.setAttribute("role", "tree")
    this.#ends = [
      keys(this, [
        { key: "/", what: "Filter", run: () => this.#search.focus() },
        { key: "Ctrl+s", what: "Save the example", run: () => void this.#editor.save() },
        { key: "Ctrl+z", what: "Take back the last saved change", run: ({ target }) => (target.matches("input, textarea, select") ? false : void takeBack()) },
        { key: "ArrowDown", what: "Into the tree (Alt with arrows moves a row, F2 renames it, Delete deletes it)", run: () => this.#tree.focus() },
      ]),
      follow(["collection-changed", "mock-created", "mock-changed", "mock-deleted", "caught-up"], () => this.#soon()),
      onChanges(() => (this.#sayUndo(), this.#soon())),
    ]
    this.#sayUndo()
  }

  disconnectedCallback() {
    for (const end of this.#ends) end()
    this.#soon.cancel?.()
    this.#type.cancel()
    this.#loads.stop()
  }

  show({ parts: [id, example], query }) {
    this.#words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean)
    if (document.activeElement !== this.#search) this.#search.value = query.get("q") ?? ""
    this.#search.placeholder = id ? "Filter: method, path, name, status" : "Filter collections"
    this.dataset.depth = example ? 2 : id ? 1 : 0
    const isOther = id !== this.#id
    this.#id = id
    this.#isRevealed = example === this.#example && this.#isRevealed
    this.#example = example
    replace(this.#back, h("a", { href: link(["collections", id ?? ""]) }, "‹ Back to the tree"))
    this.#editor.hidden = !example
    this.#editor.open(example, id)
    if (isOther || !this.#collections) {
      this.#listing = []
      this.#loaded = this.#problem = undefined
      this.#load()
    }
    this.#draw()
  }
  #id
  #drawn
  /** What the listing is of; undefined until it is there. */
  #loaded

  // MARK: Loading

  async #load() {
    const id = this.#id
    try {
      const found = await this.#loads.run(async (signal) => {
        const examples = (offset) => get("examples", { collection: id, limit: page, offset }, { signal })
        const gone = (error) => { if (error.status !== 404) throw error }
        const [{ collections }, first] = await Promise.all([get("collections", null, { signal }), id && examples(0).catch(gone)])
        for (let offset = page; first && offset < first.total; offset += page) first.examples.push(...(await examples(offset)).examples)
        return { collections, listing: first ? withFolders(first) : [] }
      })
      if (!found || this.#id !== id) return
      if (this.#items.pending > 0) return this.#soon()
      // The only one is the one that people mean.
      const isOnly = !id && !this.#collections && !this.#words.length && found.collections.length === 1
      this.#collections = found.collections
      this.#listing = found.listing
      this.#loaded = id ?? ""
      this.#problem = undefined
      if (isOnly) return location.replace(link(["collections", found.collections[0].id]))
    } catch (error) {
      if (this.#id !== id) return
      // What is shown stays.
      if (this.#loaded !== undefined) return failed(error)
      this.#problem = error
    }
    this.#draw()
  }

  // MARK: Drawing

  #draw() {
    this.#collection = this.#collections?.find((one) => one.id === this.#id || one.slug === this.#id)
    // Drawn again only when they say something else: who is about to press a button keeps the focus.
    const now = JSON.stringify([this.#id, this.#collections, !this.#id && this.#words])
    if (now !== this.#drawn) {
      this.#drawn = now
      this.#drawList()
      this.#drawHead()
    }
    const found = this.#listing.filter((entry) => {
      if (this.#words.length === 0) return true
      if (!entry.id) return false
      const text = `${entry.method} ${entry.path} ${entry.name} ${entry.item} ${entry.status} ${entry.folders.join("/")}`.toLowerCase()
      return this.#words.every((word) => text.includes(word))
    })
    this.#root = plant(found)
    this.#whole = found.length === this.#listing.length ? this.#root : plant(this.#listing)
    this.#unfold()
  }

  /** What is in sight of the tree; an example that was just named by the address is. */
  #unfold() {
    const begin = this.#listing.length <= fewExamples || this.#words.length > 0
    const isOpen = (node) => begin !== (turned.get(this.#id)?.has(node.key) ?? false)
    const cursor = this.#rows[this.#tree.active]?.key
    this.#rows = rows(this.#root, isOpen)
    if (cursor !== undefined) this.#tree.active = this.#rows.findIndex(({ key }) => key === cursor)
    if (!this.#isRevealed && this.#listing.length > 0) {
      const target = this.#example && find(this.#root, this.#example)
      this.#isRevealed = Boolean(target)
      for (let node = target?.parent; node?.parent; node = node.parent) if (!isOpen(node)) this.#turn(node)
      this.#rows = rows(this.#root, isOpen)
      if (target) setTimeout(() => this.#tree.reveal(this.#rows.indexOf(target)))
    }
    this.#tree.source.count = this.#rows.length
    this.#tree.hidden = this.#rows.length === 0
    this.#tree.update()
    this.#empty.hidden = !this.#tree.hidden
    this.#bar.hidden = this.#tree.hidden
    this.#nothing.hidden = Boolean(this.#example) || this.#tree.hidden
    if (this.#empty.hidden) return
    replace(this.#empty,
      this.#problem ? [h("p", {}, this.#problem.message), button("Try again", () => this.#load())]
      : this.#loaded === undefined ? h("p", {}, "Loading…")
      : !this.#id ? this.#collections.length > 0 ? h("h2", {}, "Choose a collection")
        : [h("h2", {}, "There is no collection yet"), h("p", {}, "Record one, or import a file: drop it here."), h("pre", {}, "understudy record https://api.example.com")]
        : !this.#collection ? [h("h2", {}, "There is no such collection any more"), h("a", { href: link("collections") }, "All collections")]
          : this.#words.length > 0 ? [h("h2", {}, "Nothing here matches the filter"), button("Show everything", () => set({ q: null }))]
            : [h("h2", {}, "No example yet"), h("p", {}, "“Add request” makes the first.")])
  }

  #drawList() {
    const words = this.#id ? [] : this.#words
    const all = (this.#collections ?? []).filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    replace(this.#list, h("ul", {}, all.slice(0, 500).map((one) => h("li", {},
      h("a", { href: link(["collections", one.id]), "aria-current": one === this.#collection ? "page" : null }, bdi(one.name, 120),
        h("span", { class: "dim" }, [Number.isInteger(one.examples) && count(one.examples, "example"), one.mocks?.length > 0 && count(one.mocks.length, "mock server"),
          one.tags.length > 0 && count(one.tags.length, "version")].filter(Boolean).join(", ")))))),
      all.length > 500 && h("p", { class: "note" }, `${number(all.length - 500)} more: type a part of the name above.`))
  }

  #drawHead() {
    const one = this.#collection
    const small = (label, run, kind = "small") => button(label, run, kind)
    replace(this.#head, one && [
      h("p", { class: "back" }, h("a", { href: link("collections") }, "‹ Collections")),
      h("h2", {}, bdi(one.name, 120)),
      one.mocks?.length > 0 && h("p", { class: "note" }, "Served by ", one.mocks.slice(0, 5).map((mock, index) => [index > 0 && ", ", h("a", { href: link(["mocks", mock.id]) }, shown(mock.name, 60))])),
      h("div", { class: "row-of" },
        h("a", { class: "button primary small", href: link(["mocks", "new"], { collection: one.id }) }, "Mock this collection"),
        small("Add request", () => this.#added(addRequest(one, this.#listing))),
        small("Versions", () => versions(one)), small("Rename", () => rename(one)),
        h("a", { class: "button small", href: address(["export", "collections", one.id]), download: "" }, "Export"),
        small("Delete", () => drop(one), "small danger")),
    ])
  }

  #row(node) {
    const { example } = node
    const twist = h("span", { class: "twist", "aria-hidden": "true" }, node.children.length > 0 ? (node.isOpen ? "▾" : "▸") : "")
    if (!example) return [twist, h("span", { class: "label" }, bdi(node.label || "(no name)", 200)), h("span", { class: "dim number" }, number(node.count ?? node.children.length))]
    const isNamed = node.place !== node && example.item !== `${example.method} ${example.path.split("?")[0]}`
    return [
      twist, bdi(example.method, 10, { class: "method" }),
      h("span", { class: "label" }, isNamed && [bdi(example.item, 100), " "], node.place !== node && bdi(example.path, 300, { class: isNamed && "dim" }), " ", bdi(example.name, 100, { class: "dim" })),
      isUnsaved(example.id, this.#id) && h("span", { class: "dot", title: "Unsaved changes" }, "●"),
      h("span", { class: `status ${statusClass(example.status)}` }, example.status),
    ]
  }

  #describe(element, node) {
    element.setAttribute("role", "treeitem")
    element.setAttribute("aria-level", node.level)
    element.setAttribute("aria-posinset", node.place.index + 1)
    element.setAttribute("aria-setsize", node.place.parent.children.length)
    if (node.children.length > 0) element.setAttribute("aria-expanded", node.isOpen)
    else element.removeAttribute("aria-expanded")
    element.style.paddingLeft = `${0.4 + Math.min(node.level - 1, 12)}rem`
    element.draggable = true
    element.classList.toggle("current", node.key === this.#example)
  }

  #sayUndo() {
    const step = lastChange()
    this.#undo.disabled = !step
    this.#undo.title = step ? `Take back: ${step.label} (Ctrl+Z)` : "Nothing was changed yet"
  }

  // MARK: The tree

  #open(node) {
    if (node.example) return go(["collections", this.#id, node.key], { q: current().query.get("q") })
    this.#turn(node)
    this.#unfold()
  }

  #turn(node) {
    if (!turned.has(this.#id)) turned.set(this.#id, new Set())
    const set = turned.get(this.#id)
    if (!set.delete(node.key)) set.add(node.key)
  }

  #key(event) {
    const node = this.#rows[this.#tree.active]
    if (!node || event.ctrlKey || event.metaKey) return
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (event.altKey && step) this.#step(node, step)
    else if (event.altKey) return
    else if (event.key === "ArrowRight" && node.children.length > 0) {
      if (node.isOpen) this.#tree.reveal(this.#tree.active + 1)
      else this.#open(node)
    } else if (event.key === "ArrowLeft") {
      if (node.isOpen) this.#open(node)
      else this.#tree.reveal(Math.max(0, this.#rows.indexOf(node.place.parent)))
    } else if (event.key === "Delete") this.#remove(node)
    else if (event.key === "F2") this.#rename(node)
    else return
    event.preventDefault()
    event.stopImmediatePropagation()
  }

  /** What dropping `from` on a row does, by how far down the row it is held. */
  #target(from, node, height) {
    const item = place(from)
    const over = place(node)
    const next = height < 0.5 ? over : over.parent.children[over.index + 1]
    const beside = height < 0.5 ? "before" : "after"
    if (item.kind === "example") {
      if (over.kind === "folder") return { how: "into", run: () => this.#move(from, { folder: over.path, at: "end" }) }
      return over.parent === item.parent && over !== item && next !== item && { how: beside, run: () => this.#move(from, { before: next?.key ?? null }) }
    }
    for (let around = over; around; around = around.parent) if (around === item) return undefined
    if (over.kind === "example") return undefined
    if (over.kind === "folder" && height > 0.3) return { how: "into", run: () => this.#moveItem(from, over.path) }
    return { how: beside, run: () => this.#moveItem(from, over.parent.path ?? [], next) }
  }

  #dropFile(event) {
    const [file] = event.dataTransfer.files
    if (!file) return
    event.preventDefault()
    importFile(file)
  }

  // MARK: Requests and folders

  /** The request or folder that a node stands for, in the tree of everything; nothing for one of several examples. */
  #item(node) {
    const found = find(this.#whole, (node.kind === "request" ? node.children[0] : node).key)
    const item = node.kind === "request" ? found?.parent : found && place(found)
    return item?.kind === "example" ? undefined : item
  }

  /** Says what the buttons below the tree are about. */
  #choose() {
    const node = this.#rows[this.#tree.active]
    if (node === this.#told) return
    this.#told = node
    const item = node && this.#item(node)
    replace(this.#named, !node ? h("span", { class: "dim" }, "Choose a row to arrange it.") : [h("span", { class: "dim" }, `${(item ?? node).kind} `), bdi((item ?? node).label || "(no name)", 120)])
    for (const one of this.#bar.querySelectorAll("button")) one.disabled = !node
    this.#bar.querySelector("button").disabled = !item
  }

  #told = null

  /** Another listing, until the server's comes. A folder that has another key by that stays as open as it was, and the cursor on it. */
  #show(listing, was, is) {
    const now = (key) => (key === was || key.startsWith(`${was}\u0000`) ? is + key.slice(was.length) : key)
    if (turned.has(this.#id)) turned.set(this.#id, new Set([...turned.get(this.#id)].map(now)))
    for (const row of this.#rows) row.key = now(row.key)
    this.#listing = listing
    const cursor = this.#tree.active
    this.#draw()
    // Where its row is gone, the next one has the cursor.
    if (cursor >= 0) this.#tree.reveal(this.#tree.active < 0 ? cursor : this.#tree.active)
  }

  #moveItem(node, into, next) {
    const item = this.#item(node)
    if (item) this.#items.move(item, into, next && this.#item(next))
    else say("The filter hides other examples of its request: empty it first.")
  }

  #rename(node) {
    const item = this.#item(node)
    if (item) this.#items.rename(item)
  }

  async #relocate(node) {
    const path = node.example?.folders ?? node.parent.path ?? []
    const item = this.#item(node)
    const id = this.#id
    const folder = await whereTo({ folders: path }, item ? without(this.#listing, item) : this.#listing)
    if (!folder || this.#id !== id) return
    if (item) this.#moveItem(node, folder)
    else this.#move(node, { folder, at: "end" })
  }

  async #remove(node) {
    const item = node.example ? undefined : this.#item(node)
    if (node.example) return this.#delete(node.example)
    if (!item) return
    await this.#items.delete(item)
    if (this.#example && !this.#listing.some(({ id }) => id === this.#example)) go(["collections", this.#id], { q: current().query.get("q") })
  }

  // MARK: Changing

  #tools(answer) {
    // A new one may not be in the tree yet.
    const here = async (work) => {
      for (let tries = 0; tries < 3 && !find(this.#root, answer.id); tries += 1) await this.#load()
      const node = find(this.#root, answer.id)
      if (node) work(node)
      else say("The filter hides this example: empty it first.")
    }
    const entry = () => this.#listing.find(({ id }) => id === answer.id) ?? { id: answer.id, ...answer.view }
    const small = (label, run, title) => button(label, run, "small", { title, "aria-label": title })
    const reorder = (step) => here((node) => this.#step(node, step))
    return [
      small("Try it", () => tryOut(answer, this.#collection)),
      small("Duplicate", () => this.#added(post(["examples", answer.id, "duplicate"], undefined, { query: { collection: answer.collectionId } }))),
      small("New example", () => this.#added(post(["collections", answer.collection, "examples"], {
        item: answer.item, method: answer.view.method, target: answer.view.target, name: "200 OK", status: 200,
      })), "One more answer to this request"),
      small("Move", () => here((node) => this.#relocate(node)), "Move to another folder"),
      small("↑", () => reorder(-1), "One up (Alt+↑)"), small("↓", () => reorder(1), "One down (Alt+↓)"),
      button("Delete", () => this.#delete(entry()), "small danger"),
    ]
  }

  /** What was edited shows in the tree at once. */
  #edited(id, view) {
    const entry = this.#listing.find((one) => one.id === id)
    if (entry) Object.assign(entry, { method: view.method, path: view.target, name: view.name, status: view.status })
    this.#tree.update()
  }

  /** Goes to an example that is being made; `work` gives it. */
  #added(work) { return changing(this.#addedNow(work)) }

  async #addedNow(work) {
    try {
      const answer = await work
      if (!answer?.id) return
      const { id, collectionId: collection } = answer
      revisions.set(id, answer.revision)
      changed(`new example ${shown(answer.view.method, 20)} ${shown(answer.view.target, 80)}`, async () => {
        await remove(["examples", id], { revision: revisions.get(id), query: { collection } })
        forget(id, collection)
      })
      this.#isRevealed = false
      go(["collections", this.#id, id])
    } catch (error) {
      failed(error)
    }
  }

  #delete(entry) { return changing(this.#deleteNow(entry)) }

  async #deleteNow(entry) {
    const { id } = entry
    const label = `deletion of ${shown(entry.method, 20)} ${shown(entry.path ?? entry.target, 80)}`
    const collection = this.#collection.id
    const before = this.#listing
    this.#listing = before.filter((one) => one.id !== id)
    this.#draw()
    try {
      // Who looks at it deletes what is shown, and not what somebody else made of it since.
      const { undo } = await remove(["examples", id], { query: { collection }, revision: id === this.#example ? revisions.get(id) : undefined })
      forget(id, collection)
      if (id === this.#example) go(["collections", this.#id])
      const step = changed(label, async () => {
        const back = await post(["collections", collection, "examples", "restore"], { undo })
        revisions.set(id, back.revision)
      })
      say(`Deleted: ${entry.name}.`, { action: { label: "Undo", run: () => takeBack(step) } })
    } catch (error) {
      this.#listing = before
      this.#draw()
      failed(error)
    }
  }

  /** One place up or down among its siblings. */
  #step(node, step) {
    const item = place(node)
    const siblings = item.parent.children
    const target = siblings[item.index + step]
    if (!target) return say(`There is nothing ${step < 0 ? "above" : "below"} it here: Move puts it into another folder.`)
    const next = step < 0 ? target : siblings[item.index + 2]
    if (item.kind === "example") this.#move(item, { before: next?.key ?? null })
    else this.#moveItem(node, item.parent.path ?? [], next)
  }

  #move(node, to) { return changing(this.#moveNow(node, to)) }

  async #moveNow(node, to) {
    const id = node.key
    const siblings = node.parent.children
    const next = siblings[node.index + 1]?.key
    const previous = siblings[node.index - 1]?.key
    const { folders, collection } = node.example
    const send = async (one, place) => revisions.set(one, (await post(["examples", one, "move"], place, { query: { collection } })).revision)
    const before = this.#listing
    const entry = before.find((one) => one.id === id)
    const rest = before.filter((one) => one !== entry)
    if (!to.folder) {
      const last = siblings.findLast((one) => one !== node).key
      const at = to.before ? rest.findIndex((one) => one.id === to.before) : rest.findIndex((one) => one.id === last) + 1
      this.#listing = rest.toSpliced(at, 0, entry)
      this.#draw()
    }
    try {
      await send(id, to)
      this.#isRevealed = false
      changed(`move of ${shown(node.example.method, 20)} ${shown(node.example.path, 80)}`, async () => {
        if (next) return send(id, { before: next })
        if (!previous) return send(id, { folder: folders, at: "end" })
        // Back to the end of its request's: before the one that was before it, and that one before it.
        await send(id, { before: previous })
        await send(previous, { before: id })
      })
    } catch (error) {
      this.#listing = before
      this.#draw()
      failed(error)
    }
  }
}

/** Examples with the folders that have none, each in its place. */
function withFolders({ examples, emptyFolders = [] }) {
  const before = (id) => emptyFolders.filter((one) => one.before === id).map(({ path }) => ({ folders: path }))
  const marks = new Set(emptyFolders.map((one) => one.before))
  return [...examples.flatMap((one) => (marks.has(one.id) ? [...before(one.id), one] : [one])), ...before(null)]
}

customElements.define("collections-view", CollectionsView)
