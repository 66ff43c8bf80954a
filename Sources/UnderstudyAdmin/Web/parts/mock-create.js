// A new mock server, in the four ways of the command line.
import { call, get, Latest, post } from "../core/api.js"
import { bdi, button, h, later, replace, shown } from "../core/dom.js"
import { follow } from "../core/events.js"
import { count, number, statusClass } from "../core/format.js"
import { go, link, set } from "../core/router.js"
import { field } from "./dialog.js"
import { fieldLines } from "./field-lines.js"
import { check, choose, delayField, input, options } from "./mock-settings.js"
import { nameField } from "./mock-name.js"
import { tabs } from "./tabs.js"
import { failed, say } from "./toast.js"

/** What of the history is wanted; the history's other filters count when the address has them. */
const conditions = { date: "Day (UTC)", host: "Host", path: "Path", method: "Method", status: "Status", search: "Text" }
const others = ["since", "until", "result", "session", "mock"]

const ways = { scratch: "From scratch", collection: "From a collection", call: "From an API call", history: "From history" }
const area = (props) => h("textarea", { class: "code", rows: 4, spellcheck: "false", ...props })
const methods = () => choose(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map((name) => [name]))
const named = ({ lines }) => lines.filter(({ name }) => name)

/** What can be taken of the history at once. */
const mostExchanges = 10_000

/** What is typed stays until the mock server is made, wherever one looks meanwhile. */
let draft
export const mockCreate = () => (draft ??= new MockCreate())

class MockCreate extends HTMLElement {
  #way
  #query
  #isRunning = false
  #named = nameField()
  #name = this.#named.name
  #private = h("input", { type: "checkbox" })
  #environment = choose([["", "none"]])
  #saveURLAs = input()
  #delay = delayField()
  #tabs = h("div", {})
  #problem = h("p", { class: "problem", role: "alert" })
  #progress = h("div", { role: "status" })
  #button = h("button", { class: "primary" }, "Create mock server")
  #panels = { scratch: this.#scratch(), collection: this.#collection(), call: this.#call(), history: this.#history() }
  #token = `mock-${Date.now()}-${`${Math.random()}`.slice(2)}`
  #end
  #isBack

  connectedCallback() {
    this.#isBack = true
    if (!this.firstChild) this.append(h("div", { class: "bar" }, h("h1", {}, "New mock server"), h("a", { class: "push", href: link("mocks") }, "All mock servers")),
      h("form", { onSubmit: (event) => (event.preventDefault(), this.#make()) }, this.#tabs, h("section", { class: "card grid" },
        this.#named, field("Environment", this.#environment), this.#delay,
        field("Save the URL in a new environment called", this.#saveURLAs, "The environment gets the variable url. Leave it empty to make none."), check("Private", this.#private, "Callers need a key in x-api-key.")),
      this.#problem, this.#progress, this.#button))
    this.#end = follow("progress", ({ token, done, total, what }) => token === this.#token && this.#isRunning
      && replace(this.#progress, h("progress", { value: total ? done : null, max: total, "aria-label": "Progress" }), `${what}: ${number(done)}${total ? ` of ${number(total)}` : ""}`))
    this.#load().catch(failed)
  }

  disconnectedCallback() {
    this.#end()
    this.#panels.history.stop()
  }

  show(query) {
    this.#query = query
    const way = query.get("from") in ways ? query.get("from") : query.has("collection") ? "collection" : query.has("exchanges") || query.has("date") ? "history" : "scratch"
    this.#name.required = way !== "collection"
    if (way !== this.#way) {
      this.#way = way
      const { element } = this.#panels[way]
      if (!element.isConnected) {
        replace(this.#tabs, tabs(Object.entries(ways).map(([name, label]) => ({ name, label, content: () => this.#panels[name].element })), way, (from) => set({ from }, true)))
      }
    }
    if (this.#isBack) this.#panels.collection.forget()
    this.#isBack = false
    this.#panels[way].show?.()
  }

  async #load() {
    const [{ environments }, { publicMocks }] = await Promise.all([get("environments"), get("policy")])
    const { value } = this.#environment
    replace(this.#environment, options([["", "none"], ...environments.map(({ id, name }) => [id, name])]))
    if (environments.some(({ id }) => id === value)) this.#environment.value = value
    this.#private.disabled = !publicMocks
    if (!publicMocks) this.#private.checked = true
  }

  async #make() {
    this.#isRunning = this.#button.disabled = true
    this.#problem.textContent = ""
    replace(this.#progress, h("progress", { "aria-label": "Progress" }))
    try {
      const mock = await this.#panels[this.#way].make({
        name: this.#name.value.trim() || undefined, private: this.#private.checked, environment: this.#environment.value || undefined,
        config: { delay: this.#delay.value }, saveURLAs: this.#saveURLAs.value.trim() || undefined,
      }, { progress: this.#token })
      if (draft === this) draft = undefined
      if (this.isConnected) go(["mocks", mock.id])
      else say(`Mock server ${mock.name} is made.`)
    } catch (error) {
      this.#problem.textContent = error.message
      if (!this.isConnected) failed(error)
    } finally {
      this.#isRunning = this.#button.disabled = false
      replace(this.#progress)
    }
  }

  #scratch() {
    const rows = new Map()
    const list = h("div", {})
    const add = () => {
      const method = methods()
      const target = input({ value: "/", required: true, pattern: "/.*" })
      const status = input({ type: "number", min: 200, max: 999, required: true, value: 200 })
      const fields = fieldLines([{ name: "Content-Type", value: "application/json" }])
      const body = area({ placeholder: '{"id": {{id}}}' })
      const row = h("fieldset", { class: "card" }, h("legend", {}, "Request and answer"),
        h("div", { class: "grid" }, field("Method", method), field("Path", target, "In /users/{{id}} the {{id}} stands for anything."), field("Status", status)),
        h("p", { class: "label" }, "Fields of the answer"), fields, field("Body of the answer", body),
        rows.size > 0 && button("Remove this request", () => (rows.delete(row), row.remove())))
      rows.set(row, () => ({ method: method.value, target: target.value.trim(), status: Number(status.value), fields: named(fields), body: body.value }))
      list.append(row)
      return target
    }
    add()
    return {
      element: h("div", {}, list, h("p", {}, button("Add a request", () => add().focus()))),
      make: (common, options) => post(["mocks", "from-examples"], { ...common, examples: [...rows.values()].map((read) => read()) }, options),
    }
  }

  #collection() {
    let collections
    let file
    const chosen = h("select", { required: true, onChange: () => set({ collection: chosen.value }) })
    const tag = h("select", {})
    const note = h("p", { role: "status" })
    const choice = h("input", { type: "file", onChange: () => take(choice.files[0]) })
    const take = (value) => {
      file = value
      chosen.required = !file
      note.textContent = file ? `${shown(file.name, 100)} will be imported and mocked.` : ""
    }
    const load = async () => {
      collections = (await get("collections")).collections
      replace(chosen, options([["", "Choose one"], ...collections.map(({ id, name }) => [id, name])]))
    }
    const select = (wanted) => {
      const found = collections.find(({ id, slug }) => id === wanted || slug === wanted)
      const version = tag.value
      chosen.value = found?.id ?? ""
      replace(tag, options([["", "as it is now"], ...(found?.tags ?? []).map((name) => [name])]))
      if (found?.tags.includes(version)) tag.value = version
    }
    return {
      forget: () => (collections = undefined),
      async show() {
        if (!collections) await load().catch(failed)
        if (collections) select(this.query().get("collection"))
      },
      query: () => this.#query,
      element: h("div", { class: "grid" },
        h("section", { class: "card" }, field("Collection", chosen), field("Version", tag)),
        h("section", { class: "card drop", onDragover: (event) => event.preventDefault(), onDrop: (event) => (event.preventDefault(), take(event.dataTransfer.files[0])) },
          field("Or a file: choose it, or drop it here", choice, "Postman's collections and exports, HAR, OpenAPI, curl command lines."), note)),
      async make(common, options) {
        if (file) {
          const { imported, problemCount, problems } = await call("POST", "import", { content: file, ...options })
          // What is imported is not imported again when the rest fails.
          choice.value = ""
          take()
          await load()
          const made = imported.filter(({ kind }) => kind === "collection")
          const id = made.length === 1 ? made[0].id : null
          set({ collection: id })
          select(id)
          if (problemCount > 0) say(`${count(problemCount, "part")} of the file could not be taken over. ${problems.slice(0, 3).map(({ place, message }) => `${place}: ${message}`).join("; ")}`, { kind: "bad" })
          if (!id) throw new Error(`This file has ${count(made.length, "collection")}; all of it is imported. Choose what to mock.`)
        }
        return post("mocks", { ...common, collection: chosen.value, versionTag: tag.value || undefined }, options)
      },
    }
  }

  #call() {
    const sent = []
    let isChanged = true
    const change = () => (isChanged = true)
    const method = methods()
    const url = input({ type: "url", required: true, placeholder: "https://api.example.com/users/1" })
    const fields = fieldLines([], change)
    const body = area()
    const answers = h("div", { role: "status" })
    const send = async () => {
      const { exchange, status } = await post("calls", { method: method.value, url: url.value, fields: named(fields), body: body.value || undefined })
      sent.push(exchange)
      isChanged = false
      const { response } = await get(["history", exchange], { bodyLimit: 4000 })
      answers.prepend(h("section", { class: "card" }, h("h2", {}, h("span", { class: `status ${statusClass(status)}` }, status ?? "No answer"), " ", h("a", { href: link(["history", exchange]) }, bdi(`${method.value} ${url.value}`, 300))),
        h("pre", {}, shown(response?.body.text ?? "This is no text.", 4000))))
    }
    return {
      element: h("div", { onInput: change }, h("p", {}, "The API is called now. What it answers, the mock server will answer."),
        h("div", { class: "grid" }, field("Method", method), field("URL", url)), h("p", { class: "label" }, "Fields of the request"), fields, field("Body of the request", body),
        h("p", {}, button("Send", () => url.reportValidity() && send().catch(failed))), answers),
      async make(common, options) {
        if (isChanged) await send()
        return (await post(["mocks", "from-history"], { ...common, exchanges: sent }, options)).mock
      },
    }
  }

  #history() {
    const groups = ["domain", "path"].map((value) => h("input", { type: "checkbox", value }))
    const put = later(300, () => set(Object.fromEntries(Object.entries(inputs).map(([name, one]) => [name, one.value]))))
    const inputs = Object.fromEntries(Object.keys(conditions).map((name) => [name, input({ type: name === "date" ? "date" : "text", onInput: put })]))
    const filters = h("div", { class: "grid" }, Object.entries(conditions).map(([name, label]) => field(label, inputs[name])))
    const found = h("p", { role: "status" })
    const wanted = () => {
      const exchanges = (this.#query.get("exchanges") ?? "").split(",").map(Number).filter(Boolean)
      return exchanges.length > 0 ? { exchanges } : Object.fromEntries([...Object.keys(conditions), ...others].map((name) => [name, this.#query.get(name) || undefined]))
    }
    const latest = new Latest()
    const announce = (total, what = "exchange") => (found.textContent = typeof total !== "number" ? "" : total > mostExchanges
      ? `These are ${count(total, what)}, and ${number(mostExchanges)} can be mocked at once: say fewer.` : `${count(total, what)} will be mocked.`)
    const tell = later(200, async () => {
      try {
        const got = await latest.run((signal) => get("history", { ...wanted(), limit: 1, count: true }, { signal }))
        if (got && !wanted().exchanges) announce(got.total)
      } catch (error) {
        found.textContent = error.message
      }
    })
    return {
      stop() {
        put.cancel()
        tell.cancel()
        latest.stop()
      },
      show() {
        const { exchanges } = wanted()
        filters.hidden = exchanges !== undefined
        for (const [name, one] of Object.entries(inputs)) if (one !== document.activeElement) one.value = wanted()[name] ?? ""
        if (exchanges) announce(exchanges.length, "chosen exchange")
        else tell()
      },
      element: h("section", { class: "card" }, filters, found, groups.map((one) => h("label", { class: "check" }, one, `A folder for each ${one.value}`))),
      async make(common, options) {
        const { mock, leftOut } = await post(["mocks", "from-history"], { ...common, ...wanted(), group: groups.filter((one) => one.checked).map((one) => one.value) }, options)
        if (leftOut.length > 0) say(`Left out, for want of a whole answer: ${count(leftOut.length, "exchange")}.`)
        return mock
      },
    }
  }
}

customElements.define("mock-create", MockCreate)
