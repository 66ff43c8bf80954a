// Why a request missed: beside it its three nearest examples, what differs first, and buttons that mend.
import { get, Latest, patch, post, put, remove } from "../core/api.js"
import { atMost, bdi, h, replace, shown } from "../core/dom.js"
import { follow } from "../core/events.js"
import { link } from "../core/router.js"
import { dialog, field } from "../parts/dialog.js"
import { fieldLines } from "../parts/field-lines.js"
import { failed } from "../parts/toast.js"

const places = { query: "query parameter", header: "field", json: "body at", form: "form field" }
const bodyLimit = 20_000
/** Fields that say how the old body was sent. */
const framing = ["content-length", "transfer-encoding", "content-encoding"]

/** What a mend changes of an example. */
const changes = {
  ignore: ({ rule }) => ({ ignore: [rule] }), wildcard: ({ target }) => ({ target }), enable: () => ({ enabled: true }),
  "drop-rules": () => ({ dropRules: true }), "match-body": ({ value }) => ({ matchBody: value }), method: ({ method }) => ({ method }),
}

/** `<miss-view exchange="42">` */
export default class MissView extends HTMLElement {
  static observedAttributes = ["exchange"]
  #exchange
  #explanation
  #latest = new Latest()
  /** Mends that were made here, each with what takes it back. */
  #mended = []
  #isBusy = false
  #drawn
  #end

  connectedCallback() {
    this.#end = follow(["collection-changed", "mock-changed", "caught-up"], atMost(300, () => this.isConnected && this.#explain()))
    this.#load()
  }

  disconnectedCallback() {
    this.#end()
    this.#latest.stop()
  }

  attributeChangedCallback(name, before, now) {
    if (before === now) return
    this.#mended = []
    if (this.isConnected) this.#load()
  }

  /** As a view of its own: `#/history/42/miss` */
  show({ parts }) {
    this.setAttribute("exchange", parts[0])
  }

  get #number() { return this.getAttribute("exchange") }

  async #load() {
    if (!this.#number) return
    try {
      this.#exchange = await get(["history", this.#number], { bodyLimit })
      await this.#explain()
    } catch (error) {
      failed(error)
    }
  }

  async #explain() {
    if (!this.#exchange) return
    try {
      const explanation = await this.#latest.run((signal) => get(["history", this.#number, "explain"], {}, { signal }))
      if (!explanation) return
      this.#explanation = explanation
      this.#draw()
    } catch (error) {
      failed(error)
    }
  }

  #draw() {
    const { request } = this.#exchange
    const { result, considered } = this.#explanation
    // What has the focus is not drawn again for nothing.
    const drawn = JSON.stringify([this.#number, this.#explanation, this.#mended])
    if (drawn === this.#drawn) return
    this.#drawn = drawn
    const hadFocus = this.contains(document.activeElement)
    const nearest = considered.slice(0, 3)
    const isHit = result === "hit"
    const differs = nearest.map((one) => (one.difference?.place ?? "").toLowerCase())
    const marked = (...kinds) => ({ class: differs.some((place) => kinds.some((kind) => place.startsWith(kind))) ? "differs" : "" })
    replace(this,
      h("div", { role: "status" },
        h("p", { class: `badge ${isHit ? "good" : "bad"}` }, isHit ? "This request is a hit now." : considered.length > 0 ? "No example answers this request." : "No example comes near this request."),
        this.#mended.map(({ label, undo }, index) => h("p", {}, `${label}. `, undo && h("button", { class: "small", onClick: () => this.#do(async () => {
          await undo()
          this.#mended.splice(index, 1)
        }) }, "Undo")))),
      !isHit && h("div", { class: "bar" }, h("button", { onClick: () => this.#saveAsNew() }, "Save as a new example"), h("button", { onClick: () => this.#fetch() }, "Fetch once from upstream")),
      h("div", { class: "columns" },
        h("section", { class: "card" }, h("h2", {}, "The request"),
          h("p", {}, bdi(request.method, 40, marked("method")), " ", bdi(request.target, 2000, marked("path", "query"))),
          h("table", { class: "plain" }, h("tbody", {}, request.fields.slice(0, 200).map(({ name, value }) =>
            h("tr", marked(`field:${name.toLowerCase()}`, `header:${name.toLowerCase()}`), h("th", { scope: "row" }, bdi(name, 100)), h("td", {}, bdi(value, 500)))))),
          request.body.byteCount > 0 && h("pre", marked("body", "json", "form"), shown(request.body.text ?? "This is no text.", bodyLimit))),
        nearest.map((one) => this.#example(one, isHit))))
    if (hadFocus) this.querySelector("button")?.focus()
  }

  #example({ id, name, collection, request, difference, points, chosen, mends = [] }, isHit) {
    const [place, part] = (difference?.place ?? "").split(/:(.*)/s)
    return h("section", { class: "card" },
      h("h2", {}, h("a", { href: link(["collections", collection, id]) }, bdi(name, 120))), h("p", {}, bdi(request, 500)),
      points && h("p", {}, chosen ? "It answers with " : "It would answer with ", shown(points, 400).replace(/^([^:]+): (.*)$/s, "score $1 ($2)")),
      difference && [
        h("h3", {}, `First difference: ${places[place] ?? place} `, bdi(part, 200)), h("p", {}, shown(difference.reason, 600)),
        h("dl", {}, [["The example has", difference.expected], ["The request has", difference.actual]].map(([term, value]) =>
          h("div", {}, h("dt", {}, term), h("dd", { class: "differs" }, typeof value === "string" ? bdi(value, 600) : "nothing"))))],
      !isHit && mends.filter(({ kind }) => kind in changes).map((mend) => h("button", { onClick: () => this.#do(() => this.#mend(id, collection, mend)) }, shown(mend.label, 200))))
  }

  /** One thing after the other, and then what it did. */
  async #do(work) {
    if (this.#isBusy) return
    this.#isBusy = true
    try {
      await work()
      await this.#explain()
    } catch (error) {
      failed(error)
    } finally {
      this.#isBusy = false
    }
  }

  async #mend(id, collection, mend) {
    const { kind, label } = mend
    const query = { collection }
    const { view } = await get(["examples", id], query)
    await (kind === "method" ? put : patch)(["examples", id], changes[kind](mend), { query })
    const { revision } = await get(["examples", id], query)
    const before = kind === "wildcard" ? { target: view.target } : kind === "method" ? { method: view.method } : { rules: view.rules }
    // A form does not show all rules: those that were dropped are gone.
    this.#mended.push({ label, undo: kind !== "drop-rules" && (() => put(["examples", id], before, { revision, query })) })
  }

  async #learn(body, label) {
    const { example, collection, isNew } = await post(["history", this.#number, "learn"], body)
    this.#mended.push({ label, undo: isNew && (() => remove(["examples", example], { query: { collection } })) })
    await this.#explain()
  }

  async #saveAsNew() {
    const [nearest] = this.#explanation.considered
    const { view } = nearest ? await get(["examples", nearest.id], { collection: nearest.collection }).catch(() => ({})) : {}
    const status = h("input", { type: "number", min: 200, max: 999, value: view?.status ?? 200 })
    const fields = fieldLines((view?.fields ?? []).filter(({ name }) => !framing.includes(name.toLowerCase())))
    const body = h("textarea", { class: "code", rows: 10, spellcheck: "false", value: view?.body ?? "" })
    dialog({
      title: "Save as a new example", isWide: true,
      content: [view && h("p", {}, "This is what the nearest example answers."), field("Status", status), h("p", { class: "label" }, "Fields"), fields, field("Body", body)],
      actions: [{ label: "Save example", run: () => this.#learn({ status: Number(status.value), fields: fields.lines.filter(({ name }) => name), body: body.value }, "Saved as a new example") }],
    })
  }

  /** Where no address is known, or none that answers, it is asked for. */
  #fetch() {
    const learn = (upstream) => this.#learn({ fetch: true, upstream }, "Fetched once and saved as an example")
    this.#do(() => learn().catch((error) => {
      if (![400, 502].includes(error.status)) throw error
      const upstream = h("input", { type: "url", placeholder: "https://api.example.com" })
      dialog({
        title: "Fetch once from upstream", content: [h("p", {}, shown(error.message, 400)), field("Address of the API", upstream, "The request is sent there once. Its answer becomes an example.")],
        actions: [{ label: "Fetch", run: () => learn(upstream.value.trim()) }],
      })
    }))
  }
}

customElements.define("miss-view", MissView)
