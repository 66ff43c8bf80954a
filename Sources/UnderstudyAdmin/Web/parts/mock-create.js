// A new mock server, in the four ways of the command line.
import { call, get, post } from "../core/api.js"
import { bdi, h, later, replace, shown } from "../core/dom.js"
import { follow } from "../core/events.js"
import { count, number, statusClass } from "../core/format.js"
import { go, link, set } from "../core/router.js"
import { field } from "./dialog.js"
import { fieldLines } from "./field-lines.js"
import { check, delayField } from "./mock-settings.js"
import { tabs } from "./tabs.js"
import { failed, say } from "./toast.js"

/** What of the history is wanted; the rest of the history's filters is taken from the address as it is. */
const conditions = { date: "Day (UTC)", host: "Host", path: "Path", method: "Method", status: "Status", search: "Text" }
const others = ["since", "until", "result", "session", "mock"]

const text = (props) => h("input", { autocomplete: "off", spellcheck: "false", ...props })
const area = (props) => h("textarea", { class: "code", rows: 4, spellcheck: "false", ...props })
const method = () => h("select", {}, ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map((name) => h("option", {}, name)))
const named = (lines) => lines.filter(({ name }) => name)
const group = (label, content) => h("div", { class: "field" }, h("span", { class: "label" }, label), content)

export class MockCreate extends HTMLElement {
  #way
  #query = new URLSearchParams()
  #name = text({ maxlength: 255, placeholder: "shop" })
  #private = h("input", { type: "checkbox" })
  #environment = h("select", {}, h("option", { value: "" }, "none"))
  #saveURLAs = text({ placeholder: "Name of a new environment" })
  #delay = delayField()
  #ways = h("div", {})
  #problem = h("p", { class: "problem", role: "alert", hidden: true })
  #progress = h("div", { role: "status" })
  #button = h("button", { class: "primary", type: "submit" }, "Create mock server")
  #panels = { scratch: this.#scratch(), collection: this.#collection(), call: this.#call(), history: this.#history() }
  #token = `mock-${Date.now()}-${Math.floor(Math.random() * 1e9)}`
  #end

  connectedCallback() {
    this.append(h("div", { class: "bar" }, h("h1", {}, "New mock server"), h("a", { class: "push", href: link("mocks") }, "All mock servers")),
      h("form", { onSubmit: (event) => (event.preventDefault(), this.#make()) }, this.#ways,
        h("section", { class: "card" }, h("div", { class: "grid" },
          field("Name", this.#name, "It becomes its address: shop is at http://shop.localhost"),
          field("Environment", this.#environment), this.#delay,
          field("Save the URL as a variable in a new environment", this.#saveURLAs, "Named so; its variable is url. Empty: none."),
          check("Private", this.#private, "Callers need a key in x-api-key."))),
        this.#problem, this.#progress, this.#button))
    this.#delay.value = null
    this.#end = follow("progress", ({ token, done, total, what }) => token === this.#token && this.#running
      && replace(this.#progress, h("progress", { value: done, max: total, "aria-label": "Progress" }), `${what ?? ""} ${number(done)}${total ? ` of ${number(total)}` : ""}`))
    this.#load()
  }

  disconnectedCallback() {
    this.#end()
  }

  show(query) {
    this.#query = query
    const way = query.get("from") in this.#panels ? query.get("from") : "scratch"
    this.#name.required = way !== "collection"
    if (way !== this.#way) {
      this.#way = way
      const labels = { scratch: "From scratch", collection: "From a collection", call: "From an API call", history: "From history" }
      replace(this.#ways, tabs(Object.entries(labels).map(([name, label]) => ({ name, label, content: () => this.#panels[name].element })), way, (from) => {
        this.#way = from
        set({ from }, true)
      }))
    }
    this.#panels[way].show?.()
  }

  async #load() {
    const quiet = (error) => (error.status === 404 ? {} : (failed(error), {}))
    const [{ environments = [] }, { publicMocks }] = await Promise.all([get("environments").catch(quiet), get("policy").catch(quiet)])
    this.#environment.append(...environments.map(({ id, name }) => h("option", { value: id }, shown(name, 80))))
    if (publicMocks === false) Object.assign(this.#private, { checked: true, disabled: true })
  }

  #running = false
  async #make() {
    if (this.#running) return
    this.#running = this.#button.disabled = true
    this.#problem.hidden = true
    replace(this.#progress, h("progress", { "aria-label": "Progress" }))
    try {
      const mock = await this.#panels[this.#way].make({
        name: this.#name.value.trim() || undefined, private: this.#private.checked, environment: this.#environment.value || undefined,
        config: { delay: this.#delay.value }, saveURLAs: this.#saveURLAs.value.trim() || undefined,
      }, { progress: this.#token })
      if (this.isConnected) go(["mocks", mock.id])
      else say(`Mock server ${mock.name} is made.`)
    } catch (error) {
      this.#problem.textContent = error.message
      this.#problem.hidden = false
    } finally {
      this.#running = this.#button.disabled = false
      replace(this.#progress)
    }
  }

  #scratch() {
    const rows = []
    const list = h("div", {})
    const add = () => {
      const inputs = { method: method(), target: text({ value: "/", required: true, pattern: "/.*", placeholder: "/users/{{id}}" }), status: text({ type: "number", min: 200, max: 999, required: true, value: 200 }), body: area({ placeholder: '{"id": {{id}}}' }) }
      const fields = fieldLines([{ name: "Content-Type", value: "application/json" }])
      const row = () => ({ method: inputs.method.value, target: inputs.target.value.trim(), status: Number(inputs.status.value), fields: named(fields.lines), body: inputs.body.value })
      const element = h("fieldset", { class: "card" }, h("legend", {}, "Request and answer"),
        h("div", { class: "grid" }, field("Method", inputs.method), field("Path", inputs.target, "{{id}} stands for any segment and is filled in."), field("Status", inputs.status)),
        group("Fields of the answer", fields), field("Body of the answer", inputs.body),
        rows.length > 0 && h("button", { type: "button", class: "small danger", onClick: () => (rows.splice(rows.indexOf(row), 1), element.remove()) }, "Remove this request"))
      rows.push(row)
      list.append(element)
      return inputs.target
    }
    add()
    return {
      element: h("div", {}, list, h("button", { type: "button", onClick: () => add().focus() }, "Add a request")),
      make: (common, options) => post(["mocks", "from-examples"], { ...common, examples: rows.map((row) => row()) }, options),
    }
  }

  #collection() {
    let collections
    let file
    const chosen = h("select", { onChange: () => set({ collection: chosen.value }) })
    const tag = h("select", {})
    const drawTags = () => replace(tag, h("option", { value: "" }, "as it is now"), collections.find(({ id }) => id === chosen.value)?.tags.map((name) => h("option", {}, name)))
    const load = async () => {
      collections = (await get("collections")).collections
      replace(chosen, h("option", { value: "" }, "Choose one"), collections.map(({ id, name }) => h("option", { value: id }, shown(name, 80))))
    }
    const note = h("p", { class: "hint", role: "status" })
    const input = h("input", { type: "file", onChange: () => take(input.files[0]) })
    const take = (value) => {
      file = value
      chosen.required = !file
      note.textContent = file ? `${file.name} will be imported, and mocked.` : ""
    }
    const show = async () => {
      if (!collections) await load().catch(failed)
      const wanted = this.#query.get("collection") ?? ""
      chosen.value = collections?.find(({ id, slug }) => id === wanted || slug === wanted)?.id ?? ""
      if (collections) drawTags()
    }
    chosen.required = true
    return {
      show,
      element: h("div", { class: "grid" },
        h("section", { class: "card" }, h("h2", {}, "One that is here"), field("Collection", chosen), field("Version", tag)),
        h("section", { class: "card drop", onDragover: (event) => event.preventDefault(), onDrop: (event) => (event.preventDefault(), take(event.dataTransfer.files[0])) },
          h("h2", {}, "Or a file"), field("Choose it, or drop it here", input, "Postman's collections and exports, HAR, OpenAPI, curl command lines."), note)),
      make: async (common, options) => {
        if (file) {
          const { imported, problemCount, problems } = await call("POST", "import", { content: file, ...options })
          const made = imported.filter(({ kind }) => kind === "collection")
          // What is imported is not imported again when the rest fails.
          input.value = ""
          take()
          await load()
          if (problemCount > 0) say(`${count(problemCount, "thing")} could not be taken over: ${problems.slice(0, 3).map(({ place, message }) => `${place}: ${message}`).join("; ")}`, { kind: "bad" })
          if (made.length === 0) throw new Error("This file has no collection: it was imported, but there is nothing to mock.")
          set({ collection: made.length === 1 ? made[0].id : null })
          chosen.value = made.length === 1 ? made[0].id : ""
          drawTags()
          if (made.length > 1) throw new Error(`This file had ${made.length} collections, which are imported. Choose the one to mock.`)
        }
        return post("mocks", { ...common, collection: chosen.value, versionTag: tag.value || undefined }, options)
      },
    }
  }

  #call() {
    const sent = []
    let isChanged = true
    const inputs = { method: method(), url: text({ type: "url", required: true, placeholder: "https://api.example.com/users/1" }), body: area() }
    const change = () => (isChanged = true)
    const fields = fieldLines([], change)
    const answers = h("div", { role: "status" })
    const send = async () => {
      if (!inputs.url.reportValidity()) return
      const { exchange, status } = await post("calls", { method: inputs.method.value, url: inputs.url.value, fields: named(fields.lines), body: inputs.body.value || undefined })
      const { response } = await get(["history", exchange], { bodyLimit: 4000 })
      sent.push(exchange)
      isChanged = false
      answers.prepend(h("section", { class: "card" }, h("h2", {}, h("span", { class: `status ${statusClass(status)}` }, status ?? "no answer"), " ", bdi(`${inputs.method.value} ${inputs.url.value}`, 300)),
        h("pre", {}, shown(response?.body.text ?? `${number(response?.body.byteCount ?? 0)} bytes that are no text`, 4000)), h("a", { href: link(["history", exchange]) }, `Exchange ${exchange}`)))
    }
    return {
      element: h("div", { onInput: change }, h("p", { class: "hint" }, "The call is sent to the API now; what it answers is what the mock server will answer. Send several, if it shall know several."),
        h("div", { class: "grid" }, field("Method", inputs.method), field("URL", inputs.url)), group("Fields of the request", fields), field("Body of the request", inputs.body),
        h("p", {}, h("button", { type: "button", onClick: (event) => {
          event.target.disabled = true
          send().catch(failed).finally(() => (event.target.disabled = false))
        } }, "Send")), answers),
      make: async (common, options) => {
        if (isChanged) await send()
        return (await post(["mocks", "from-history"], { ...common, exchanges: sent }, options)).mock
      },
    }
  }

  #history() {
    const groups = ["domain", "path"].map((name) => h("input", { type: "checkbox", value: name }))
    const put = later(300, () => set(Object.fromEntries(Object.keys(conditions).map((name) => [name, inputs[name].value]))))
    const inputs = Object.fromEntries(Object.keys(conditions).map((name) => [name, text({ type: name === "date" ? "date" : "text", placeholder: { status: "2xx", path: "/users/*" }[name] ?? "", onInput: put })]))
    const filters = h("div", { class: "grid" }, Object.entries(conditions).map(([name, label]) => field(label, inputs[name])))
    const found = h("p", { role: "status" })
    const numbers = () => (this.#query.get("exchanges") ?? "").split(",").map(Number).filter((value) => value > 0)
    const wanted = () => Object.fromEntries([...Object.keys(conditions), ...others].map((name) => [name, this.#query.get(name) || undefined]))
    const tell = later(200, async () => {
      try {
        const { total } = await get("history", { ...wanted(), limit: 1, count: true })
        if (numbers().length === 0 && typeof total === "number") found.textContent = total === 0 ? "Nothing in the history is like that." : `${count(total, "exchange")} will be mocked.`
      } catch (error) {
        found.textContent = error.message
      }
    })
    return {
      show: () => {
        const { length } = numbers()
        filters.hidden = length > 0
        for (const [name, input] of Object.entries(inputs)) if (input !== document.activeElement) input.value = this.#query.get(name) ?? ""
        if (length > 0) replace(found, `${count(length, "chosen exchange")} will be mocked. `, h("button", { type: "button", class: "small", onClick: () => set({ exchanges: null }) }, "Say conditions instead"))
        else tell()
      },
      element: h("section", { class: "card" }, filters, found, group("Folders", groups.map((input) => h("label", { class: "check" }, input, `one for each ${input.value}`)))),
      make: async (common, options) => {
        const chosen = numbers()
        const { mock, leftOut } = await post(["mocks", "from-history"], { ...common, ...(chosen.length > 0 ? { exchanges: chosen } : wanted()), group: groups.filter((input) => input.checked).map((input) => input.value) }, options)
        if (leftOut.length > 0) say(`${count(leftOut.length, "exchange")} had no whole answer and ${leftOut.length === 1 ? "is" : "are"} left out.`)
        return mock
      },
    }
  }
}

customElements.define("mock-create", MockCreate)
