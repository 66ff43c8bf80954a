// History: everything that was recorded, by day and by what is in it; one exchange beside the list, many made into something.
import { get, Latest, patch, post } from "../core/api.js"
import { atMost, h, later, perFrame, replace, shown } from "../core/dom.js"
import { follow } from "../core/events.js"
import { count, number } from "../core/format.js"
import { keys } from "../core/keys.js"
import { current, go, link, set } from "../core/router.js"
import { copyButton } from "../parts/copy.js"
import { dialog, field } from "../parts/dialog.js"
import { exchangeRow, exchangeRowHead, results } from "../parts/exchange-row.js"
import { keyButton } from "../parts/mock-key.js"
import { nameField } from "../parts/mock-name.js"
import { check, delayField, input } from "../parts/mock-settings.js"
import { Pages } from "../parts/pages.js"
import { failed, say } from "../parts/toast.js"
import "../parts/virtual-list.js"
import "./exchange.js"

const today = () => new Date().toISOString().slice(0, 10)
const same = (values) => values.map((value) => [value, value])
/** Filters, with what nothing chosen is called. In the address `search` is q. */
const filters = {
  date: "All days", method: "Any method", status: "Any status", host: "Any host", result: "Any result", session: "Any session", mock: null,
}
const choices = {
  method: same(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
  status: same(["2xx", "3xx", "4xx", "5xx", ">=400", "failed"]),
  result: results,
}
const mostFound = 5000
/** Exchanges that the server takes at once. */
const mostWanted = 10_000
/** Milliseconds that a step of a search shall take. */
const stepTime = 120
const button = (label, onClick, kind = "") => h("button", { type: "button", class: `small ${kind}`, onClick }, label)

/** A selection of all that the filters find, loaded or not, but for what was taken out; once it is emptied, one as any other. */
class Everything extends Set {
  except = new Set()
  isAll = true
  get size() { return this.isAll ? Infinity : super.size }
  has(key) { return this.isAll ? !this.except.has(key) : super.has(key) }
  add(key) { return this.isAll ? (this.except.delete(key), this) : super.add(key) }
  delete(key) { return this.isAll ? this.has(key) && Boolean(this.except.add(key)) : super.delete(key) }
  clear() {
    this.isAll = false
    super.clear()
  }
}

export default class HistoryView extends HTMLElement {
  #filters = {}
  #key
  #anchor
  #newer = 0
  #problem
  #search
  #open = null
  #run = new Latest()
  #pages = new Pages(async (offset, limit, signal) => (await get("history", { ...this.#filters, before: this.#anchor, offset, limit }, { signal })).exchanges, () => this.#draw())
  #list = document.createElement("virtual-list")
  #type = later(60, () => set({ q: this.#input.value }))
  #input = h("input", {
    type: "search", placeholder: "Search URL, fields and bodies", "aria-label": "Search the history", autocomplete: "off", onInput: this.#type,
  })
  #selects = Object.entries(filters).filter(([, all]) => all)
    .map(([name, all]) => h("select", { name, "aria-label": all.split(" ")[1], onChange: (event) => this.#choose(event.target) }))
  #note = h("span", { class: "note", role: "status" })
  #newerButton = button("", () => this.#load(), "primary")
  #goOn = button("", () => {
    if (this.#search.isStopped) this.#run.run((signal) => this.#find(signal)).catch(failed)
    else this.#search.isStopped = true
    this.#draw()
  })
  #actions = h("span", { class: "row-of push" })
  #empty = h("div", { class: "empty", hidden: true })
  #pane = h("section", { class: "pane", "aria-label": "Exchange" })
  #exchange = document.createElement("exchange-view")
  #draw = perFrame(() => this.#update())
  #ends = []

  connectedCallback() {
    Object.assign(this.#list, {
      label: "Exchanges", isMultiple: true, render: exchangeRow, onOpen: ({ id }) => this.#goTo(id), onSelect: () => this.#draw(),
      source: { count: 0, item: (index) => this.#item(index), key: ({ id }) => id, need: (from, to) => this.#search || this.#pages.need(from, to) },
    })
    const only = ({ id }) => ({ exchanges: [id] })
    this.#exchange.actions = [
      ["Save as example", (one) => this.#save(only(one), "this exchange")], ["Mock this", (one) => this.#mock(only(one), "this exchange")],
      ["Delete", ({ id }) => this.#delete({ exchanges: [id] }, `exchange ${id}`, id === this.#open), "danger"],
    ].map(([label, run, kind]) => (exchange) => button(label, () => run(exchange), kind))
    const bar = h("div", { class: "bar filters" }, this.#selects)
    const toggle = h("button", { class: "toggle", "aria-expanded": "false", onClick: () => toggle.setAttribute("aria-expanded", bar.classList.toggle("open")) }, "Filters")
    this.append(
      h("div", { class: "found" }, h("h1", {}, "History"), h("div", { class: "bar" }, this.#input, toggle), bar,
        h("div", { class: "bar" }, this.#newerButton, this.#note, this.#goOn, this.#actions), exchangeRowHead(), this.#list, this.#empty),
      this.#pane)
    const step = (by) => () => this.#open !== null && this.#step(by)
    // Arrows scroll what they are in.
    const arrow = (run) => ({ target }) => (this.#pane.contains(target) ? false : run())
    this.#ends = [
      keys(this, [
        { key: "j", what: "Next exchange, while one is open", run: step(1) }, { key: "k", what: "The one before", run: step(-1) },
        { key: "ArrowDown", what: "Into the list; next exchange", run: arrow(() => (this.#open === null ? this.#list.focus() : this.#step(1))) },
        { key: "ArrowUp", what: "The one before", run: arrow(step(-1)) }, { key: "Escape", what: "Close the exchange", run: () => this.#close() },
      ]),
      follow("exchange", (entry) => this.#arrived(entry)),
      follow("exchanges-left-out", ({ count }) => { this.#newer += count; this.#draw() }),
      follow("caught-up", () => (this.#loadChoices(), this.#pages.reset(), this.#catchUp(), this.#place === "exchange" && this.#exchange.show(this.#open, current().query))),
    ]
    // Before the list has them.
    this.addEventListener("keydown", (event) => {
      if (event.target !== this.#list || event.altKey) return
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (by && this.#open !== null && !event.shiftKey) this.#step(by)
      else if (event.key === "a" && (event.ctrlKey || event.metaKey)) this.#select(new Everything())
      else return
      event.preventDefault()
      event.stopPropagation()
    }, true)
    this.#loadChoices()
  }

  disconnectedCallback() {
    for (const end of this.#ends) end()
    this.#type.cancel()
    this.#loadSoon.cancel?.()
    this.#run.stop()
    this.#pages.stop()
  }

  show({ parts, query }) {
    this.#filters = Object.fromEntries([["search", query.get("q")], ...Object.keys(filters).map((name) => [name, query.get(name)])].filter(([, value]) => value))
    const key = JSON.stringify(this.#filters)
    if (key !== this.#key) {
      this.#key = key
      this.#fillChoices()
      this.#load()
    }
    if (document.activeElement !== this.#input) this.#input.value = this.#filters.search ?? ""
    this.#showPane(parts, query)
  }

  // MARK: Filters

  async #loadChoices() {
    try {
      const [stats, { sessions }] = await Promise.all([get(["history", "stats"]), get("sessions")])
      choices.date = stats.byDay.map(({ name, exchanges }) => [name, `${name}, ${number(exchanges)}`]).sort().reverse()
      choices.host = same(stats.byHost.map(({ name }) => name))
      choices.session = same(sessions.map(({ session }) => session).filter(Boolean))
      this.#fillChoices()
    } catch (error) {
      failed(error)
    }
  }

  #fillChoices() {
    for (const select of this.#selects) {
      const { name } = select
      const chosen = this.#filters[name] ?? ""
      const options = [["", filters[name]], ...(name === "date" ? [[today(), "Today (UTC)"]] : []), ...(choices[name] ?? []).filter(([value]) => name !== "date" || value !== today())]
      if (!options.some(([value]) => value === chosen)) options.push([chosen, chosen])
      if (name === "status" || name === "host" || name === "date") options.push(["?", "Other…"])
      replace(select, options.map(([value, label]) => h("option", { value, selected: value === chosen }, shown(label, 60))))
    }
  }

  /** What is in no list is typed. */
  async #choose({ name, value }) {
    if (value !== "?") return set({ [name]: value })
    const other = input({ required: true, type: name === "date" ? "date" : "text" })
    const typed = await dialog({
      title: filters[name].replace(/\w+ /, "Another "),
      content: field(filters[name].split(" ")[1], other, { status: "404, 5xx, >=400, 200-299 or failed", host: "api.example.com, *.example.com", date: "UTC" }[name]),
      actions: [{ label: "Show", run: () => other.value.trim() }],
    })
    this.#fillChoices()
    if (typed) set({ [name]: typed })
  }

  // MARK: The list

  #item(index) {
    return this.#search ? this.#search.found[index] : this.#pages.item(index)
  }

  /** From the newest on. What comes later moves no row: it is counted. */
  async #load() {
    this.#pages.stop()
    this.#pages = new Pages(this.#pages.load, this.#pages.changed)
    this.#newer = 0
    this.#problem = this.#search = this.#anchor = null
    this.#select(new Set())
    this.#list.active = -1
    this.#list.scrollTo0()
    try {
      await this.#run.run(async (signal) => {
        if (this.#filters.search) {
          const { search, ...others } = this.#filters
          const state = (this.#search = { found: [], scanned: 0 })
          this.#list.source.count = 0
          get("history", { ...others, limit: 1, count: true }, { signal }).then(({ exchanges, total }) => { state.total = total; this.#from(exchanges) }, () => {})
          return this.#find(signal)
        }
        const { exchanges, total } = await get("history", { ...this.#filters, limit: 100, count: true }, { signal })
        this.#pages.put(0, exchanges)
        this.#list.source.count = total
        this.#from(exchanges)
      })
    } catch (error) {
      this.#list.source.count = 0
      this.#problem = error
    }
    this.#draw()
  }

  /** Looks through everything in steps that are short, so that what is found shows at once and another search can begin. */
  async #find(signal) {
    const state = this.#search
    const most = state.found.length + mostFound
    let scan = 1000
    state.isStopped = false
    while (!state.isDone && !state.isStopped) {
      const start = performance.now()
      const page = await get("history", { ...this.#filters, limit: 200, scan, before: state.before }, { signal })
      scan = Math.round(Math.min(100_000, Math.max(200, scan * Math.min(4, stepTime / (performance.now() - start)))))
      if (signal.aborted) return
      state.found.push(...page.exchanges)
      state.scanned += page.scanned
      state.before = page.next
      state.isDone = page.next === null
      state.isStopped ||= state.found.length >= most
      this.#list.source.count = state.found.length
      this.#draw()
    }
  }

  /** What is listed begins there: all that is newer is counted, also what came meanwhile. */
  #from([first]) {
    this.#anchor = (first?.id ?? 0) + 1
    this.#early.splice(0).forEach((entry) => this.#arrived(entry))
    this.#draw()
  }
  #early = []

  /** Nobody loses what is selected because the server was away. */
  async #catchUp() {
    if (!this.#anchor || this.#list.source.count === 0) return this.#load()
    try {
      this.#newer = (await get("history", { ...this.#filters, after: this.#anchor - 1, limit: 1000 })).exchanges.length
      this.#draw()
    } catch (error) {
      failed(error)
    }
  }

  #arrived(entry) {
    if (!this.#anchor) return this.#early.push(entry) > 1000 && this.#early.shift()
    if (entry.id < this.#anchor) return
    const values = { ...entry, date: entry.time.slice(0, 10), status: `${entry.status}` }
    const isOther = ([name, wanted]) => {
      if (name === "status" && /^\dxx$/.test(wanted)) return values.status[0] !== wanted[0]
      if (name === "search" || (name === "status" && /\D/.test(wanted)) || (name === "host" && wanted.includes("*"))) return false
      return values[name] !== wanted
    }
    if (Object.entries(this.#filters).some(isOther)) return
    this.#newer += 1
    // Somebody waits for the first one.
    if (this.#list.source.count === 0 && !this.#search) this.#loadSoon()
    this.#draw()
  }
  #loadSoon = atMost(200, () => this.#load())

  #update() {
    const state = this.#search
    const total = this.#list.source.count
    this.#list.update()
    this.#markOpen()
    const isEmpty = total === 0 && (!state || state.isDone || this.#problem)
    this.#list.hidden = isEmpty
    this.#empty.hidden = !isEmpty
    if (isEmpty) this.#sayEmpty()
    this.#newerButton.hidden = this.#newer === 0
    this.#newerButton.textContent = `${number(this.#newer)} newer`
    this.#goOn.hidden = !state || state.isDone
    this.#goOn.textContent = state?.isStopped ? "Continue" : "Stop"
    const note = this.#problem ? "" : !state ? count(total, "exchange") : state.isDone ? `${number(total)} found in ${number(state.scanned)}`
      : `${number(total)} found, looked through ${number(state.scanned)}${state.total ? ` of ${number(state.total)}` : ""}${state.isStopped ? "" : ", …"}`
    if (this.#note.textContent !== note) this.#note.textContent = note
    this.#drawActions(total)
  }

  #sayEmpty() {
    replace(this.#empty, this.#problem
      ? [h("h2", {}, "The history could not be listed"), h("p", { class: "problem" }, this.#problem.message), button("Try again", () => this.#load())]
      : this.#key !== "{}"
        ? [h("h2", {}, "Nothing was recorded that fits"), button("Show everything", () => go("history"))]
        : [h("h2", {}, "Nothing was recorded yet"), h("p", {}, "This records what passes through it:"), h("pre", {}, "understudy record https://api.example.com")])
  }

  // MARK: What is selected

  /** Ranges begin anew. */
  #select(selected) {
    this.#list.clearSelection()
    this.#list.selected = selected
    this.#draw()
  }

  /** What is selected, as the API takes it: conditions, or numbers once some were taken out. */
  async #wanted() {
    const { selected } = this.#list
    if (!selected.isAll) return { exchanges: [...selected] }
    if (selected.except.size === 0) return { ...this.#filters }
    const exchanges = []
    for (let before = this.#anchor; before !== null && exchanges.length <= mostWanted;) {
      const page = await get("history", { ...this.#filters, before, limit: 1000 })
      exchanges.push(...page.exchanges.map(({ id }) => id).filter((id) => selected.has(id)))
      before = page.next
    }
    if (exchanges.length > mostWanted) throw new Error(`That is more than ${number(mostWanted)} exchanges: filter first.`)
    return { exchanges }
  }

  /** What is to be deleted: nothing that came after the list began. */
  #unwanted() {
    const { selected } = this.#list
    if (!selected.isAll) return { exchanges: [...selected] }
    return { ...this.#filters, all: true, before: this.#anchor ?? (this.#search?.found[0]?.id ?? 0) + 1, ...(selected.except.size > 0 && { except: [...selected.except] }) }
  }

  #drawActions(total) {
    const { selected } = this.#list
    const isAll = Boolean(selected.isAll)
    const without = selected.except?.size
    // Buttons that say the same stay: somebody may be about to press one.
    const key = `${isAll} ${without} ${selected.size} ${total} ${this.#filters.mock}`
    if (this.#actions.dataset.key === key) return
    this.#actions.dataset.key = key
    const what = isAll ? `all that the filters find${without ? ` but ${number(without)}` : ""}` : count(selected.size, "exchange")
    const take = (run) => () => this.#wanted().then((wanted) => run(wanted, what)).catch(failed)
    replace(this.#actions,
      this.#filters.mock && button("Calls of one mock server ✕", () => set({ mock: null })),
      isAll || selected.size > 0
        ? [
          h("strong", {}, isAll ? `All${this.#search ? "" : ` ${number(total)}`} selected${without ? ` but ${number(without)}` : ""}` : `${number(selected.size)} selected`),
          button("Save as examples", take((...all) => this.#save(...all))), button("Mock", take((...all) => this.#mock(...all)), "primary"),
          selected.size === 2 && button("Compare", () => this.#compare([...selected])),
          button("Delete", () => this.#delete(this.#unwanted(), what, selected.has(this.#open)), "danger"), button("Select none", () => this.#select(new Set())),
        ]
        : total > 0 && button("Select all", () => this.#select(new Everything())))
  }

  #compare(ids) {
    const [older, newer] = ids.sort((a, b) => a - b)
    go(["history", newer], { ...Object.fromEntries(current().query), tab: "compare", with: older })
  }

  async #delete(wanted, what, isOpenMeant) {
    const removed = await dialog({
      title: `Delete ${what}?`, content: h("p", {}, "This cannot be undone. Examples made of it stay."),
      actions: [{ label: "Delete", kind: "danger", run: async (element) => (await this.#post(element, ["history", "remove"], wanted)).removed }],
    })
    if (!Number.isInteger(removed)) return
    say(`${count(removed, "exchange")} deleted.`)
    if (!this.isConnected) return
    if (isOpenMeant) this.#close()
    this.#load()
    this.#loadChoices()
  }

  /** Posts what takes long, and shows in the dialog how far it is. */
  async #post(element, path, body) {
    const progress = `history-${Date.now()}-${`${Math.random()}`.slice(2)}`
    const bar = h("progress", { "aria-label": "Progress" })
    const end = follow("progress", ({ token, done, total }) => token === progress && total && Object.assign(bar, { max: total, value: done }))
    element.querySelector(".content").append(bar)
    try {
      return await post(path, body, { progress })
    } finally {
      end()
      bar.remove()
    }
  }

  async #save(wanted, what) {
    const pick = h("select", { onChange: () => (newName.hidden = pick.value !== "new") }, h("option", { value: "" }, "The one of its host"), h("option", { value: "new" }, "A new one…"))
    const name = input({ maxlength: 100 })
    const newName = field("Name of the new collection", name)
    newName.hidden = true
    get("collections").then(({ collections }) => pick.append(...collections.map((one) => h("option", { value: one.id }, shown(one.name, 80)))), failed)
    await dialog({
      title: `Save ${what} as ${wanted.exchanges?.length === 1 ? "an example" : "examples"}`, content: [field("Collection", pick), newName],
      actions: [{
        label: "Save", run: async (element) => {
          const collection = pick.value === "new" ? name.value.trim() : pick.value
          if (pick.value === "new" && !collection) throw new Error("Type the name of the new collection.")
          const answer = await this.#post(element, ["history", "examples"], { ...wanted, collection: collection || undefined })
          const counts = [[answer.savedCount, "saved"], [answer.knownCount, "known already"], [answer.unsuitableCount, "left out: no whole answer of an API"]]
          say(counts.filter(([value]) => value).map(([value, text]) => `${number(value)} ${text}`).join(", "), { action: { label: "Collections", run: () => go("collections") } })
          this.#select(new Set())
        },
      }],
    })
  }

  async #mock(wanted, what) {
    const named = nameField((this.#filters.host ?? this.#item(Math.max(0, this.#list.active))?.host ?? "").replace(/[^\w.-]+/g, "-"))
    const { name } = named
    const collection = input({ maxlength: 100, placeholder: "As the mock server" })
    const [domain, path, isPrivate] = Array.from({ length: 3 }, () => h("input", { type: "checkbox" }))
    const delay = delayField()
    const made = await dialog({
      title: `Mock ${what}`,
      content: [
        named, field("Name of its collection", collection), delay,
        check("Folders by host", domain), check("Folders by path", path), check("Private", isPrivate, "Callers need a key in x-api-key."),
      ],
      actions: [{
        label: "Mock", run: async (element) => {
          if (!name.value.trim()) throw new Error("Type a name.")
          const group = [domain.checked && "domain", path.checked && "path"].filter(Boolean)
          const answer = await this.#post(element, ["mocks", "from-history"], { ...wanted, name: name.value.trim(), private: isPrivate.checked, group, config: { delay: delay.value } })
          const other = collection.value.trim()
          if (other) await patch(["collections", answer.mock.collection], { name: other }).catch(failed)
          return answer
        },
      }],
    })
    if (!made) return
    const { mock, examples, leftOut } = made
    this.#select(new Set())
    dialog({
      title: "The mock server answers now",
      content: [
        h("p", {}, `It has ${count(examples, "example")} of ${what}.`, leftOut.length > 0 && ` ${count(leftOut.length, "exchange")} had no whole answer and were left out.`),
        h("p", { class: "row-of" }, h("code", {}, mock.url), copyButton("Copy URL", mock.url)), mock.curl && h("pre", {}, mock.curl),
        mock.private && h("p", { class: "row-of" }, "It is private: $KEY stands for a key.", keyButton(mock)),
        h("a", { href: link(["mocks", mock.id]), onClick: (event) => event.target.closest("dialog").close() }, "Open the mock server"),
      ],
    })
  }

  // MARK: One exchange

  #address(id, more) {
    return [id === null ? "history" : ["history", id], { ...Object.fromEntries(current().query), with: null, ...more }]
  }

  #goTo(id) {
    go(...this.#address(id))
  }

  #close() {
    if (this.#open === null) return false
    go(...this.#address(null, { tab: null, as: null }))
    this.#list.focus()
  }

  #showPane([id, page], query) {
    const wasOpen = this.#open
    const { activeElement } = document
    const isLost = activeElement === document.body || this.#pane.contains(activeElement)
    this.#open = /^\d+$/.test(id) ? Number(id) : null
    if (this.#open !== wasOpen) this.#isMarked = this.#open === null
    this.classList.toggle("open", this.#open !== null)
    const miss = page === "miss" && this.#open
    const place = this.#open === null ? null : miss || "exchange"
    // What stays is not put in again: that would take the focus away.
    if (place !== this.#place) {
      this.#place = place
      if (miss) import("./miss.js").catch(failed)
      replace(this.#pane, place && [
        h("div", { class: "bar" }, miss ? button("← Exchange", () => this.#goTo(miss)) : button("← History", () => this.#close()),
          h("span", { class: "row-of push" }, button("Newer", () => this.#step(-1)), button("Older", () => this.#step(1)))),
        miss ? h("miss-view", { exchange: miss }) : this.#exchange,
      ])
    }
    if (place === "exchange") this.#exchange.show(this.#open, query)
    // On narrow screens the list was not there until now.
    if (wasOpen !== null && !place && isLost) this.#list.focus()
    this.#draw()
  }
  #place = null
  #isMarked = true
  #openAt = 0

  /** The cursor goes to the one that was opened, where that row is loaded; after that people move it. */
  #markOpen() {
    if (this.#isMarked) return
    const index = this.#indexOfOpen()
    this.#isMarked = index >= 0 || Boolean(this.#item(0))
    if (index >= 0) this.#list.reveal(index)
  }

  #indexOfOpen() {
    const { active, source } = this.#list
    for (const near of [active, this.#openAt]) {
      const first = Math.max(0, near - 300)
      for (let index = first; index < Math.min(source.count, first + 600); index += 1) {
        if (this.#item(index)?.id === this.#open) return (this.#openAt = index)
      }
    }
    return -1
  }

  async #step(by) {
    const index = this.#indexOfOpen()
    let next = index < 0 ? undefined : this.#item(index + by)
    try {
      next ??= (await get("history", { ...this.#filters, limit: 1, ...(by > 0 ? { before: this.#open } : { after: this.#open, order: "oldest" }) })).exchanges[0]
      if (!next) return say(by > 0 ? "This is the oldest." : "This is the newest.")
      // Its row is loaded then.
      if (index >= 0) this.#list.reveal(index + by)
      this.#goTo(next.id)
    } catch (error) {
      failed(error)
    }
  }
}

customElements.define("history-view", HistoryView)
