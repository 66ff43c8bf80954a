// One exchange: what was asked and answered, how long it took, and what is different in another one.
import { get, Latest } from "../core/api.js"
import { bdi, button, h, replace } from "../core/dom.js"
import { bytes, count, date, duration, statusClass } from "../core/format.js"
import { link, set } from "../core/router.js"
import { fieldOf, piece, pretty, table } from "../parts/body-view.js"
import { copyButton } from "../parts/copy.js"
import { diffView } from "../parts/diff.js"
import { results } from "../parts/exchange-row.js"
import { tabs } from "../parts/tabs.js"

const load = (number, options) => get(["history", number], { bodyLimit: piece }, options)
const names = ["request", "response", "timings", "compare"]

/** `<exchange-view>`: `show(number, query)`; each of `actions` gives a button for an exchange. */
class ExchangeView extends HTMLElement {
  actions = []
  #loads = new Latest()

  disconnectedCallback() {
    this.#loads.stop()
    this.number = null
  }

  async show(number, query) {
    this.query = query
    const other = query.get("with")
    if (number === this.number && this.other === other) {
      const tab = this.querySelectorAll("[role=tab]")[names.indexOf(query.get("tab") ?? this.first)]
      return tab?.getAttribute("aria-selected") === "false" && tab.click()
    }
    if (!this.number) replace(this, h("p", { class: "note" }, "Loading…"))
    Object.assign(this, { number, other })
    try {
      const exchange = await this.#loads.run((signal) => load(number, { signal }))
      if (exchange) this.#draw(exchange)
    } catch (error) {
      // The next that is shown is loaded again, also when it is this one.
      this.number = null
      replace(this, h("div", { class: "empty" }, h("h2", {}, `Exchange ${number} cannot be shown`), h("p", {}, error.message),
        error.status !== 404 && button("Try again", () => this.show(number, this.query))))
    }
  }

  #draw(exchange) {
    const { request, response } = exchange
    const message = (side) => () => this.#message(exchange, side)
    this.first = response ? "response" : "request"
    replace(this,
      h("h2", { class: "line" }, bdi(request.method, 20), " ", bdi(url(exchange), 2000)),
      h("p", { class: "row-of" }, this.#facts(exchange)),
      this.#example(exchange),
      exchange.failure && h("p", { class: "problem" }, "It failed: ", bdi(`${exchange.failure.kind}, ${exchange.failure.detail}`, 500)),
      h("div", { class: "bar" },
        copyButton("Copy as curl", async () => (await get(["history", exchange.id, "curl"])).command),
        this.actions.map((make) => make(exchange))),
      tabs([
        { name: "request", label: "Request", content: message("request") },
        { name: "response", label: "Response", content: message("response") },
        { name: "timings", label: "Timings", content: () => timings(exchange) },
        { name: "compare", label: "Compare", content: () => this.#compare(exchange) },
      ], this.query.get("tab") ?? this.first, (tab) => set({ tab })))
  }

  #facts({ id, time, response, result, timings, session, mode }) {
    return [
      h("span", { class: `status ${statusClass(response?.status)}` }, response ? bdi(`${response.status} ${response.reason}`, 80) : "no response"),
      h("span", { class: `result ${result}` }, results.find(([name]) => name === result)?.[1] ?? result),
      h("span", {}, `${bytes(response?.body.byteCount ?? 0)} in ${duration(timings.totalMs)}`),
      h("span", { class: "dim" }, `exchange ${id}, ${date(time)}, ${mode} mode`),
      session && h("span", { class: "dim" }, "session ", bdi(session, 100)),
    ]
  }

  /** Which example answered, or why none did. */
  #example({ id, result, mock, example, exampleName, collection, score, missReason }) {
    const parts = []
    if (example) {
      parts.push(result === "hit" ? "Answered by " : "Kept as ", h("a", { href: link(["collections", collection ?? "", example].filter(Boolean)) }, bdi(exampleName ?? "an example", 120)),
        score === null || score === undefined ? "." : `, score ${score}.`)
    }
    if (result === "miss") {
      parts.push("No example answered", missReason ? ": " : ". ", missReason && [bdi(missReason.replace(/\.$/, ""), 300), ". "], h("a", { href: link(["history", id, "miss"]) }, "Why it missed, and how to mend it"))
    }
    if (mock) parts.push(" Call of ", h("a", { href: link(["mocks", mock]) }, "its mock server"), ".")
    return parts.length > 0 && h("p", {}, parts)
  }

  #message(exchange, side) {
    const message = exchange[side]
    if (!message) return h("p", { class: "note" }, "No response came.")
    const rows = (lines) => table(lines.map(({ name, value }) => [name, value]), ["Field", "Value"])
    return [
      h("p", { class: "mono" }, bdi(side === "request" ? `${message.method} ${message.target} ${message.version}` : `${message.status} ${message.reason}`, 4000)),
      message.interim?.length > 0 && h("p", { class: "note" }, `First came: ${message.interim.map(({ status }) => status).join(", ")}.`),
      h("details", { open: true }, h("summary", {}, count(message.fields.length, "field")), rows(message.fields)),
      message.status === 101 && h("p", { class: "note" }, "The connection changed its protocol. What went over it then was passed on and is not recorded."),
      fieldOf(message, "content-type").startsWith("text/event-stream") && h("p", { class: "note" }, "A stream of events: the body has all that came. When each event came is not shown."),
      Object.assign(document.createElement("body-view"), { number: exchange.id, side, message, mode: this.query.get("as"), onMode: (mode) => set({ as: mode }) }),
      message.trailers.length > 0 && [h("h3", {}, "Trailers"), rows(message.trailers)],
    ]
  }

  #compare(exchange) {
    const { request, id } = exchange
    const number = h("input", { type: "number", min: 1, "aria-label": "Number of the other exchange", placeholder: "Number", value: this.other ?? "" })
    const pick = h("select", { "aria-label": "One of the last to the same path", onChange: () => set({ with: pick.value }) }, h("option", { value: "" }, "The last to the same path…"))
    const out = h("div", {})
    const fill = async () => {
      try {
        const { exchanges } = await get("history", { method: request.method, host: hostOf(exchange), path: request.target.split("?")[0], limit: 20 })
        if (pick.length === 1) pick.append(...exchanges.filter((one) => one.id !== id).map((one) => h("option", { value: one.id }, `${one.id}: ${one.status ?? "failed"}, ${date(one.time)}`)))
        if (this.other) replace(out, differences(exchange, await load(this.other)))
        else replace(out, h("p", { class: "note" }, "Choose what to compare this with."))
      } catch (error) {
        replace(out, h("p", { class: "problem" }, error.message), button("Try again", fill))
      }
    }
    fill()
    return [
      h("form", { class: "bar", onSubmit: (event) => (event.preventDefault(), set({ with: number.value })) }, "Compare with ", number, h("button", { type: "submit" }, "Compare"), pick),
      out,
    ]
  }
}

const hostOf = ({ upstream, request }) => {
  for (const text of [request.target, upstream, `http://${fieldOf(request, "host")}`]) {
    if (/^https?:/.test(text) && URL.canParse(text)) return new URL(text).hostname
  }
}

const url = ({ upstream, request }) => (request.target.startsWith("/") ? (upstream || `http://${fieldOf(request, "host")}`) + request.target : request.target)

/** Parts of the time as a bar. The server says when each ended, from the beginning. */
function timings({ timings }) {
  const ends = [
    ["Name lookup", timings.nameLookupMs], ["Connect", timings.connectMs], ["TLS", timings.tlsMs], ["Waiting", timings.firstByteMs],
    ["Receiving", Math.max(timings.totalMs, timings.firstByteMs)],
  ]
  let last = 0
  const total = ends.at(-1)[1] || 1
  return h("table", { class: "timings" },
    h("tbody", {}, ends.map(([name, end]) => {
      const start = last
      last = Math.max(last, end)
      const bar = h("span", { class: "part", style: { marginLeft: `${(100 * start) / total}%`, width: `${(100 * (last - start)) / total}%` } })
      return h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: "number" }, end > 0 ? duration(last - start) : "none"), h("td", {}, bar))
    }), h("tr", {}, h("th", { scope: "row" }, "In all"), h("td", { class: "number" }, duration(timings.totalMs)), h("td", {}))))
}

/** Of two exchanges, in a table what is short and line by line what is long. */
function differences(...both) {
  const [one, other] = both.sort((a, b) => a.id - b.id)
  const names = [`Older: exchange ${one.id}`, `Newer: exchange ${other.id}`]
  const rows = []
  const add = (name, ...values) => values[0] !== values[1] && rows.push([name, ...values.map((value) => value ?? "–")])
  add("Method", one.request.method, other.request.method)
  add("URL", url(one), url(other))
  add("Status", one.response?.status, other.response?.status)
  for (const side of ["request", "response"]) {
    const lines = [one, other].map((exchange) => {
      const all = Object.create(null)
      for (const { name, value } of exchange[side]?.fields ?? []) (all[name.toLowerCase()] ??= []).push(value)
      return all
    })
    for (const name of new Set(lines.flatMap(Object.keys))) add(`${side}: ${name}`, ...lines.map((all) => all[name]?.join(", ")))
  }
  const bodies = ["request", "response"].map((side) => {
    const messages = [one[side], other[side]]
    if (messages.some((message) => message?.body.base64)) return [h("h3", {}, `Body of the ${side}`), h("p", { class: "note" }, "This is no text: compare the octets in Hex.")]
    const texts = messages.map((message) => (message ? pretty(message) : ""))
    if (!texts[0] && !texts[1]) return
    return [
      h("h3", {}, `Body of the ${side}`), messages.some((message) => message?.body.isCut) && h("p", { class: "note" }, "Compared are the first 256 KB."),
      diffView(...texts, names),
    ]
  })
  return [
    rows.length > 0 ? table(rows, ["What differs", ...names]) : h("p", { class: "note" }, "Method, URL, status and fields are the same."),
    bodies,
  ]
}

customElements.define("exchange-view", ExchangeView)
