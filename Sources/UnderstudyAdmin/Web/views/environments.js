// Environments: named values that collections refer to as {{name}}.
import { get, patch, post, put, remove } from "../core/api.js"
import { bdi, h, replace, shown } from "../core/dom.js"
import { follow } from "../core/events.js"
import { count } from "../core/format.js"
import { go, link } from "../core/router.js"
import { confirm, dialog, field } from "../parts/dialog.js"
import { failed, say } from "../parts/toast.js"

export default class EnvironmentsView extends HTMLElement {
  #list = h("ul", { class: "plain-list" })
  #detail = h("section", { "aria-label": "Variables" })
  #empty = h("div", { class: "empty", hidden: true }, h("h2", {}, "No environment yet"),
    h("p", {}, "An environment gives the {{variables}} of a collection their values, such as another API's address."),
    h("button", { class: "primary", onClick: () => this.#create() }, "New environment"))
  #head = h("div", { class: "bar" })
  #table = h("table")
  #chosen
  #drawn
  #stored
  #ends = []

  connectedCallback() {
    this.append(h("h1", {}, "Environments"),
      h("div", { class: "bar" }, h("button", { class: "primary", onClick: () => this.#create() }, "New environment"),
        h("span", { class: "note" }, "A mock server uses the one that its settings name. Postman's environment files are taken in under ", h("a", { href: link("collections") }, "Collections"), ", Import.")),
      h("div", { class: "columns" }, this.#list, this.#detail), this.#empty)
    this.#ends = [follow(["environment-changed", "caught-up"], () => this.#load())]
  }

  disconnectedCallback() {
    for (const end of this.#ends) end()
  }

  show({ parts }) {
    this.#chosen = parts[0]
    this.#load()
  }

  async #load() {
    try {
      const { environments } = await get("environments")
      this.#empty.hidden = environments.length > 0
      replace(this.#list, environments.map(({ id, name, count: variables, mocks }) => h("li", {},
        h("a", { href: link(["environments", id]), "aria-current": id === this.#chosen ? "true" : null }, bdi(name, 100)),
        h("span", { class: "dim" }, count(variables, "variable"), mocks?.length > 0 && `, used by ${shown(mocks.map((mock) => mock.name ?? mock).join(", "), 80)}`))))
      if (!this.#chosen) return replace(this.#detail)
      this.#stored = await get(["environments", this.#chosen])
      this.#draw()
    } catch (error) {
      if (error.status === 404) go("environments")
      else failed(error)
    }
  }

  #draw() {
    const { name, variables } = this.#stored
    if (!this.#table.isConnected || this.#drawn !== this.#chosen) replace(this.#detail, this.#head, this.#table, this.#form(),
      h("p", { class: "hint" }, "Values of secrets are never shown again; a file with secrets is readable by its owner alone."))
    this.#drawn = this.#chosen
    replace(this.#head, h("h2", {}, bdi(name, 200)),
      h("button", { class: "small push", onClick: () => this.#rename() }, "Rename"),
      h("a", { class: "button small", href: `api/v1/export/environments/${encodeURIComponent(this.#chosen)}`, download: "" }, "Export"),
      h("button", { class: "small danger", onClick: () => this.#delete() }, "Delete"))
    // What is being typed is not taken away; the next change draws it.
    if (this.#table.contains(document.activeElement) && document.activeElement.matches("input:not([type])")) return
    replace(this.#table, h("thead", {}, h("tr", {}, ["Variable", "Value", "On", ""].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, variables.map((variable) => this.#row(variable))))
  }

  #form() {
    const key = h("input", { placeholder: "name", "aria-label": "New variable's name", spellcheck: "false" })
    const value = h("input", { placeholder: "value", "aria-label": "New variable's value", spellcheck: "false" })
    const secret = h("input", { type: "checkbox" })
    return h("form", { class: "bar", onSubmit: (event) => {
      event.preventDefault()
      if (!key.value) return key.focus()
      this.#set(key.value, { value: value.value, secret: secret.checked })
      key.value = value.value = ""
      secret.checked = false
      key.focus()
    } }, key, value, h("label", { class: "check" }, secret, "secret"), h("button", { type: "submit" }, "Add"))
  }

  #row(variable) {
    const { name, value, secret, enabled } = variable
    return h("tr", {}, h("th", { scope: "row" }, bdi(name, 200)),
      h("td", {}, h("input", {
        value: value ?? "", onKeydown: (event) => event.key === "Enter" && event.target.blur(), placeholder: secret ? "secret: type to replace it" : "", "aria-label": `Value of ${shown(name, 100)}`, spellcheck: "false",
        onChange: (event) => this.#set(name, { value: event.target.value, secret }),
      })),
      h("td", {}, h("input", { type: "checkbox", checked: enabled, "aria-label": `${shown(name, 100)} is on`, onChange: (event) => this.#set(name, { enabled: event.target.checked }) })),
      h("td", {}, h("button", { class: "small", "aria-label": `Remove ${shown(name, 100)}`, onClick: () => this.#unset(variable) }, "Remove")))
  }

  /** One after the other: each needs the revision that the one before has made. */
  #change(work) {
    this.#busy = this.#busy.then(() => this.#changeNow(work))
    return this.#busy
  }
  #busy = Promise.resolve()

  async #changeNow(work) {
    try {
      this.#stored = await work({ revision: this.#stored.revision })
      this.#draw()
      say("Saved.", { seconds: 2 })
    } catch (error) {
      failed(error.status === 409 ? Object.assign(error, { message: "Somebody else changed this environment just now. Their values are shown: change yours again." }) : error)
      document.activeElement?.blur()
      this.#load()
    }
  }

  #set(name, change) {
    return this.#change((options) => put(["environments", this.#chosen, "variables", name], change, options))
  }

  async #unset({ name, value, secret }) {
    await this.#change((options) => remove(["environments", this.#chosen, "variables", name], options))
    say(`${name} is removed.`, { action: secret ? undefined : { label: "Undo", run: () => this.#set(name, { value: value ?? "" }) } })
  }

  #ask(title, label, value, run) {
    const name = h("input", { value, required: true, spellcheck: "false" })
    return dialog({ title, content: field("Name", name), actions: [{ label, run: () => run(name.value.trim()) }] })
  }

  #create() {
    return this.#ask("New environment", "Create", "", async (name) => go(["environments", (await post("environments", { name })).id]))
  }

  #rename() {
    return this.#ask("Rename environment", "Rename", this.#stored.name, async (name) => {
      this.#stored = await patch(["environments", this.#chosen], { name }, { revision: this.#stored.revision })
      this.#load()
    })
  }

  async #delete() {
    const text = `Mock servers that use ${shown(this.#stored.name, 80)} answer as if they were not there until they are given another.`
    if (!(await confirm({ title: "Delete this environment?", text, label: "Delete" }))) return
    try {
      await remove(["environments", this.#chosen])
      go("environments")
    } catch (error) {
      failed(error)
    }
  }
}

customElements.define("environments-view", EnvironmentsView)
