// What can be set about a mock server: each is saved as soon as it is changed.
import { h, replace, shown } from "../core/dom.js"
import { link } from "../core/router.js"
import { confirm, field } from "./dialog.js"

export const input = (props) => h("input", { autocomplete: "off", spellcheck: "false", ...props })
export const options = (list) => list.map(([value, label = value]) => h("option", { value }, shown(label, 80)))
export const choose = (list, props) => h("select", props, options(list))
/** A checkbox with its label behind it. */
export const check = (label, box, hint) => h("div", { class: "field" }, h("label", { class: "check" }, box, label), h("p", { class: "hint" }, hint))

const presets = { "2g": { type: "fixed", preset: "1", duration: 300 }, "3g": { type: "fixed", preset: "2", duration: 100 } }
/** The numbers of each kind, and what they are at first. */
const numbersOf = {
  fixed: { duration: 250 }, uniform: { min: 100, max: 400 }, normal: { mean: 200, deviation: 50 }, lognormal: { median: 200, sigma: 0.5 },
}

/** How long answers wait. `.value` is as mock servers' files have it. */
export function delayField(onChange = () => {}) {
  const kind = choose([["none"], ["2g", "2G"], ["3g", "3G"], ["fixed"], ["uniform", "range"], ["normal"], ["lognormal"]], { onChange: () => (draw(), tell()) })
  const numbers = h("div", { class: "row-of" })
  const inputs = () => [...numbers.querySelectorAll("input")]
  const draw = (values = numbersOf[kind.value]) => replace(numbers, Object.keys(numbersOf[kind.value] ?? {}).map((name) =>
    h("label", {}, `${name} `, h("input", { type: "number", name, value: values[name], required: true, min: 0, max: name === "sigma" ? 10 : 180000, step: kind.value.includes("normal") ? "any" : 1, onChange: tell }))))
  const tell = () => inputs().every((one) => one.reportValidity()) && onChange(element.value)
  const element = field("Delay before answers", kind, "Numbers are milliseconds.")
  element.append(numbers)
  Object.defineProperty(element, "value", {
    get: () => presets[kind.value] ?? (kind.value === "none" ? null : { type: kind.value, ...Object.fromEntries(inputs().map((one) => [one.name, Number(one.value)])) }),
    set(delay) {
      kind.value = !delay ? "none" : Object.keys(presets).find((name) => presets[name].preset === delay.preset) ?? delay.type
      draw(delay ?? {})
    },
  })
  return element
}

/** The value of a setting, such as `config.delay`. */
export const at = (mock, path) => path.split(".").reduce((value, name) => value?.[name], mock)

/**
 * The form. `save(path, value, base)` saves a setting, `base` is the mock server as it was when the form was entered. `.show(mock)`
 * shows another state; what somebody is typing in stays.
 */
export function mockSettings(save, environments, tags) {
  let mock
  let base
  const collection = h("p", {})
  const forced = choose([])
  const whole = (max) => input({ type: "number", min: 1, max, step: 1 })
  const tick = () => h("input", { type: "checkbox" })
  const threefold = () => choose([["", "as the profile does"], ["true", "yes"], ["false", "no"]])
  const delay = delayField((value) => save("config.delay", value, base))
  const sections = {
    "What it is": [
      ["name", "Name", input({ required: true })], ["description", "Description", h("textarea", { rows: 2 })],
      ["environment", "Environment", choose([["", "none"], ...environments.map(({ id, name }) => [id, name])]), "Its values come before the collection's."],
      ["versionTag", "Version of the collection", choose([["", "as it is now"], ...tags.map((tag) => [tag])])],
      ["port", "Port of its own", whole(65535), "Empty: its name leads to it at the front door."], ["private", "Private", tick(), "Callers need a key in x-api-key."],
    ],
    "How it answers": [
      ["config.delay", "", delay], ["config.serverResponseId", "Answer every call with", forced],
      ["config.repeats", "Repeated requests", choose([["", "as the profile does"], ...["sequence", "cycle", "once", "first", "last", "causal", "tie"].map((name) => [name])])],
      ["limits.callsPerMinute", "Most calls a minute", whole(), "Beyond it: 429."], ["limits.callsPerMonth", "Most calls a month", whole()],
    ],
    "How requests are matched": [
      ["config.profile", "Profile", choose([["postman"], ["strict"]]), "strict: method, path, query and body must be the same."], ["config.matchBody", "Compare bodies", threefold()],
      ["config.headers", "Compare these headers", input({ placeholder: "X-Plan, Accept-Language" })], ["config.matchWildcards", "Wildcards such as {{id}} in paths", threefold()],
      ["config.matchQueryParams", "Compare query parameters", tick()],
    ],
  }
  function typed({ value, type, checked }, path) {
    const text = value.trim()
    if (type === "checkbox") return checked
    if (path === "config.headers") return text.split(",").map((name) => name.trim()).filter(Boolean)
    return text === "" ? null : type === "number" ? Number(text) : { true: true, false: false }[text] ?? text
  }
  const element = h("form", { onFocusin: () => (base = mock), onSubmit: (event) => event.preventDefault() },
    Object.entries(sections).map(([title, rows], index) => h("section", { class: "card" }, h("h2", {}, title), index === 0 && collection, h("div", { class: "grid" }, rows.map(([path, label, one, hint]) => {
      if (one === delay) return delay
      one.addEventListener("change", async () => {
        if (!one.reportValidity()) return
        const from = base
        const value = typed(one, path)
        const asks = path === "private" && !value
        if (asks) one.checked = !(await confirm({ title: "Make it public?", text: "Anyone who knows the address can call it.", label: "Make it public" }))
        if (!asks || !one.checked) save(path, value, from)
      })
      return one.type === "checkbox" ? check(label, one, hint) : field(label, one, hint)
    })))))
  element.show = (value) => {
    mock = value
    if (!collection.contains(document.activeElement)) replace(collection, "It answers with the examples of ", h("a", { href: link(["collections", mock.collection]) }, shown(mock.collectionName ?? "a deleted collection", 120)), ". That is fixed: for another one, make another mock server.")
    if (forced !== document.activeElement) replace(forced, options([["", "its examples"], ...mock.serverResponses.map(({ id, name }) => [id, name])]))
    for (const [path, , one] of Object.values(sections).flat()) {
      if (one.contains(document.activeElement)) continue
      const now = path === "config.headers" && !mock.config.matchHeader ? "" : at(mock, path)
      if (one.type === "checkbox") one.checked = now
      else one.value = one === delay ? now : now ?? ""
    }
  }
  return element
}
