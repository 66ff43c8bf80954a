// History: everything that was recorded, by day and by what is in it; one exchange beside the list, or many made into something.
import { get, Latest, patch, post, remove } from "../core/api.js"
import { bdi, h, later, perFrame, replace } from "../core/dom.js"
import { follow } from "../core/events.js"
import { count, number } from "../core/format.js"
import { keys } from "../core/keys.js"
import { may } from "../core/me.js"
import { current, go, link, set } from "../core/router.js"
import { copyButton } from "../parts/copy.js"
import { confirm, dialog, field } from "../parts/dialog.js"
import { exchangeRow, exchangeRowHead, matches, results } from "../parts/exchange-row.js"
import { Pages } from "../parts/pages.js"
import { failed, say } from "../parts/toast.js"
import "../parts/virtual-list.js"
import { ExchangeView } from "./exchange.js"

const today = () => new Date().toISOString().slice(0, 10)
/** What the API calls them, and the address. `q` is there what `search` is here. */
const names = ["date", "method", "status", "host", "result", "session", "mock"]
const mostFound = 5000
/** Milliseconds that a step of a search may take. */
const stepTime = 120

/** All that the filters find, as what is selected. */
class Everything extends Set {
  has() { return true }
}

export default class HistoryView extends HTMLElement {
  #filters = {}
  #filterKey
  #anchor
  #newer = 0
  #run = new Latest()
  #search = null
  #pages = new Pages(async (offset, limit, signal) => (await get("history", { ...this.#filters, before: this.#anchor, offset, limit }, { signal })).exchanges, () => this.#draw())
  #list = document.createElement("virtual-list")
  #input = h("input", {
    type: "search", placeholder: "Search URL, fields and bodies", "aria-label": "Search the history", autocomplete: "off",
    onInput: later(150, () => set({ q: this.#input.value })),
  })
  #date = this.#select("date", "Day, UTC")
  #method = this.#select("method", "Method")
  #result = this.#select("result", "What became of it")
  #session = this.#select("session", "Session")
  #status = this.#choice("status", "Status: 404, 5xx, failed", ["2xx", "3xx", "4xx", "5xx", ">=400", "failed"])
  #host = this.#choice("host", "Host", [])
  #note = h("p", { class: "note row-of", role: "status" })
  #actions = h("div", { class: "bar" })
  #empty = h("div", { class: "empty", hidden: true })
  #pane = h("section", { class: "pane", "aria-label": "Exchange", tabindex: "-1" })
  #exchange
  #open = null
  #shownInPane
  #draw = perFrame(() => this.#update())
  #ends = []

  #select(name, label) {
    return h("select", { "aria-label": label, onChange: (event) => set({ [name]: event.target.value }) })
  }

  #choice(name, label, values) {
    const id = `history-${name}`
    const list = h("datalist", { id }, values.map((value) => h("option", { value })))
    const input = h("input", { "aria-label": label, placeholder: label, list: id, size: "10", autocomplete: "off", onChange: (event) => set({ [name]: event.target.value.trim() }) })
    return { list, input }
  }

  connectedCallback() {
    Object.assign(this.#list, {
      label: "Exchanges", isMultiple: true, render: exchangeRow,
      source: { count: 0, item: (index) => this.#item(index), key: (item) => item.id, need: (from, to) => this.#search || this.#pages.need(from, to) },
      onOpen: (item) => this.#goTo(item.id), onSelect: () => this.#selected(),
    })
    this.#exchange = Object.assign(new ExchangeView(), {
      actions: [
        ...(may("admin") ? [
          { label: "Save as example", run: ({ id }) => this.#save({ exchanges: [id] }, "this exchange") },
          { label: "Mock this", run: ({ id, request }) => this.#mock({ exchanges: [id] }, "this exchange", request.fields.find(({ name }) => name.toLowerCase() === "host")?.value) },
        ] : []),
        ...(may("admin") ? [{ label: "Delete", kind: "danger", run: ({ id }) => this.#delete([id]) }] : []),
      ],
    })
    const filters = h("div", { class: "bar filters" }, this.#date, this.#method, this.#status.input, this.#host.input, this.#result, this.#session)
    const toggle = h("button", {
      type: "button", class: "toggle", "aria-expanded": "false",
      onClick: () => toggle.setAttribute("aria-expanded", filters.classList.toggle("open")),
    }, "Filters")
    this.append(
      h("div", { class: "found" }, h("h1", {}, "History"), h("div", { class: "bar" }, this.#input, toggle), filters, this.#status.list, this.#host.list,
        this.#note, this.#actions, exchangeRowHead(), this.#list, this.#empty),
      this.#pane)
    const step = (by) => () => this.#open !== null && this.#step(by)
    const scope = keys(this, [
      { key: "j", what: "Next exchange, while one is open", run: step(1) }, { key: "k", what: "The one before", run: step(-1) },
      { key: "ArrowDown", what: "Into the list; next exchange", run: () => (this.#open === null ? this.#list.focus() : this.#step(1)) },
      { key: "ArrowUp", what: "The one before", run: step(-1) },
      { key: "Escape", what: "Close the exchange", run: () => this.#close() },
    ])
    // Before the list has them.
    this.addEventListener("keydown", (event) => {
      if (event.target !== this.#list || event.altKey) return
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (by && this.#open !== null && !event.shiftKey) this.#step(by)
      else if (event.key === "a" && (event.ctrlKey || event.metaKey)) this.#selectAll()
      else return
      event.preventDefault()
      event.stopPropagation()
    }, true)
    this.#ends = [
      scope,
      follow("exchange", (entry) => this.#arrived(entry)),
      follow("exchanges-left-out", ({ count }) => { this.#newer += count; this.#draw() }),
      follow("caught-up", () => (this.#loadChoices(), this.#load())),
    ]
    this.#loadChoices()
  }

  disconnectedCallback() {
    for (const end of this.#ends) end()
    this.#run.stop()
    this.#pages.stop()
  }

  show({ parts, query }) {
    this.#filters = Object.fromEntries([["search", query.get("q")], ...names.map((name) => [name, query.get(name)])].filter(([, value]) => value))
    const key = JSON.stringify(this.#filters)
    if (key !== this.#filterKey) {
      this.#filterKey = key
      this.#fillChoices()
      this.#load()
    }
    this.#showPane(parts, query)
  }

  // MARK: Filters

  #days = []
  #sessions = []

  async #loadChoices() {
    try {
      const [stats, { sessions }] = await Promise.all([get("history/stats".split("/")), get("sessions")])
      this.#days = stats.byDay
      this.#sessions = sessions.filter(({ session }) => session !== "")
      replace(this.#host.list, stats.byHost.map(({ name }) => h("option", { value: name })))
      this.#fillChoices()
    } catch (error) {
      failed(error)
    }
  }

  #fillChoices() {
    const fill = (select, name, all, options) => {
      const chosen = this.#filters[name] ?? ""
      if (chosen && !options.some(([value]) => value === chosen)) options.push([chosen, chosen])
      replace(select, [["", all], ...options].map(([value, label]) => h("option", { value, selected: value === chosen }, label)))
    }
    const days = this.#days.filter(({ name }) => name !== today()).map((day) => [day.name, `${day.name} (${number(day.exchanges)})`])
    fill(this.#date, "date", "All days", [[today(), "Today"], ...days.sort().reverse()])
    fill(this.#method, "method", "Any method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map((one) => [one, one]))
    fill(this.#result, "result", "Everything", results.map((one) => [...one]))
    fill(this.#session, "session", "Any session", this.#sessions.map(({ session }) => [session, session]))
    for (const [input, value] of [[this.#input, this.#filters.search], [this.#status.input, this.#filters.status], [this.#host.input, this.#filters.host]]) {
      if (document.activeElement !== input) input.value = value ?? ""
    }
  }

  get #isFiltered() { return Object.keys(this.#filters).length > 0 }

  // MARK: The list

  #item(index) {
    return this.#search ? this.#search.found[index] : this.#pages.item(index)
  }

  /** From the newest on. What comes later moves no row: it is counted. */
  async #load() {
    this.#pages.stop()
    this.#pages = new Pages(this.#pages.load, this.#pages.changed)
    this.#newer = 0
    this.#search = null
    this.#list.clearSelection()
    try {
      if (this.#filters.search) return await this.#run.run((signal) => this.#find(signal))
      const page = await this.#run.run((signal) => get("history", { ...this.#filters, limit: 100, count: true }, { signal }))
      if (!page) return
      this.#anchor = (page.exchanges[0]?.id ?? 0) + 1
      this.#pages.put(0, page.exchanges)
      this.#list.source.count = page.total ?? page.exchanges.length
      this.#problem = null
    } catch (error) {
      this.#list.source.count = 0
      this.#problem = error
    }
    this.#list.scrollTo0()
    this.#list.active = -1
    this.#draw()
  }
  #problem = null

  /** Looks through everything in steps that are short, so that what is found shows up at once and another search can begin. */
  async #find(signal) {
    const { search, ...others } = this.#filters
    const state = (this.#search = { found: [], scanned: 0, total: null, before: null, isDone: false, isStopped: false })
    this.#list.source.count = 0
    this.#list.scrollTo0()
    this.#list.active = -1
    get("history", { ...others, limit: 1, count: true }, { signal }).then(({ total }) => { state.total = total; this.#draw() }, () => {})
    await this.#findOn(state, signal)
  }

  async #findOn(state, signal) {
    let scan = 1000
    let most = state.found.length + mostFound
    state.isStopped = false
    while (!state.isDone && !state.isStopped) {
      const start = performance.now()
      const page = await get("history", { ...this.#filters, limit: 200, scan, before: state.before }, { signal })
      const took = performance.now() - start
      if (signal.aborted) return
      this.#problem = null
      state.found.push(...page.exchanges)
      state.scanned += page.scanned ?? 0
      state.before = page.next
      state.isDone = page.next === null
      state.isStopped ||= state.found.length >= most
      scan = Math.round(Math.min(100_000, Math.max(200, scan * Math.min(4, Math.max(0.25, stepTime / took)))))
      this.#list.source.count = state.found.length
      this.#draw()
    }
    this.#draw()
  }

  #goOn() {
    const state = this.#search
    this.#run.run((signal) => this.#findOn(state, signal)).catch(failed)
  }

  #arrived(entry) {
    const { search, status, date, method, host, session, mock, result } = this.#filters
    const word = /^\dxx$/.test(status ?? "") ? Math.floor((entry.status ?? 0) / 100) + "xx" : `${entry.status}`
    if (entry.id < this.#anchor || !matches(entry, { result }) || (method && method !== entry.method) || (date && !entry.time.startsWith(date)) ||
      (host && !host.includes("*") && host !== entry.host) || (session && session !== entry.session) || (mock && mock !== entry.mock) ||
      (/^\d/.test(status ?? "") && status !== word)) return
    this.#newer += 1
    // Somebody waits for the first one.
    if (this.#list.source.count === 0 && !search) return this.#loadSoon()
    this.#draw()
  }
  #loadSoon = later(200, () => this.#load())

  #update() {
    this.#list.update()
    this.#markOpen()
    const isEmpty = this.#list.source.count === 0 && (this.#problem || !this.#search || this.#search.isDone)
    this.#list.hidden = isEmpty
    this.#empty.hidden = !isEmpty
    if (isEmpty) this.#sayEmpty()
    this.#sayNote()
    this.#drawActions()
  }

  #sayNote() {
    const parts = []
    const state = this.#search
    if (this.#newer > 0) parts.push(h("button", { type: "button", class: "small primary", onClick: () => this.#load() }, `${number(this.#newer)} newer`))
    if (state) {
      const of = state.total === null ? "" : ` of ${number(state.total)}`
      parts.push(state.isDone
        ? `${number(state.found.length)} found in ${number(state.scanned)}.`
        : `${number(state.found.length)} found; looked through ${number(state.scanned)}${of}${state.isStopped ? "." : ", …"}`)
      if (!state.isDone) {
        parts.push(h("button", { type: "button", class: "small", onClick: () => { state.isStopped ? this.#goOn() : (state.isStopped = true) } }, state.isStopped ? "Go on" : "Stop"))
      }
    } else if (!this.#problem) parts.push(count(this.#list.source.count, "exchange"))
    if (this.#filters.mock) parts.push(h("button", { type: "button", class: "small", onClick: () => set({ mock: null }) }, "Calls of one mock server ✕"))
    // A button that is being pressed is not taken away for one that says the same.
    const text = parts.map((part) => part.textContent ?? part).join("|")
    if (this.#note.dataset.text !== text) replace(this.#note, parts)
    this.#note.dataset.text = text
  }

  #sayEmpty() {
    replace(this.#empty, this.#problem
      ? [h("h2", {}, "The history could not be listed"), h("p", { class: "problem" }, this.#problem.message), h("button", { onClick: () => this.#load() }, "Try again")]
      : this.#isFiltered
        ? [h("h2", {}, "Nothing was recorded that fits"), h("button", { onClick: () => go("history") }, "Show everything")]
        : [h("h2", {}, "Nothing was recorded yet"), h("p", {}, "This records what passes through it:"), h("pre", {}, "understudy record https://api.example.com"), h("p", {}, "Then point your program at the address that it prints.")])
  }

  // MARK: What is selected

  get #isAll() { return this.#list.selected instanceof Everything }

  #selectAll() {
    this.#list.selected = new Everything()
    this.#draw()
  }

  #selected() {
    // One row taken out of all: what is selected is said row by row again.
    if (this.#isAll) this.#list.selected = new Set(this.#list.selected)
    this.#draw()
  }

  #drawActions() {
    const { selected } = this.#list
    const total = this.#list.source.count
    const button = (label, run, kind = "") => h("button", { type: "button", class: `small ${kind}`, onClick: run }, label)
    const key = `${this.#isAll}${selected.size} ${total}`
    if (this.#actions.dataset.key === key) return
    this.#actions.dataset.key = key
    this.#actions.hidden = total === 0
    const isAny = this.#isAll || selected.size > 0
    const amount = this.#isAll ? this.#search ? "all that is found" : `all ${number(total)}` : number(selected.size)
    const what = this.#isAll ? "all that the filters find" : count(selected.size, "exchange")
    const wanted = () => (this.#isAll ? { ...this.#filters } : { exchanges: [...selected] })
    replace(this.#actions, isAny
      ? [
        h("strong", {}, `${amount} selected`),
        may("admin") && [button("Save as examples", () => this.#save(wanted(), what)), button("Mock", () => this.#mock(wanted(), what), "primary")],
        may("admin") && !this.#isAll && button("Delete", () => this.#delete([...selected]), "danger"),
        button("Select none", () => this.#clearSelection()),
      ]
      : button(this.#search ? "Select all that is found" : `Select all ${number(total)}`, () => this.#selectAll()))
  }

  #clearSelection() {
    this.#list.selected = new Set()
    this.#draw()
  }

  async #delete(ids) {
    const what = ids.length === 1 ? `exchange ${ids[0]}` : count(ids.length, "exchange")
    if (!(await confirm({ title: `Delete ${what}?`, text: "It cannot be brought back. Examples made of it stay.", label: "Delete" }))) return
    let done = 0
    try {
      for (const id of ids) {
        await remove(["history", id]).catch((error) => { if (error.status !== 404) throw error })
        done += 1
      }
      say(`${count(done, "exchange")} deleted.`)
    } catch (error) {
      failed(error)
    }
    if (ids.includes(this.#open)) this.#close()
    this.#clearSelection()
    this.#load()
    this.#loadChoices()
  }

  /** What takes long, with how far it is. */
  async #long(dialogElement, path, body) {
    const token = crypto.randomUUID?.() ?? `t${Math.random()}`.replace(".", "")
    const bar = h("progress", { "aria-label": "How far it is" })
    const end = follow("progress", ({ token: whose, done, total }) => whose === token && total && Object.assign(bar, { max: total, value: done }))
    dialogElement.querySelector(".content").append(bar)
    try {
      return await post(path, body, { progress: token })
    } finally {
      end()
      bar.remove()
    }
  }

  async #save(wanted, what) {
    const pick = h("select", { onChange: () => (name.parentElement.hidden = pick.value !== "new") },
      h("option", { value: "" }, "The collection of its host"), h("option", { value: "new" }, "A new collection…"))
    const name = h("input", { maxlength: "100" })
    get("collections").then(({ collections }) => pick.append(...collections.map((one) => h("option", { value: one.id }, one.name))), failed)
    const nameField = field("Name of the new collection", name)
    nameField.hidden = true
    await dialog({
      title: `Save ${what} as examples`, content: [field("Collection", pick), nameField],
      actions: [{
        label: "Save", run: async (element) => {
          if (pick.value === "new" && !name.value.trim()) throw new Error("Type the name of the new collection.")
          const collection = pick.value === "new" ? name.value.trim() : pick.value
          const answer = await this.#long(element, ["history", "examples"], { ...wanted, ...(collection && { collection }) })
          const counts = [[answer.savedCount, "saved"], [answer.knownCount, "known already"], [answer.unsuitableCount, "unsuitable: no whole answer of an upstream"]]
          say(counts.filter(([value]) => value).map(([value, text]) => `${number(value)} ${text}`).join(", ") || "Nothing was saved.", { action: { label: "Show collections", run: () => go("collections") } })
          this.#clearSelection()
        },
      }],
    })
  }

  async #mock(wanted, what, suggested = "") {
    const host = this.#filters.host ?? this.#item(0)?.host ?? ""
    const name = h("input", { required: true, maxlength: "100", value: (suggested || host).replace(/[^\w.-]+/g, "-") })
    const collection = h("input", { maxlength: "100", placeholder: "The same" })
    const check = (label) => {
      const box = h("input", { type: "checkbox" })
      return { box, element: h("label", { class: "check" }, box, label) }
    }
    const [domain, path, isPrivate] = ["Folders by host", "Folders by path", "Private: callers need a key"].map(check)
    const delay = h("input", { type: "number", min: 0, max: 180_000, placeholder: "0" })
    const made = await dialog({
      title: `Mock ${what}`,
      content: [
        field("Name", name), field("Name of its collection", collection), field("Delay in milliseconds", delay, "How long every answer waits."),
        h("div", { class: "field" }, domain.element, path.element, isPrivate.element),
      ],
      actions: [{
        label: "Mock", run: async (element) => {
          if (!name.value.trim()) throw new Error("Type a name.")
          const group = [domain.box.checked && "domain", path.box.checked && "path"].filter(Boolean)
          const answer = await this.#long(element, ["mocks", "from-history"], {
            ...wanted, name: name.value.trim(), private: isPrivate.box.checked, ...(group.length > 0 && { group }),
            ...(delay.value > 0 && { config: { delay: { type: "fixed", duration: Number(delay.value) } } }),
          })
          const other = collection.value.trim()
          if (other && other !== name.value.trim()) await patch(["collections", answer.mock.collection], { name: other }).catch(failed)
          return answer
        },
      }],
    })
    if (!made) return
    const { mock } = made
    this.#clearSelection()
    dialog({
      title: `${mock.name} answers now`,
      content: [
        h("p", {}, `${count(made.examples, "example")} of ${what}.`, made.leftOut.length > 0 && ` ${count(made.leftOut.length, "exchange")} had no whole answer and were left out.`),
        h("div", { class: "row-of" }, h("code", { class: "url" }, mock.url), copyButton("Copy URL", mock.url)),
        mock.curl && h("pre", {}, mock.curl),
        h("p", {}, h("a", { href: link(["mocks", mock.id]), onClick: (event) => event.target.closest("dialog").close() }, "Open the mock server")),
      ],
    })
  }

  // MARK: One exchange

  #address(id, more) {
    const query = Object.fromEntries(current().query)
    delete query.with
    return [id === null ? "history" : ["history", id], { ...query, ...more }]
  }

  #goTo(id) { go(...this.#address(id)) }

  #close() {
    if (this.#open === null) return false
    go(...this.#address(null, { tab: null, as: null }))
    this.#list.focus()
  }

  async #showPane(parts, query) {
    const id = /^\d+$/.test(parts[0] ?? "") ? Number(parts[0]) : null
    this.#open = id
    this.classList.toggle("open", id !== null)
    const kind = id === null ? null : parts[1] === "miss" ? `miss ${id}` : "exchange"
    if (kind !== this.#shownInPane) {
      this.#shownInPane = kind
      const head = h("div", { class: "bar" },
        h("a", { class: "button small", href: link(...this.#address(kind?.startsWith("miss") ? id : null, kind?.startsWith("miss") ? {} : { tab: null, as: null })) }, kind?.startsWith("miss") ? "← Exchange" : "← History"),
        h("span", { class: "row-of push" }, h("button", { type: "button", class: "small", title: "k", onClick: () => this.#step(-1) }, "Newer"), h("button", { type: "button", class: "small", title: "j", onClick: () => this.#step(1) }, "Older")))
      this.#pane.scrollTop = 0
      if (kind === null) replace(this.#pane)
      else if (kind === "exchange") replace(this.#pane, head, this.#exchange)
      else {
        try {
          const view = new (await import("./miss.js")).default()
          if (this.#shownInPane !== kind) return
          replace(this.#pane, head, view)
          view.show?.(current())
        } catch (error) {
          failed(error)
        }
      }
    }
    if (kind === "exchange") this.#exchange.show(id, query)
    this.#draw()
  }

  /** Where the open one is among the rows that are loaded. */
  #indexOfOpen() {
    const { active, source } = this.#list
    const from = Math.max(0, active - 300)
    for (let index = from; index < Math.min(source.count, from + 600); index += 1) {
      if (this.#item(index)?.id === this.#open) return index
    }
    return -1
  }

  #markOpen() {
    if (this.#open === null || this.#item(this.#list.active)?.id === this.#open) return
    const index = this.#indexOfOpen()
    if (index >= 0) this.#list.reveal(index)
  }

  async #step(by) {
    const index = this.#indexOfOpen()
    const near = index < 0 ? undefined : this.#item(index + by)
    if (near) {
      this.#list.reveal(index + by)
      return this.#goTo(near.id)
    }
    try {
      const { exchanges } = await get("history", { ...this.#filters, limit: 1, ...(by > 0 ? { before: this.#open } : { after: this.#open, order: "oldest" }) })
      if (exchanges.length > 0) this.#goTo(exchanges[0].id)
      else say(by > 0 ? "This is the oldest." : "This is the newest.")
    } catch (error) {
      failed(error)
    }
  }
}

customElements.define("history-view", HistoryView)
