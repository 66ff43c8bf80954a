// Why a request missed: beside it its three nearest examples, what differs first, and buttons that mend.
import { get, Latest, patch, post, put, remove } from "../core/api.js"
import { bdi, h, later, replace, shown } from "../core/dom.js"
import { follow } from "../core/events.js"
import { link } from "../core/router.js"
import { dialog, field } from "../parts/dialog.js"
import { fieldLines } from "../parts/field-lines.js"
import { failed, say } from "../parts/toast.js"

const places = { method: "Method", path: "Path", query: "Query parameter", header: "Field", field: "Field", body: "Body", json: "Body at", form: "Form field" }
/** Fields that say how the old body was sent. */
const framing = ["content-length", "transfer-encoding", "content-encoding"]

/** `query:page` as people read it. */
function placeName(place) {
  const [kind, name] = place.split(/[: ](.*)/s)
  return [places[kind] ?? kind, name && [" ", bdi(name, 200)]]
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
  #ends = []

  connectedCallback() {
    const again = later(300, () => this.#explain())
    this.#ends = [follow(["collection-changed", "mock-changed", "caught-up"], again)]
    this.#load()
  }

  disconnectedCallback() {
    for (const end of this.#ends) end()
    this.#latest.stop()
  }

  attributeChangedCallback() {
    this.#mended = []
    if (this.isConnected) this.#load()
  }

  get #number() { return this.getAttribute("exchange") }

  async #load() {
    try {
      this.#exchange = await get(["history", this.#number], { bodyLimit: 20_000 })
      await this.#explain()
    } catch (error) {
      failed(error)
    }
  }

  async #explain() {
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
    const { result, considered, score } = this.#explanation
    const isHit = result === "hit"
    const nearest = considered.slice(0, 3)
    const differs = new Set(nearest.map(({ difference, place }) => difference?.place ?? place ?? ""))
    const isAt = (...kinds) => [...differs].some((place) => kinds.some((kind) => place.startsWith(kind)))
    const marked = (isMarked) => (isMarked ? { class: "differs" } : {})
    replace(this,
      h("div", { role: "status" },
        isHit ? h("p", { class: "badge good" }, `This request is a hit now${score ? `, with score ${score}` : ""}.`)
          : h("p", { class: "badge bad" }, considered.length === 0 ? "No example comes near." : "No example answers this request."),
        this.#mended.map((mend) => h("p", {}, mend.label, ". ", mend.undo && h("button", { class: "small", onClick: () => this.#do(async () => {
          await mend.undo()
          this.#mended.splice(this.#mended.indexOf(mend), 1)
        }) }, "Undo")))),
      !isHit && h("div", { class: "bar" }, h("button", { onClick: () => this.#saveAsNew() }, "Save as a new example"), h("button", { onClick: () => this.#fetch() }, "Fetch once from upstream")),
      h("div", { class: "columns" },
        h("section", { class: "card" }, h("h2", {}, "The request"),
          h("p", { class: "mono" }, bdi(request.method, 40, marked(isAt("method"))), " ", bdi(request.target, 2000, marked(isAt("path", "query")))),
          h("table", { class: "plain" }, h("tbody", {}, request.fields.slice(0, 200).map(({ name, value }) =>
            h("tr", marked(isAt(`header:${name}`, `header:${name.toLowerCase()}`, `field:${name}`)), h("th", { scope: "row" }, bdi(name, 100)), h("td", {}, bdi(value, 500)))))),
          request.body.byteCount > 0 && h("pre", marked(isAt("body", "json", "form")), shown(request.body.text ?? `${request.body.byteCount} bytes that are no text`, 20_000), request.body.isCut && "…")),
        nearest.map((one) => this.#example(one, isHit))))
  }

  #example(one, isHit) {
    const { difference, reason } = one
    const id = one.exampleId ?? one.id
    return h("section", { class: `card ${one.chosen ? "chosen" : ""}` },
      h("h2", {}, h("a", { href: link(["collections", one.collection, id]) }, bdi(one.name, 120))),
      h("p", { class: "mono" }, bdi(one.request, 500)),
      one.points && h("p", {}, one.chosen ? "Answers: " : "", bdi(one.points, 400)),
      (difference ?? reason) && [
        h("h3", {}, "First difference: ", placeName(difference?.place ?? one.place ?? "")),
        h("p", {}, bdi(difference?.reason ?? reason, 600)),
        difference && h("dl", {}, [["The example has", difference.expected], ["The request has", difference.actual]].map(([term, value]) =>
          h("div", {}, h("dt", {}, term), h("dd", { class: "differs" }, value === null || value === undefined ? "nothing" : bdi(typeof value === "string" ? value : JSON.stringify(value), 600)))))],
      !isHit && (one.mends ?? []).filter(({ rule, target }) => rule || target).map((mend) => h("button", { onClick: () => this.#do(() => this.#mend(id, mend)) }, mend.label)))
  }

  /** One thing after the other, and then what it did. */
  async #do(work) {
    if (this.#isBusy) return
    this.#isBusy = true
    try {
      await work()
      await this.#explain()
      if (this.#explanation.result === "miss" && this.#mended.length > 0) say("It still misses: see what differs now.")
    } catch (error) {
      failed(error)
    } finally {
      this.#isBusy = false
    }
  }

  async #mend(id, { rule, target, label }) {
    const { view } = await get(["examples", id])
    await patch(["examples", id], rule ? { ignore: [rule] } : { target })
    const { revision } = await get(["examples", id])
    this.#mended.push({ label, undo: view && (() => put(["examples", id], rule ? { rules: view.rules } : { target: view.target }, { revision })) })
  }

  async #learn(body, label) {
    const { example, isNew } = await post(["history", this.#number, "learn"], body)
    this.#mended.push({ label, undo: isNew && (() => remove(["examples", example])) })
  }

  async #saveAsNew() {
    let view
    try {
      const [nearest] = this.#explanation.considered
      if (nearest) ({ view } = await get(["examples", nearest.exampleId ?? nearest.id]))
    } catch (error) {
      failed(error)
    }
    const status = h("input", { type: "number", min: 200, max: 999, required: true, value: view?.status ?? 200 })
    const fields = fieldLines((view?.fields ?? []).filter(({ name }) => !framing.includes(name.toLowerCase())))
    const body = h("textarea", { class: "code", rows: 10, spellcheck: "false", value: view?.body ?? "" })
    dialog({
      title: "Save as a new example", isWide: true,
      content: [view && h("p", { class: "hint" }, "What the nearest example answers; change it to what this request should get."),
        field("Status", status), h("div", { class: "field" }, h("span", { class: "label" }, "Fields"), fields), field("Body", body)],
      actions: [{
        label: "Save example", run: async () => {
          await this.#learn({ status: Number(status.value), fields: fields.lines.filter(({ name }) => name), body: body.value }, "Saved as a new example")
          await this.#explain()
        },
      }],
    })
  }

  async #fetch() {
    if (this.#isBusy) return
    this.#isBusy = true
    try {
      await this.#learn({ fetch: true }, "Fetched once and saved as an example")
      await this.#explain()
    } catch (error) {
      if (![400, 404, 409].includes(error.status)) return failed(error)
      // Where the API is, is not known, or it is not there.
      const upstream = h("input", { type: "url", placeholder: "https://api.example.com", required: true })
      dialog({
        title: "Fetch once from upstream", content: [h("p", {}, bdi(error.message, 400)), field("Address of the API", upstream, "The request is sent there once; its answer becomes an example.")],
        actions: [{
          label: "Fetch", run: async () => {
            await this.#learn({ fetch: true, upstream: upstream.value.trim() }, "Fetched once and saved as an example")
            await this.#explain()
          },
        }],
      })
    } finally {
      this.#isBusy = false
    }
  }
}

customElements.define("miss-view", MissView)
