// Traffic: what passes now, newest first. Sampled when it is faster than anybody reads, and then it says so.
import { get } from "../core/api.js"
import { h, later, perFrame, replace, shown } from "../core/dom.js"
import { follow } from "../core/events.js"
import { count, number, time } from "../core/format.js"
import { keys } from "../core/keys.js"
import { go, set } from "../core/router.js"
import { line } from "../parts/charts.js"
import { exchangeRow, exchangeRowHead, matches, results } from "../parts/exchange-row.js"
import { failed } from "../parts/toast.js"
import "../parts/virtual-list.js"

/** Exchanges kept on the page; older ones are in History. */
const most = 5000
const seconds = 300
/** The newest exchange that was cleared away: what is not newer does not come back. */
let cleared = 0

const newestFirst = (a, b) => b.id - a.id

export default class TrafficView extends HTMLElement {
  #all = []
  #seen = []
  #waiting = new Map()
  #came = 0
  #leftOut = 0
  #isPaused = false
  #filter = { text: "", result: "" }
  #samples = []
  #list = document.createElement("virtual-list")
  #search = h("input", {
    type: "search", placeholder: "Filter: method, address, status", "aria-label": "Filter traffic", autocomplete: "off",
    onInput: () => this.#find(),
  })
  #find = later(60, () => set({ q: this.#search.value }))
  #result = h("select", { "aria-label": "What became of it", onChange: () => set({ result: this.#result.value }) },
    h("option", { value: "" }, "everything"), results.map(([name, what]) => h("option", { value: name }, what)))
  #pause = h("button", { onClick: () => this.#setPaused(!this.#isPaused) }, "Pause")
  #note = h("p", { class: "note", role: "status" })
  #charts = h("div", { class: "charts" })
  #empty = h("div", { class: "empty", hidden: true })
  #draw = perFrame(() => this.#update())
  #ends = []

  connectedCallback() {
    Object.assign(this.#list, {
      label: "Exchanges", render: exchangeRow, rowHeight: 34, onOpen: (item) => go(["history", item.id]),
      source: { count: 0, item: (index) => this.#seen[index], key: (item) => item.id, need: () => {} },
    })
    this.append(
      h("h1", {}, "Traffic"),
      h("div", { class: "bar" }, this.#search, this.#result, this.#pause,
        h("button", { onClick: () => this.#clear() }, "Clear")),
      this.#charts, this.#note, exchangeRowHead(), this.#list, this.#empty)
    this.#ends = [
      keys(this, [
        { key: "p", what: "Pause or resume", run: () => this.#setPaused(!this.#isPaused) },
        { key: "ArrowDown", what: "Into the list", run: () => this.#list.focus() },
      ]),
      follow("exchange", (entry) => this.#take(entry)),
      follow("exchanges-left-out", ({ count }) => { this.#leftOut += count; this.#draw() }),
      follow("activity", (sample) => { this.#samples.push(sample); this.#drawCharts() }),
      follow("caught-up", () => this.#load()),
    ]
    this.#load()
  }

  disconnectedCallback() {
    for (const end of this.#ends) end()
    this.#find.cancel()
  }

  show({ query }) {
    this.#filter = { text: (query.get("q") ?? "").toLowerCase(), result: query.get("result") ?? "" }
    if (document.activeElement !== this.#search) this.#search.value = query.get("q") ?? ""
    this.#result.value = this.#filter.result
    this.#sift()
    this.#draw()
  }

  async #load() {
    try {
      const newest = Math.max(cleared, this.#all[0]?.id ?? 0, ...[...this.#waiting.keys()].slice(-1))
      const [{ exchanges, next }, { samples }, status] = await Promise.all([
        get("history", newest ? { after: newest, limit: 1000 } : { limit: 200 }), get("activity"), get("status"),
      ])
      if (newest && next) this.#hasGap = true
      this.#samples = samples
      this.#address = status.address
      this.#upstream = status.upstream
      for (const entry of exchanges.sort(newestFirst).reverse()) this.#take(entry)
      this.#draw()
      this.#drawCharts()
    } catch (error) {
      failed(error)
    }
  }
  #address = ""
  #upstream = null
  #hasGap = false

  #take(entry) {
    if (!this.#waiting.has(entry.id)) this.#came += 1
    this.#waiting.set(entry.id, entry)
    if (this.#waiting.size > most) this.#waiting.delete(this.#waiting.keys().next().value)
    if (this.#isPaused) this.#sayPaused()
    else this.#draw()
  }

  /** What arrived joins the list: once per frame, however much it is. */
  #update() {
    if (!this.#isPaused && this.#waiting.size > 0) {
      const isAtTop = this.#list.scrollTop < 4
      // Loads and events overlap.
      const known = new Set(this.#all.map((entry) => entry.id))
      const fresh = [...this.#waiting.values()].filter(({ id }) => id > cleared && !known.has(id))
      this.#waiting.clear()
      this.#came = 0
      this.#all = fresh.concat(this.#all).sort(newestFirst).slice(0, most)
      const shownNow = fresh.filter((entry) => matches(entry, this.#filter))
      this.#seen = shownNow.concat(this.#seen).sort(newestFirst).slice(0, most)
      if (!isAtTop) this.#list.scrollTop += shownNow.length * this.#list.rowHeight
      if (this.#list.active >= 0) this.#list.active += shownNow.length
    }
    this.#list.source.count = this.#seen.length
    this.#list.update()
    this.#sayNote()
    this.#list.hidden = this.#seen.length === 0
    this.#empty.hidden = this.#seen.length > 0
    if (!this.#empty.hidden) this.#sayEmpty()
  }

  #sift() {
    this.#seen = this.#all.filter((entry) => matches(entry, this.#filter))
  }

  #setPaused(isPaused) {
    this.#isPaused = isPaused
    this.#pause.textContent = isPaused ? "Resume" : "Pause"
    this.#pause.classList.toggle("primary", isPaused)
    this.#draw()
  }

  #clear() {
    cleared = Math.max(cleared, this.#all[0]?.id ?? 0)
    this.#all = []
    this.#seen = []
    this.#leftOut = 0
    this.#hasGap = false
    this.#draw()
  }

  #sayPaused = perFrame(() => this.#sayNote())

  #sayNote() {
    const parts = []
    if (this.#isPaused) parts.push(`Paused; ${count(this.#came, "exchange")} came meanwhile.`)
    if (this.#leftOut > 0) parts.push(`Sampled: ${number(this.#leftOut)} more came too fast to be shown one by one; all of them are in History.`)
    if (this.#hasGap) parts.push("Some came while the page was away; they are in History.")
    if (this.#all.length >= most) parts.push(`The newest ${number(most)} are kept here; the rest is in History.`)
    this.#note.textContent = parts.join(" ")
    this.#note.hidden = parts.length === 0
  }

  #sayEmpty() {
    const isFiltered = this.#filter.text !== "" || this.#filter.result !== ""
    replace(this.#empty, isFiltered
      ? [h("h2", {}, "Nothing here matches the filter"), h("button", { onClick: () => set({ q: null, result: null }) }, "Show everything")]
      : [
        h("h2", {}, cleared > 0 ? "Waiting for the next request" : "Waiting for the first request"),
        h("p", {}, this.#upstream ? "Point your program at this address instead of the API:" : "Set this as your program's HTTP proxy, or call a mock server:"),
        h("pre", {}, this.#upstream ? `curl http://${this.#address}/` : `curl -x http://${this.#address} http://example.com/`),
      ])
  }

  #drawCharts = perFrame(() => {
    this.#samples = this.#samples.slice(-seconds)
    const last = this.#samples.at(-1)
    if (!last) return
    const rates = this.#samples.map((sample) => ({
      value: sample.requests, text: `${time(sample.time)}: ${count(sample.requests, "request")}, ${sample.hits} hit, ${sample.misses} missed, ${sample.recorded} recorded`,
    }))
    const ratios = this.#samples.map((sample) => {
      const asked = sample.hits + sample.misses
      return { value: asked ? sample.hits / asked : null, text: `${time(sample.time)}: ${asked ? `${Math.round((100 * sample.hits) / asked)} % of ${asked} hit` : "nothing looked up"}` }
    })
    const sum = (name) => this.#samples.reduce((total, sample) => total + sample[name], 0)
    const asked = sum("hits") + sum("misses")
    const minutes = Math.max(1, Math.round(this.#samples.length / 60))
    replace(this.#charts,
      line("Requests per second", rates, { summary: `${shown(last.requests)} now, ${number(sum("requests"))} in ${count(minutes, "minute")}` }),
      line("Hit ratio", ratios, { max: 1, kind: "good", summary: asked ? `${Math.round((100 * sum("hits")) / asked)} % of ${number(asked)} in ${count(minutes, "minute")}` : "nothing was looked up yet" }))
  })
}

customElements.define("traffic-view", TrafficView)
