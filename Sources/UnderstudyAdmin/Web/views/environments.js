// Environments: named values that collections refer to as {{name}}.
import { Latest, get, patch, post, put, remove } from "../core/api.js"
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
  #table = h("table", { onFocusout: () => this.#isBehind && this.#load() })
  #isBehind = false
  #chosen
  #drawn
  /** What is shown: all that is done here is done to it, whatever the address names meanwhile. */
  #stored
  /** What is known of each, by id. */
  #revisions = new Map()
  #latest = new Latest()
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
    this.#latest.stop()
  }

  show({ parts }) {
    this.#chosen = parts[0]
    this.#load()
  }

  async #load() {
    const chosen = this.#chosen
    try {
      const found = await this.#latest.run(async (signal) => {
        const { environments } = await get("environments", undefined, { signal })
        const isThere = environments.some(({ id }) => id === chosen)
        return { environments, stored: isThere && (await get(["environments", chosen], undefined, { signal })) }
      })
      if (!found) return
      const { environments, stored } = found
      this.#empty.hidden = environments.length > 0
      replace(this.#list, environments.map(({ id, name, count: variables, mocks }) => h("li", {},
        h("a", { href: link(["environments", id]), "aria-current": id === this.#chosen ? "true" : null }, bdi(name, 100)),
        h("span", { class: "dim" }, count(variables, "variable"), mocks?.length > 0 && `, used by ${shown(mocks.map((mock) => mock.name ?? mock).join(", "), 80)}`))))
      // Whoever types goes on from what they see: if others change it meanwhile, saving says so.
      this.#isBehind = stored && this.#drawn === stored.id && this.#isTyping()
      if (this.#isBehind) return
      if (stored) return this.#show(stored)
      this.#drawn = undefined
      replace(this.#detail)
      if (this.#chosen) go("environments")
    } catch (error) {
      if (error.status === 404) go("environments")
      else failed(error)
    }
  }

  #show(stored) {
    const { id, name, variables } = this.#stored = stored
    this.#revisions.set(id, stored.revision)
    if (this.#drawn !== id) replace(this.#detail, this.#head, this.#table, this.#form(),
      h("p", { class: "hint" }, "Values of secrets are never shown again; a file with secrets is readable by its owner alone."))
    this.#drawn = id
    replace(this.#head, h("h2", {}, bdi(name, 200)),
      h("button", { class: "small push", onClick: () => this.#rename() }, "Rename"),
      h("a", { class: "button small", href: `api/v1/export/environments/${encodeURIComponent(id)}`, download: "" }, "Export"),
      h("button", { class: "small danger", onClick: () => this.#delete() }, "Delete"))
    // What is being typed is not taken away; the next change draws it.
    if (this.#isTyping()) return
    replace(this.#table, h("thead", {}, h("tr", {}, ["Variable", "Value", "On", ""].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, variables.map((variable) => this.#row(id, variable))))
  }

  #isTyping() {
    return this.#table.contains(document.activeElement) && document.activeElement.matches("input:not([type])")
  }

  #form() {
    const key = h("input", { placeholder: "name", "aria-label": "New variable's name", spellcheck: "false" })
    const value = h("input", { placeholder: "value", "aria-label": "New variable's value", spellcheck: "false" })
    const secret = h("input", { type: "checkbox" })
    return h("form", { class: "bar", onSubmit: (event) => {
      event.preventDefault()
      if (!key.value) return key.focus()
      this.#add(this.#stored.id, key, value, secret)
      key.value = value.value = ""
      secret.checked = false
      key.focus()
    } }, key, value, h("label", { class: "check" }, secret, "secret"), h("button", { type: "submit" }, "Add"))
  }

  /** What could not be added is there to be tried again, unless something else is being typed. */
  async #add(id, key, value, secret) {
    const typed = [key.value, value.value, secret.checked]
    if (await this.#set(id, typed[0], { value: typed[1], secret: typed[2] }) || key.value || value.value) return
    ;[key.value, value.value, secret.checked] = typed
  }

  #row(id, variable) {
    const { name, value, secret, enabled } = variable
    return h("tr", {}, h("th", { scope: "row" }, bdi(name, 200)),
      h("td", {}, h("input", {
        value: value ?? "", onKeydown: (event) => event.key === "Enter" && event.target.blur(), placeholder: secret ? "secret: type to replace it" : "", "aria-label": `Value of ${shown(name, 100)}`, spellcheck: "false",
        onChange: (event) => this.#set(id, name, { value: event.target.value, secret, enabled }),
      })),
      h("td", {}, h("input", { type: "checkbox", checked: enabled, "aria-label": `${shown(name, 100)} is on`, onChange: (event) => this.#set(id, name, { enabled: event.target.checked }) })),
      h("td", {}, h("button", { class: "small", "aria-label": `Remove ${shown(name, 100)}`, onClick: () => this.#unset(id, variable) }, "Remove")))
  }

  /** One after the other: each needs the revision that the one before has made. Gives whether it worked. */
  #change(id, work) {
    this.#busy = this.#busy.then(() => this.#changeNow(id, work))
    return this.#busy
  }
  #busy = Promise.resolve()

  async #changeNow(id, work) {
    try {
      const stored = await work({ revision: this.#revisions.get(id) })
      this.#revisions.set(id, stored.revision)
      if (this.#stored.id === id) this.#show(stored)
      say("Saved.", { seconds: 2 })
      return true
    } catch (error) {
      failed(error.status === 409 ? Object.assign(error, { message: "Somebody else changed this environment just now. Their values are shown: change yours again." }) : error)
      document.activeElement?.blur()
      this.#load()
      return false
    }
  }

  #set(id, name, change) {
    return this.#change(id, (options) => put(["environments", id, "variables", name], change, options))
  }

  async #unset(id, { name, value, secret, enabled }) {
    if (!(await this.#change(id, (options) => remove(["environments", id, "variables", name], options)))) return
    say(`${name} is removed.`, { action: secret ? undefined : { label: "Undo", run: () => this.#set(id, name, { value: value ?? "", enabled }) } })
  }

  #ask(title, label, value, run) {
    const name = h("input", { value, required: true, spellcheck: "false" })
    return dialog({ title, content: field("Name", name), actions: [{ label, run: () => run(name.value.trim()) }] })
  }

  #create() {
    return this.#ask("New environment", "Create", "", async (name) => go(["environments", (await post("environments", { name })).id]))
  }

  #rename() {
    const { id } = this.#stored
    return this.#ask("Rename environment", "Rename", this.#stored.name, async (name) => {
      await patch(["environments", id], { name }, { revision: this.#revisions.get(id) })
      this.#load()
    })
  }

  async #delete() {
    const { id } = this.#stored
    const text = `Mock servers that use ${shown(this.#stored.name, 80)} answer as if they were not there until they are given another.`
    if (!(await confirm({ title: "Delete this environment?", text, label: "Delete" }))) return
    // Its event comes before the answer: what is gone is not asked for again.
    this.#chosen = undefined
    try {
      await remove(["environments", id])
      go("environments")
    } catch (error) {
      this.#chosen = id
      failed(error)
    }
  }
}

customElements.define("environments-view", EnvironmentsView)
