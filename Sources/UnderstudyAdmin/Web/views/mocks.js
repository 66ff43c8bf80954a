// Mock servers: all of them, and one with its address, call log, usage, settings and server responses.
import { get, Latest, patch, post, put, remove } from "../core/api.js"
import { atMost, bdi, h, later, perFrame, replace, shown } from "../core/dom.js"
import { follow } from "../core/events.js"
import { count, duration, number, statusClass, time } from "../core/format.js"
import { go, link, set } from "../core/router.js"
import { bars } from "../parts/charts.js"
import { copyButton } from "../parts/copy.js"
import { confirm, dialog, field } from "../parts/dialog.js"
import { fieldLines } from "../parts/field-lines.js"
import { mockCreate } from "../parts/mock-create.js"
import { keyButton } from "../parts/mock-key.js"
import { at, choose, input, mockSettings } from "../parts/mock-settings.js"
import { tabs } from "../parts/tabs.js"
import { failed, say } from "../parts/toast.js"
import "../parts/virtual-list.js"
import "./miss.js"

const changes = ["mock-created", "mock-changed", "mock-deleted", "collection-changed", "environment-changed", "caught-up"]
const badge = (text, kind = "") => h("span", { class: `badge ${kind}` }, text)
const access = (mock) => badge(mock.private ? "private" : "public", mock.private ? "warn" : "")
const headCells = (names) => h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name))))
const rowOf = (name, ...cells) => h("tr", {}, h("th", { scope: "row" }, name), cells.map((cell) => h("td", {}, cell)))

/** Why it answers as if there were none. */
const whyOff = (mock) => mock.deactivated && h("p", { class: "problem" }, "Deactivated: ", mock.collectionName === null ? "its collection was deleted."
  : mock.environment && mock.environmentName === null ? "its environment was deleted." : `its collection has no version ${mock.versionTag}.`)

export default class MocksView extends HTMLElement {
  #key
  #page

  show({ parts, query }) {
    const [id, , exchange] = parts
    const key = parts.join("/")
    if (key !== this.#key) {
      this.#key = key
      this.#page = !id ? new MockList() : id === "new" ? mockCreate() : !exchange ? new MockDetails(id)
        : h("div", {}, h("p", {}, h("a", { href: link(["mocks", id]) }, "← Call log")), h("h1", {}, `Call ${shown(exchange, 20)}`), h("miss-view", { exchange }))
      replace(this, this.#page)
    }
    this.classList.toggle("fixed", this.#page instanceof MockDetails && !query.get("tab"))
    this.#page.show?.(query)
  }
}

class MockList extends HTMLElement {
  #mocks
  #text = ""
  #put = later(60, () => set({ q: this.#search.value }))
  #search = h("input", { type: "search", placeholder: "Filter by name, address, collection", "aria-label": "Filter mock servers", onInput: this.#put })
  #body = h("div", {})
  #latest = new Latest()
  #drawn
  #calls
  #end

  connectedCallback() {
    this.append(h("div", { class: "bar" }, h("h1", {}, "Mock servers"), this.#search, h("a", { class: "button primary", href: link(["mocks", "new"]) }, "New mock server")), this.#body)
    const load = atMost(300, () => this.isConnected && this.#load())
    this.#end = follow([...changes, "exchange"], (data, kind) => (kind !== "exchange" || data.mock) && load())
    this.#load()
  }

  disconnectedCallback() {
    this.#end()
    this.#put.cancel()
    this.#latest.stop()
  }

  show(query) {
    this.#text = query.get("q") ?? ""
    if (document.activeElement !== this.#search) this.#search.value = this.#text
    this.#draw()
  }

  async #load() {
    try {
      const got = await this.#latest.run((signal) => get("mocks", {}, { signal }))
      if (!got) return
      this.#mocks = got.mocks
      this.#draw()
    } catch (error) {
      failed(error)
    }
  }

  #draw() {
    if (!this.#mocks) return
    const found = this.#mocks.filter(({ name, url, collectionName }) => `${name} ${url} ${collectionName}`.toLowerCase().includes(this.#text.toLowerCase()))
    // Calls change only their cell: what has the focus is not drawn again for them.
    const drawn = JSON.stringify([this.#mocks.length, found.map((mock) => ({ ...mock, calls: 0, updatedAt: 0 }))])
    if (drawn === this.#drawn) return found.forEach(({ calls }, index) => (this.#calls[index].textContent = number(calls)))
    this.#drawn = drawn
    this.#calls = found.map(({ calls }) => h("span", {}, number(calls)))
    replace(this.#body, found.length > 0
      ? h("table", { class: "mocks" }, headCells(["Name", "Address", "Collection", "Environment", "Access", "Calls"]), h("tbody", {}, found.map((mock, index) =>
        rowOf([h("a", { href: link(["mocks", mock.id]) }, bdi(mock.name, 120)), whyOff(mock)], [bdi(mock.url, 300), " ", copyButton("Copy", mock.url)],
          mock.collectionName ? h("a", { href: link(["collections", mock.collection]) }, bdi(mock.collectionName, 80)) : "deleted", bdi(mock.environmentName ?? "none", 80), access(mock), this.#calls[index]))))
      : h("div", { class: "empty" }, this.#mocks.length > 0
        ? [h("h2", {}, "No mock server matches the filter"), h("button", { onClick: () => set({ q: null }) }, "Show all")]
        : [h("h2", {}, "There are no mock servers yet"), h("p", {}, "Make one with the button above, or type:"),
          h("pre", {}, "understudy mock create shop --request 'GET /users/{{id}}' --body '{\"id\": {{id}}}'")]))
  }
}

class MockDetails extends HTMLElement {
  #id
  #mock
  #query
  #head = h("div", { class: "mock-head" })
  #body = h("div", {})
  #responses = h("div", {})
  #latest = new Latest()
  #settings
  #log
  #usage
  #tab
  #drawn
  #saving = Promise.resolve()
  /** Of revisions that a change made here replaced, the mock server as it became. */
  #next = new Map()
  #ends

  constructor(id) {
    super()
    this.#id = id
  }

  connectedCallback() {
    this.append(this.#head, this.#body)
    const usage = atMost(1000, () => this.#tab === "usage" && this.isConnected && this.#usage.load())
    this.#ends = [
      follow(changes, atMost(80, () => this.isConnected && this.#load())),
      follow("exchange", (entry) => entry.mock === this.#mock?.id && (this.#log?.take(entry), usage())),
      follow(["exchanges-left-out", "caught-up"], atMost(1000, () => this.isConnected && this.#log?.catchUp())),
    ]
    this.#load()
  }

  disconnectedCallback() {
    for (const end of this.#ends) end()
    this.#latest.stop()
    this.#log?.stop()
  }

  async #load() {
    try {
      const got = await this.#latest.run((signal) => Promise.all([["mocks", this.#id], ...(this.#settings ? [] : ["environments", "collections"])].map((path) => get(path, {}, { signal }))))
      if (!got) return
      const [mock, environments, collections] = got
      // Made once: by the load that no other has overtaken.
      if (!this.#settings) {
        const tags = collections.collections.find(({ id }) => id === mock.collection)?.tags
        this.#settings = mockSettings((path, value, base) => this.#save(path, value, base), environments.environments, tags ?? [])
        this.#log = new CallLog(mock)
        this.#usage = new Usage(mock.id)
      }
      this.#take(mock)
      this.show(this.#query)
    } catch (error) {
      if (error.status !== 404) return failed(error)
      replace(this, h("div", { class: "empty" }, h("h2", {}, "This mock server is gone"), h("a", { href: link("mocks") }, "Show all mock servers")))
    }
  }

  show(query) {
    this.#query = query
    if (!this.#mock) return
    const name = query.get("tab") ?? "calls"
    if (name !== this.#tab) {
      this.#tab = name
      const list = { calls: ["Call log", this.#log.element], usage: ["Usage", this.#usage.element], settings: ["Settings", this.#settings], responses: ["Server responses", this.#responses] }
      if (this.#body.querySelector(`[data-tab=${name}]`) === null) {
        replace(this.#body, tabs(Object.entries(list).map(([tab, [label, element]]) => ({ name: tab, label, content: () => h("div", { class: "tab", dataset: { tab } }, element) })),
          name, (tab) => set({ tab: tab === "calls" ? null : tab }, true)))
      }
      if (name === "usage") this.#usage.load()
    }
    this.#log.show(query)
  }

  #take(mock) {
    this.#mock = mock
    this.#settings.show(mock)
    this.#log.mock = mock
    // What has the focus is not drawn again for nothing.
    const drawn = JSON.stringify({ ...mock, calls: 0, updatedAt: 0 })
    if (drawn === this.#drawn) return
    this.#drawn = drawn
    this.#drawResponses()
    const { url, name, description, curl } = mock
    const line = (label, text, ...more) => h("div", { class: "row-of" }, h("span", { class: "label" }, label), h("code", {}, shown(text)), copyButton(`Copy ${label.toLowerCase()}`, text), more)
    replace(this.#head,
      h("div", { class: "bar" }, h("h1", {}, bdi(name, 200)), access(mock), h("a", { class: "push", href: link(["collections", mock.collection]) }, "Its examples"), h("a", { href: link("mocks") }, "All mock servers"), h("button", { class: "danger", onClick: () => this.#delete() }, "Delete")),
      whyOff(mock), description && h("p", {}, bdi(description)), line("Address", url),
      line("Curl line", curl, keyButton(mock)),
      mock.private && h("p", { class: "hint" }, "$KEY stands for a key, which is shown once when it is made."))
  }

  /** Shown at once; taken back when it is refused. One after the other. */
  #save(path, value, base = this.#mock) {
    const next = structuredClone(this.#mock)
    const names = path.split(".")
    const leaf = names.pop()
    names.reduce((object, name) => object[name], next)[leaf] = value
    next.revision = this.#mock.revision
    // What the server had, for those who begin to edit before it answers.
    Object.defineProperty(next, "saved", { value: this.#mock.saved ?? this.#mock })
    this.#take(next)
    this.#saving = this.#saving.then(() => this.#send(path, value, base))
  }

  async #send(path, value, base) {
    base = base.saved ?? base
    while (this.#next.has(base.revision)) base = this.#next.get(base.revision)
    const { revision } = base
    try {
      const mock = await patch(["mocks", this.#id], path.split(".").reduceRight((inner, name) => ({ [name]: inner }), value), { revision })
      if (mock.revision !== revision) this.#next.set(revision, mock)
      this.#take(mock)
      say("Saved.", { seconds: 2 })
    } catch (error) {
      const theirs = await get(["mocks", this.#id]).catch(() => base)
      const text = (mock) => JSON.stringify(at(mock, path) ?? null)
      const isChanged = text(theirs) !== text(base)
      const isConflict = error.status === 409 && error.problem.name === "conflictError"
      // Another setting that somebody changed meanwhile is no conflict.
      if (isConflict && (!isChanged || (await keepsMine(path, text(theirs), JSON.stringify(value), theirs)))) return this.#send(path, value, theirs)
      document.activeElement?.blur()
      this.#take(theirs)
      if (!isConflict) failed(error)
    }
  }

  async #delete() {
    const { name, id, revision } = this.#mock
    if (!(await confirm({ title: `Delete ${shown(name, 80)}?`, text: "Its address stops answering at once; its collection and its calls in the history stay.", label: "Delete mock server" }))) return
    try {
      await remove(["mocks", id], { revision })
      go("mocks")
      say(`${name} is deleted.`)
    } catch (error) {
      failed(error)
    }
  }

  #drawResponses() {
    const { serverResponses, config } = this.#mock
    const button = (label, run, kind = "") => h("button", { class: `small ${kind}`, onClick: run }, label)
    const buttons = () => [...this.#responses.querySelectorAll("button")]
    const focused = buttons().indexOf(document.activeElement)
    replace(this.#responses,
      h("p", {}, "While a server response is active, it answers every call: an outage, for instance. ", button("Add a server response", () => this.#edit())),
      serverResponses.map((one) => {
        const isActive = one.id === config.serverResponseId
        return h("div", { class: "card row-of" }, h("span", { class: "status server" }, one.statusCode), bdi(one.name, 120), isActive && badge("active", "bad"),
          h("span", { class: "push row-of" }, button(isActive ? "Deactivate" : "Activate", () => this.#save("config.serverResponseId", isActive ? null : one.id, this.#mock)),
            button("Edit", () => this.#edit(one)), button("Delete", () => this.#deleteResponse(one), "danger")))
      }))
    buttons()[focused]?.focus()
  }

  async #edit(one = { name: "", statusCode: 503, headers: [], body: "" }) {
    const name = input({ value: one.name, placeholder: "outage" })
    const status = input({ type: "number", min: 500, max: 599, value: one.statusCode })
    const language = choose([["", "as the fields say"], ["json"], ["text"], ["html"], ["xml"], ["javascript"]])
    language.value = one.language ?? ""
    const fields = fieldLines(one.headers.map(({ key, value }) => ({ name: key, value })))
    const body = h("textarea", { class: "code", rows: 6, value: one.body })
    await dialog({
      title: "Server response", content: [h("div", { class: "grid" }, field("Name", name), field("Status", status, "500 to 599."), field("Language", language)), h("p", { class: "label" }, "Fields"), fields, field("Body", body)],
      actions: [{ label: "Save", run: () => this.#put(one.id, {
        name: name.value.trim(), statusCode: Number(status.value), language: language.value || null, body: body.value,
        headers: fields.lines.filter((line) => line.name).map((line) => ({ key: line.name, value: line.value })),
      }) }],
    })
  }

  async #put(id, response) {
    await (id ? put(["mocks", this.#id, "responses", id], response) : post(["mocks", this.#id, "responses"], response))
    await this.#load()
  }

  async #deleteResponse({ id, name, statusCode, headers, language, body }) {
    try {
      await remove(["mocks", this.#id, "responses", id])
      say(`${name} is deleted.`, { action: { label: "Undo", run: () => this.#put(null, { name, statusCode, headers, language, body }).catch(failed) } })
      await this.#load()
    } catch (error) {
      failed(error)
    }
  }
}

/** Whether what was set here goes over what somebody else saved first. */
async function keepsMine(path, theirs, mine, { updatedAt }) {
  return (await dialog({
    title: "Somebody else changed this first", content: h("table", {}, headCells(["Setting", `Theirs, of ${time(updatedAt)}`, "Yours"]), h("tbody", {}, rowOf(path.split(".").pop(), bdi(theirs, 200), bdi(mine, 200)))),
    actions: [{ label: "Take theirs", kind: "" }, { label: "Keep mine", run: () => "mine" }],
  })) === "mine"
}

/** Calls kept of a log. */
const mostCalls = 5000

class CallLog {
  #calls
  #next
  #fresh = []
  #filter = {}
  #asked
  #latest = new Latest()
  #list = document.createElement("virtual-list")
  #empty = h("div", { class: "empty", hidden: true })
  #emptyOf
  #note = h("p", { class: "note", role: "status" })
  #draw = perFrame(() => this.#update())
  #put = later(200, () => set(Object.fromEntries(Object.entries(this.#inputs).map(([name, one]) => [name, one.value.trim()]))))
  #inputs = {
    path: input({ type: "search", placeholder: "Path", "aria-label": "Only this path", onInput: this.#put }),
    method: input({ placeholder: "Method", "aria-label": "Only this method", size: 7, onInput: this.#put }),
    status: input({ type: "number", placeholder: "Status", "aria-label": "Only this status", onInput: this.#put }),
    type: choose([["", "all calls"], ["success", "answered by an example"], ["error", "not answered"]], { "aria-label": "What became of it", onChange: this.#put }),
  }

  constructor(mock) {
    this.mock = mock
    Object.assign(this.#list, {
      label: "Calls", render: callRow, onOpen: ({ id, result }) => go(result === "miss" ? ["mocks", mock.id, "calls", id] : ["history", id]),
      source: { count: 0, item: (index) => this.#calls[index], key: ({ id }) => id, need: (from, to) => to > this.#calls.length && !this.#loading && this.load(this.#next) },
    })
    this.element = h("div", { class: "call-log" }, h("div", { class: "bar" }, Object.values(this.#inputs)), this.#note,
      h("div", { class: "row-head call-row", "aria-hidden": "true" }, ["Time", "Method", "Path", "Status", "Answer", "Took"].map((name) => h("span", {}, name))), this.#list, this.#empty)
  }

  show(query) {
    for (const [name, one] of Object.entries(this.#inputs)) {
      this.#filter[name] = query.get(name) ?? ""
      if (one !== document.activeElement) one.value = this.#filter[name]
    }
    this.#filter.method = this.#filter.method.toUpperCase()
    // Half a status is none.
    if (!/^[1-9]\d\d$/.test(this.#filter.status)) this.#filter.status = ""
    const asked = JSON.stringify(this.#filter)
    if (asked === this.#asked) return
    this.#asked = asked
    this.#fresh = []
    this.#next = null
    this.load()
  }

  stop() {
    this.#put.cancel()
    this.#latest.stop()
  }

  /** Calls may be missing. Whoever reads further down is told instead of being moved. */
  catchUp() {
    if (this.#list.scrollTop <= 4) this.load()
    else replace(this.#note, "There are newer calls. ", h("button", { class: "small", onClick: () => (replace(this.#note), this.#list.scrollTo0(), this.load()) }, "Show the newest"))
  }

  #loading
  /** Loads the first page, or the one that goes on behind the others. */
  async load(cursor) {
    const loading = (this.#loading = { isFirst: !cursor })
    try {
      const page = await this.#latest.run((signal) => get(["mocks", this.mock.id, "calls"], { limit: 100, ...this.#filter, cursor }, { signal }))
      if (!page) return
      this.#calls = cursor ? this.#calls.concat(page.calls) : page.calls
      this.#next = page.next
      this.#draw()
    } catch (error) {
      failed(error)
    } finally {
      if (this.#loading === loading) this.#loading = null
    }
  }

  /** A call that came now. */
  take(entry) {
    const { path, method, status, type } = this.#filter
    if ((!status || `${entry.status}` === status) && (!method || entry.method === method) && (!type || (entry.result === "hit") === (type === "success"))
      && (!path || path === entry.path || path === `${entry.path}?${entry.query}`)) {
      this.#fresh.push(entry)
      this.#draw()
    }
  }

  #update() {
    // What comes while the first page loads may be in it.
    if (!this.#calls || this.#loading?.isFirst) return
    const newest = this.#calls[0]?.id ?? 0
    const fresh = this.#fresh.filter(({ id }) => id > newest).reverse()
    this.#fresh = []
    if (newest === 0 && fresh.length > 0) replace(this.#note, `The first call came: ${fresh.at(-1).result === "miss" ? "open it to see why it missed" : fresh.at(-1).result === "hit" ? "an example answered it" : "it was refused"}.`)
    if (this.#list.scrollTop > 4) this.#list.scrollTop += fresh.length * this.#list.rowHeight
    if (this.#list.active >= 0) this.#list.active += fresh.length
    this.#calls = fresh.concat(this.#calls)
    if (this.#calls.length > mostCalls) {
      this.#calls.length = mostCalls
      this.#next = null
      replace(this.#note, `The newest ${number(mostCalls)} are listed: filter them to find older ones.`)
    }
    const { length } = this.#calls
    this.#list.source.count = length + (this.#next ? 1 : 0)
    this.#list.update()
    this.#list.hidden = length === 0
    if (length === 0 && this.#emptyOf !== this.#asked) {
      this.#emptyOf = this.#asked
      replace(this.#empty, Object.values(this.#filter).some(Boolean) ? [h("h2", {}, "No call matches"), h("button", { onClick: () => set({ path: null, method: null, status: null, type: null }) }, "Show all calls")]
        : [h("h2", {}, "Waiting for the first call"), h("p", {}, "Send one from a terminal; it appears here:"), h("pre", {}, shown(this.mock.curl))])
    }
    this.#empty.hidden = length > 0
  }
}

function callRow({ time: when, method, path, query, status, result, score, totalMs, ...call }) {
  const why = call.missReason || call.reason || call.exampleName || call.responseName
  return h("div", { class: "call-row" }, h("span", { class: "dim" }, time(when)), bdi(method, 20, { class: "method" }), bdi(path + (query ? `?${query}` : ""), 400),
    h("span", { class: `status ${statusClass(status)}` }, status ?? "–"),
    h("span", { class: `result ${result === "hit" ? "" : result}` }, bdi(why || result, 300), typeof score === "number" && h("span", { class: "dim" }, ` score ${score}${score < 100 ? ", not exact" : ""}`)), h("span", { class: "dim number" }, duration(totalMs)))
}

class Usage {
  element = h("div", {}, "…")
  #latest = new Latest()

  constructor(mock) {
    this.mock = mock
  }

  async load() {
    try {
      const got = await this.#latest.run((signal) => Promise.all([get("usage", { mock: this.mock }, { signal }), get(["mocks", this.mock, "latency"], {}, { signal })]))
      if (got) this.#draw(...got)
    } catch (error) {
      failed(error)
    }
  }

  #draw({ days, months, total }, { count: answered, p50, p90, p99, max, sampled, buckets }) {
    const words = ({ calls, hits, misses, refused }) => `${count(calls, "call")}: ${number(hits)} hit, ${number(misses)} missed${refused > 0 ? `; ${number(refused)} more refused` : ""}`
    const lastDays = Array.from({ length: 30 }, (_, index) => new Date(Date.now() - (29 - index) * 86_400_000).toISOString().slice(0, 10)).map((period) => {
      const one = days.find((day) => day.period === period) ?? { calls: 0, hits: 0, misses: 0, refused: 0 }
      return { period, value: one.calls + one.refused, text: `${period}: ${words(one)}`, parts: [{ value: one.hits, kind: "good" }, { value: one.misses, kind: "bad" }, { value: one.refused, kind: "warn" }] }
    })
    const used = buckets.slice(buckets.findIndex((one) => one.count > 0), buckets.findLastIndex((one) => one.count > 0) + 1)
    const range = (one) => (one.upToMs === null ? "longer" : `up to ${duration(one.upToMs)}`)
    replace(this.element, h("div", { class: "charts" },
      bars("Calls per day", lastDays, { summary: `${words(total)} in all`, ends: [lastDays[0].period, "today"] }),
      // One call is no picture.
      answered > 1 && bars("Latency", used.map((one) => ({ value: one.count, text: `${range(one)}: ${count(one.count, "call")}` })),
        { ends: [...new Set([used[0], used.at(-1)].map(range))], summary: `p50 ${duration(p50)}, p90 ${duration(p90)}, p99 ${duration(p99)}, longest ${duration(max)}${sampled ? "; of the newest calls" : ""}` })),
    h("p", { class: "row-of" }, badge("hit", "good"), badge("missed", "bad"), badge("refused", "warn")),
    h("table", {}, headCells(["Month", "Calls", "Hit", "Missed", "Refused"]), h("tbody", {}, months.map((one) => rowOf(one.period, ...[one.calls, one.hits, one.misses, one.refused].map(number))))))
  }
}

customElements.define("mocks-view", MocksView)
customElements.define("mock-list", MockList)
customElements.define("mock-details", MockDetails)
