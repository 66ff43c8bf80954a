// The name of a new mock server, and the address that it becomes.
import { get } from "../core/api.js"
import { h } from "../core/dom.js"
import { field } from "./dialog.js"
import { input } from "./mock-settings.js"

/** A field with `name`, its input. */
export function nameField(value = "") {
  const hint = h("p", { class: "hint" })
  let port = ""
  const show = () => {
    const label = (name.value || "shop").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")
    hint.textContent = `It becomes the address: http://${label}.localhost${port}`
  }
  const name = input({ value, maxlength: 255, placeholder: "shop", onInput: show })
  show()
  get("status").then(({ address }) => {
    port = `:${address.split(":").at(-1)}`
    show()
  }, () => {})
  return Object.assign(h("div", {}, field("Name", name), hint), { name })
}
