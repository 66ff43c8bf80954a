// Mock servers: all of them, and one with its address, call log, usage, settings and server responses.
import { get, Latest, patch, post, put, remove } from "../core/api.js"
import { bdi, h, later, perFrame, replace, shown } from "../core/dom.js"
import { follow } from "../core/events.js"
import { count, date, duration, number, statusClass, time } from "../core/format.js"
import { may } from "../core/me.js"
import { go, link, set } from "../core/router.js"
import { bars } from "../parts/charts.js"
import { copyButton } from "../parts/copy.js"
import { confirm, dialog, field } from "../parts/dialog.js"
import { fieldLines } from "../parts/field-lines.js"
import { MockCreate } from "../parts/mock-create.js"
import { mockSettings } from "../parts/mock-settings.js"
import { tabs } from "../parts/tabs.js"
import { failed, say } from "../parts/toast.js"
import "../parts/virtual-list.js"
import "./miss.js"

const changes = ["mock-created", "mock-changed", "mock-deleted", "collection-changed", "environment-changed", "caught-up"]

/** Why it answers as if there were none. */
const whyOff = (mock) => mock.collectionName === null ? "its collection was deleted"
  : mock.environment && mock.environmentName === null ? "its environment was deleted"
    : mock.versionTag ? `its collection has no version ${mock.versionTag}` : "its collection or environment was deleted"

const access = (mock) => h("span", { class: `badge ${mock.private ? "warn" : ""}` }, mock.private ? "private" : "public")
const curl = (mock) => mock.curl ?? `curl -i ${mock.private ? '-H "x-api-key: $KEY" ' : ""}'${mock.url}/'`

export default class MocksView extends HTMLElement {
  #key
  #page

  show({ parts, query }) {
    const key = parts.join("/")
    if (key !== this.#key) {
      this.#key = key
      this.#page = parts.length === 0 ? new MockList() : parts[0] === "new" ? new MockCreate()
        : parts[1] === "calls" && parts[2] ? missPage(parts) : new MockDetails(parts[0])
      replace(this, this.#page)
    }
    this.classList.toggle("fixed", parts.length === 1 && parts[0] !== "new" && (query.get("tab") ?? "calls") === "calls")
    this.#page.show?.(query)
  }
}

const missPage = ([id, , exchange]) => h("div", {}, h("p", {}, h("a", { href: link(["mocks", id]) }, "← Call log")),
  h("h1", {}, `Why call ${shown(exchange, 20)} missed`), h("miss-view", { exchange }))

class MockList extends HTMLElement {
  #mocks
  #calls = new Map()
  #search = h("input", { type: "search", placeholder: "Filter by name, address, collection", "aria-label": "Filter mock servers", autocomplete: "off", onInput: later(60, () => set({ q: this.#search.value })) })
  #body = h("div", {})
  #text = ""
  #ends = []

  connectedCallback() {
    const load = later(100, () => this.#load())
    this.append(h("div", { class: "bar" }, h("h1", {}, "Mock servers"), this.#search, h("a", { class: "button primary", href: link(["mocks", "new"]) }, "New mock server")), this.#body)
    this.#ends = [
      follow(changes, load), follow("exchanges-left-out", load),
      follow("exchange", ({ mock }) => {
        const cell = this.#calls.get(mock)
        if (cell) cell.textContent = number((cell.value += 1))
      }),
    ]
    this.#load()
  }

  disconnectedCallback() {
    for (const end of this.#ends) end()
  }

  show(query) {
    this.#text = (query.get("q") ?? "").toLowerCase()
    if (document.activeElement !== this.#search) this.#search.value = query.get("q") ?? ""
    this.#draw()
  }

  async #load() {
    try {
      const { mocks, problems } = await get("mocks")
      this.#mocks = mocks
      for (const problem of problems) say(problem, { kind: "bad" })
      this.#draw()
    } catch (error) {
      failed(error)
    }
  }

  #draw() {
    if (!this.#mocks) return
    const found = this.#mocks.filter((mock) => `${mock.name} ${mock.url} ${mock.collectionName} ${mock.environmentName}`.toLowerCase().includes(this.#text))
    this.#calls.clear()
    const rows = found.map((mock) => {
      const calls = h("td", { class: "number more" }, number(mock.calls))
      calls.value = mock.calls ?? 0
      this.#calls.set(mock.id, calls)
      return h("tr", {},
        h("th", { scope: "row" }, h("a", { href: link(["mocks", mock.id]) }, bdi(mock.name, 120)), mock.deactivated && [" ", h("span", { class: "badge bad" }, "deactivated"), h("p", { class: "hint" }, whyOff(mock))]),
        h("td", {}, bdi(mock.url, 300), " ", copyButton("Copy", mock.url)),
        h("td", { class: "more" }, h("a", { href: link(["collections", mock.collection]) }, bdi(mock.collectionName ?? "", 80))),
        h("td", { class: "more" }, bdi(mock.environmentName ?? "none", 80)), h("td", {}, access(mock)), calls)
    })
    replace(this.#body, found.length > 0
      ? h("table", {}, h("thead", {}, h("tr", {}, ["Name", "Address", "Collection", "Environment", "Access", "Calls"].map((name, index) =>
        h("th", { scope: "col", class: index === 5 ? "number more" : index === 2 || index === 3 ? "more" : null }, name)))), h("tbody", {}, rows))
      : h("div", { class: "empty" }, this.#mocks.length > 0
        ? [h("h2", {}, "No mock server matches the filter"), h("button", { onClick: () => set({ q: null }) }, "Show all")]
        : [h("h2", {}, "There are no mock servers yet"), h("p", {}, "Make one from scratch, a file, an API call or what was recorded. Or type:"),
          h("pre", {}, "understudy mock create shop --request 'GET /users/{{id}}' --body '{\"id\": {{id}}}'"),
          h("p", {}, h("a", { class: "button primary", href: link(["mocks", "new"]) }, "New mock server"))]))
  }
}

/** A value of one or two levels, by its path. */
const leaves = (object) => Object.entries(object).flatMap(([name, value]) => ["config", "limits"].includes(name) ? Object.keys(value).map((inner) => [name, inner]) : [[name]])
const at = (object, path) => JSON.stringify(path.reduce((value, name) => value?.[name], object) ?? null)

class MockDetails extends HTMLElement {
  #id
  #mock
  #head = h("div", { class: "mock-head" })
  #body = h("div", { class: "mock-body" })
  #responses = h("div", {})
  #settings
  #log
  #usage
  #tab
  #drawn
  #saving = Promise.resolve()
  #ends = []

  constructor(id) {
    super()
    this.#id = id
  }

  connectedCallback() {
    this.append(this.#head, this.#body)
    const usage = later(1500, () => this.#tab === "usage" && this.#usage.load())
    this.#ends = [
      follow(changes, later(80, () => this.#load())),
      follow("exchange", (entry) => {
        if (!this.#mock || entry.mock !== this.#mock.id) return
        this.#log.take(entry)
        usage()
      }),
      follow(["exchanges-left-out", "caught-up"], later(1500, () => this.#log?.load())),
    ]
    this.#load()
  }

  disconnectedCallback() {
    for (const end of this.#ends) end()
  }

  async #load() {
    try {
      const mock = await get(["mocks", this.#id])
      if (!this.#mock) {
        const [environments, { collections }] = await Promise.all([get("environments").catch(() => ({})), get("collections")])
        this.#mock = mock
        this.#settings = mockSettings((changed, base) => this.#save(changed, base), {
          environments: environments.environments ?? [], tags: collections.find(({ id }) => id === mock.collection)?.tags ?? [],
        })
        this.#log = new CallLog(mock)
        this.#usage = new Usage(mock.id)
      }
      this.#take(mock)
      this.#showTab()
    } catch (error) {
      if (error.status !== 404) return failed(error)
      replace(this, h("div", { class: "empty" }, h("h2", {}, "This mock server is gone"), h("a", { href: link("mocks") }, "Show all mock servers")))
    }
  }

  #query = new URLSearchParams()
  show(query) {
    this.#query = query
    this.#showTab()
  }

  #showTab() {
    if (!this.#mock) return
    const name = this.#query.get("tab") ?? "calls"
    if (name !== this.#tab) {
      this.#tab = name
      const list = [["calls", "Call log", this.#log.element], ["usage", "Usage", this.#usage.element], ["settings", "Settings", this.#settings], ["responses", "Server responses", this.#responses]]
      replace(this.#body, tabs(list.map(([tab, label, element]) => ({ name: tab, label, content: () => element })), name, (tab) => {
        this.#tab = tab
        set({ tab }, true)
        if (tab === "usage") this.#usage.load()
      }))
      if (name === "usage") this.#usage.load()
    }
    this.#log.show(this.#query)
  }

  #take(mock) {
    this.#mock = mock
    this.#settings.show(mock)
    this.#drawResponses()
    const { url, name, description, deactivated, collectionName } = mock
    const drawn = JSON.stringify([url, name, description, deactivated, collectionName, mock.private, curl(mock)])
    if (drawn === this.#drawn) return
    this.#drawn = drawn
    replace(this.#head,
      h("div", { class: "bar" }, h("h1", {}, bdi(name, 200)), access(mock), deactivated && h("span", { class: "badge bad" }, "deactivated"),
        h("a", { class: "push", href: link("mocks") }, "All mock servers"), h("button", { class: "danger", onClick: () => this.#delete() }, "Delete")),
      deactivated && h("p", { class: "problem" }, `It answers as if there were none: ${whyOff(mock)}.`),
      description && h("p", {}, bdi(description, 2000)),
      h("div", { class: "line" }, h("span", { class: "label" }, "Address"), h("code", { class: "url" }, shown(url)), copyButton("Copy address", url)),
      h("div", { class: "line" }, h("span", { class: "label" }, "Try it"), h("code", { class: "curl" }, shown(curl(mock))), copyButton("Copy curl line", () => curl(this.#mock)),
        mock.private && may("admin") && h("button", { class: "small", onClick: () => this.#makeKey() }, "Make a key")),
      mock.private && h("p", { class: "hint" }, "$KEY stands for a key: it is shown once, when it is made."))
  }

  async #makeKey() {
    const name = h("input", { required: true, value: `${this.#mock.name} caller`.slice(0, 200) })
    const made = await dialog({
      title: "Make a key", content: [field("Whose or what for", name), h("p", { class: "hint" }, "A member's key: it calls private mock servers. Settings lists and revokes keys.")],
      actions: [{ label: "Make the key", run: () => post("keys", { name: name.value.trim() }) }],
    })
    if (made?.key) {
      dialog({
        title: "The key, shown this once",
        content: [h("pre", {}, made.key), copyButton("Copy key", made.key), h("p", {}, "With it:"), h("pre", {}, curl(this.#mock).replace("$KEY", made.key)), copyButton("Copy curl line", curl(this.#mock).replace("$KEY", made.key))],
      })
    }
  }

  /** Shown at once; taken back when it is refused. One after the other, so that each knows what the one before did. */
  #save(changed, base) {
    const next = { ...this.#mock, ...changed, config: { ...this.#mock.config, ...changed.config }, limits: { ...this.#mock.limits, ...changed.limits } }
    Object.defineProperty(next, "revision", { value: this.#mock.revision })
    this.#take(next)
    return (this.#saving = this.#saving.then(() => this.#send(changed, base)))
  }

  async #send(changed, base) {
    try {
      this.#take(await patch(["mocks", this.#id], changed, { revision: base.revision }))
    } catch (error) {
      try {
        const theirs = await get(["mocks", this.#id])
        // A change elsewhere in it is no conflict.
        const differing = leaves(changed).filter((path) => at(theirs, path) !== at(base, path))
        if (error.status === 409 && error.problem.name === "conflictError" && (differing.length === 0 || (await keepsMine(differing, theirs, changed)))) {
          return this.#send(changed, theirs)
        }
        document.activeElement?.blur?.()
        this.#take(theirs)
        if (differing.length === 0) failed(error)
      } catch {
        failed(error)
      }
    }
  }

  async #delete() {
    const { name, id } = this.#mock
    if (!(await confirm({ title: `Delete ${shown(name, 80)}?`, text: "Its address stops answering at once; its collection, environment and history stay.", label: "Delete mock server" }))) return
    try {
      await remove(["mocks", id], { revision: this.#mock.revision })
      go("mocks")
      say(`Mock server ${name} is deleted.`)
    } catch (error) {
      failed(error)
      this.#load()
    }
  }

  #drawResponses() {
    const { serverResponses, config } = this.#mock
    const active = config.serverResponseId
    const activate = (id) => this.#save({ config: { serverResponseId: id } }, this.#mock)
    replace(this.#responses,
      h("p", {}, "A server response plays an outage: while one is active, it answers every call. ", h("button", { class: "small", onClick: () => this.#editResponse() }, "Add a server response")),
      serverResponses.length === 0 ? h("div", { class: "empty" }, h("h2", {}, "There is none"), h("p", {}, "Add one, such as 503 Service Unavailable, and activate it."))
        : h("ul", { class: "responses" }, serverResponses.map((one) => h("li", { class: "card row-of" },
          h("span", { class: "status server" }, one.statusCode), bdi(one.name, 120), one.id === active && h("span", { class: "badge bad" }, "active"),
          h("span", { class: "push row-of" }, h("button", { class: "small", onClick: () => activate(one.id === active ? null : one.id) }, one.id === active ? "Deactivate" : "Activate"),
            h("button", { class: "small", onClick: () => this.#editResponse(one) }, "Edit"),
            h("button", { class: "small danger", onClick: () => this.#deleteResponse(one) }, "Delete"))))))
  }

  async #editResponse(one) {
    const name = h("input", { value: one?.name ?? "", placeholder: "outage" })
    const status = h("input", { type: "number", min: 500, max: 599, value: one?.statusCode ?? 503 })
    const language = h("select", {}, ["", "text", "json", "html", "xml", "javascript"].map((value) => h("option", { value, selected: value === (one?.language ?? "") }, value || "as its fields say")))
    const fields = fieldLines((one?.headers ?? []).map(({ key, value }) => ({ name: key, value })))
    const body = h("textarea", { class: "code", rows: 6, value: one?.body ?? "" })
    await dialog({
      title: one ? "Edit server response" : "Add a server response",
      content: [h("div", { class: "grid" }, field("Name", name), field("Status", status, "500 to 599"), field("Language", language)), h("div", { class: "field" }, h("span", { class: "label" }, "Fields"), fields), field("Body", body)],
      actions: [{
        label: "Save", run: async () => {
          const value = {
            name: name.value.trim(), statusCode: Number(status.value), language: language.value || null, body: body.value,
            headers: fields.lines.filter((line) => line.name).map((line) => ({ key: line.name, value: line.value })),
          }
          await (one ? put(["mocks", this.#id, "responses", one.id], value) : post(["mocks", this.#id, "responses"], value))
          await this.#load()
        },
      }],
    })
  }

  async #deleteResponse(one) {
    try {
      await remove(["mocks", this.#id, "responses", one.id])
      const { name, statusCode, headers, language, body } = one
      say(`Server response ${name} is deleted.`, { action: { label: "Undo", run: () => post(["mocks", this.#id, "responses"], { name, statusCode, headers, language, body }).then(() => this.#load(), failed) } })
      await this.#load()
    } catch (error) {
      failed(error)
    }
  }
}

/** Whether what is typed here goes over what somebody else saved first. */
async function keepsMine(differing, theirs, mine) {
  return (await dialog({
    title: "Somebody else changed this first",
    content: [h("p", {}, `Saved at ${date(theirs.updatedAt)}, while you were editing:`), h("table", {},
      h("thead", {}, h("tr", {}, ["Setting", "Theirs", "Yours"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, differing.map((path) => h("tr", {}, h("th", { scope: "row" }, path.at(-1)), h("td", {}, bdi(at(theirs, path), 200)), h("td", {}, bdi(at(mine, path), 200))))))],
    actions: [{ label: "Take theirs", kind: "", run: () => "theirs" }, { label: "Keep mine", run: () => "mine" }],
  })) === "mine"
}

const types = [["", "all calls"], ["success", "answered by an example"], ["error", "not answered"]]

class CallLog {
  #mock
  #calls = []
  #next = null
  #fresh = []
  #filter = {}
  #asked
  #isLoading = false
  #latest = new Latest()
  #list = document.createElement("virtual-list")
  #inputs
  #empty = h("div", { class: "empty", hidden: true })
  #note = h("p", { class: "note", role: "status" })
  #draw = perFrame(() => this.#update())

  constructor(mock) {
    this.#mock = mock
    const put = later(250, () => set(Object.fromEntries(Object.entries(this.#inputs).map(([name, input]) => [name, input.value.trim()]))))
    this.#inputs = {
      path: h("input", { type: "search", placeholder: "Path, such as /users/17", "aria-label": "Only this path", onInput: put }),
      method: h("input", { placeholder: "Method", "aria-label": "Only this method", size: 7, onInput: put }),
      status: h("input", { type: "number", min: 100, max: 999, placeholder: "Status", "aria-label": "Only this status", onInput: put }),
      type: h("select", { "aria-label": "What became of it", onChange: put }, types.map(([value, label]) => h("option", { value }, label))),
    }
    Object.assign(this.#list, {
      label: "Calls", render: callRow, onOpen: ({ id, result }) => go(result === "miss" ? ["mocks", mock.id, "calls", id] : ["history", id]),
      source: { count: 0, item: (index) => this.#calls[index], key: ({ id }) => id, need: (from, to) => to > this.#calls.length && this.#more() },
    })
    this.element = h("div", { class: "call-log" }, h("div", { class: "bar" }, Object.values(this.#inputs)), this.#note,
      h("div", { class: "row-head call-row", "aria-hidden": "true" }, ["Time", "Method", "Path", "Status", "Answered by", "Took"].map((name) => h("span", {}, name))), this.#list, this.#empty)
  }

  show(query) {
    this.#filter = Object.fromEntries(Object.entries(this.#inputs).map(([name, input]) => {
      const value = query.get(name) ?? ""
      if (input !== document.activeElement) input.value = value
      return [name, name === "method" ? value.toUpperCase() : value]
    }))
    const asked = JSON.stringify(this.#filter)
    if (asked !== this.#asked) this.load()
    this.#asked = asked
  }

  async load() {
    try {
      const page = await this.#latest.run((signal) => get(["mocks", this.#mock.id, "calls"], { limit: 100, ...this.#filter }, { signal }))
      if (!page) return
      this.#calls = page.calls
      this.#next = page.next
      this.#isKnown = true
      this.#draw()
    } catch (error) {
      failed(error)
    }
  }
  #isKnown = false

  async #more() {
    if (this.#isLoading || !this.#next) return
    this.#isLoading = true
    const cursor = this.#next
    try {
      const { calls, next } = await get(["mocks", this.#mock.id, "calls"], { limit: 100, ...this.#filter, cursor })
      if (cursor !== this.#next) return
      this.#calls.push(...calls)
      this.#next = next
    } catch (error) {
      failed(error)
    } finally {
      this.#isLoading = false
      this.#draw()
    }
  }

  /** A call that came now. */
  take(entry) {
    const { path, method, status, type } = this.#filter
    const isFound = (!status || `${entry.status}` === status) && (!method || entry.method === method)
      && (!type || (entry.result === "hit") === (type === "success")) && (!path || path === entry.path || path === `${entry.path}?${entry.query}`)
    if (isFound) this.#fresh.push(entry)
    this.#draw()
  }

  #update() {
    const newest = this.#calls[0]?.id ?? 0
    const fresh = this.#fresh.filter(({ id }) => id > newest).reverse()
    this.#fresh = []
    if (this.#calls.length === 0 && fresh.length > 0 && !this.#empty.hidden) {
      const { method, path, status, result } = fresh.at(-1)
      replace(this.#note, "The first call came: ", bdi(`${method} ${path}`, 200), ` → ${status ?? "no answer"}${result === "miss" ? ". It missed: open it to see why" : ""}.`)
    }
    if (fresh.length > 0) {
      if (this.#list.scrollTop > 4) this.#list.scrollTop += fresh.length * this.#list.rowHeight
      if (this.#list.active >= 0) this.#list.active += fresh.length
      this.#calls = fresh.concat(this.#calls)
    }
    const isEmpty = this.#isKnown && this.#calls.length === 0
    this.#list.source.count = this.#calls.length + (this.#next ? 1 : 0)
    this.#list.update()
    this.#list.hidden = isEmpty
    if (isEmpty && this.#empty.hidden) {
      const isFiltered = Object.values(this.#filter).some(Boolean)
      replace(this.#empty, isFiltered ? [h("h2", {}, "No call matches"), h("button", { onClick: () => set({ path: null, method: null, status: null, type: null }) }, "Show all calls")]
        : [h("h2", { class: "waiting" }, "Waiting for the first call"), h("p", {}, "Send one from a terminal; it appears here:"), h("pre", {}, shown(curl(this.#mock)))])
    }
    this.#empty.hidden = !isEmpty
  }
}

function callRow(call) {
  const isHit = call.result === "hit"
  const what = isHit ? call.exampleName ?? call.responseName : call.missReason ?? call.reason ?? call.responseName
  return h("div", { class: "call-row" },
    h("span", { class: "dim" }, time(call.time)), bdi(call.method, 20, { class: "method" }),
    bdi(call.path + (call.query ? `?${call.query}` : ""), 400), h("span", { class: `status ${statusClass(call.status)}` }, call.status ?? "–"),
    h("span", { class: isHit ? "" : "result miss" }, bdi(what || (isHit ? "an example" : call.result === "miss" ? "missed" : call.result), 300), call.score !== null && call.score !== undefined && h("span", { class: "dim" }, ` score ${call.score}`)),
    h("span", { class: "dim number" }, duration(call.totalMs)))
}

class Usage {
  element = h("div", {}, "…")
  #latest = new Latest()
  constructor(id) {
    this.id = id
  }

  async load() {
    try {
      const got = await this.#latest.run((signal) => Promise.all([get("usage", { mock: this.id }, { signal }), get(["mocks", this.id, "latency"], {}, { signal })]))
      if (got) this.#draw(...got)
    } catch (error) {
      failed(error)
    }
  }

  #draw({ days, months, total }, latency) {
    const words = (one) => `${count(one.calls, "call")}: ${number(one.hits)} hit, ${number(one.misses)} missed, ${number(one.refused)} refused`
    const known = new Map(days.map((one) => [one.period, one]))
    const first = [...known.keys()].sort()[0]
    const last = [...Array(60).keys()].reverse().map((ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10))
    const shownDays = last.filter((day, index) => index >= 46 || day >= first).map((day) => {
      const one = known.get(day) ?? { calls: 0, hits: 0, misses: 0, refused: 0 }
      return { value: one.calls, text: `${day}: ${words(one)}`, parts: [{ value: one.hits, kind: "good" }, { value: one.misses, kind: "bad" }, { value: one.refused, kind: "warn" }] }
    })
    const ms = (value) => (value === null ? "–" : duration(value))
    const { p50, p90, p99, max, sampled, buckets } = latency
    const used = buckets.findLastIndex((one) => one.count > 0) + 1
    replace(this.element, h("div", { class: "charts" },
      bars("Calls per day", shownDays, { summary: `${words(total)} in all` }),
      bars("Latency", buckets.slice(0, used).map((one) => ({ value: one.count, text: `${one.upToMs === null ? "longer" : `up to ${duration(one.upToMs)}`}: ${count(one.count, "call")}` })),
        { summary: `half within ${ms(p50)}, p90 ${ms(p90)}, p99 ${ms(p99)}, longest ${ms(max)}${sampled ? "; of the newest calls" : ""}` })),
    h("p", { class: "legend" }, [["good", "hit"], ["bad", "missed"], ["warn", "refused"]].map(([kind, word]) => h("span", { class: `badge ${kind}` }, word))),
    h("div", { class: "scroll-x" }, h("table", {}, h("caption", {}, "By month"),
      h("thead", {}, h("tr", {}, ["Month", "Calls", "Hit", "Missed", "Refused"].map((name, index) => h("th", { scope: "col", class: index ? "number" : null }, name)))),
      h("tbody", {}, months.map((one) => h("tr", {}, h("th", { scope: "row" }, one.period), [one.calls, one.hits, one.misses, one.refused].map((value) => h("td", { class: "number" }, number(value)))))))),
    total.calls === 0 && h("p", { class: "hint" }, "It was not called yet. The curl line above calls it."))
  }
}

customElements.define("mocks-view", MocksView)
customElements.define("mock-list", MockList)
customElements.define("mock-details", MockDetails)
