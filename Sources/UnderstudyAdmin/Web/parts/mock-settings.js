// What can be set about a mock server: each is saved as soon as it is changed.
import { h, replace } from "../core/dom.js"
import { link } from "../core/router.js"
import { field } from "./dialog.js"

const presets = { "2g": { type: "fixed", preset: "1", duration: 300 }, "3g": { type: "fixed", preset: "2", duration: 100 } }
/** Of each kind what it is called, and its numbers with what they are at first. */
const kinds = {
  none: ["none"], "2g": ["2G (300 ms)"], "3g": ["3G (100 ms)"], fixed: ["always the same", { duration: 250 }],
  uniform: ["between two", { min: 100, max: 400 }], normal: ["normally distributed", { mean: 200, deviation: 50 }],
  lognormal: ["lognormally distributed, as networks are", { median: 200, sigma: 0.5 }],
}
const choices = (list, chosen) => list.map(([value, label]) => h("option", { value, selected: value === chosen }, label))
const words = (...names) => names.map((name) => [name, name])

/** How long answers wait. `.value` is as mock servers' files have it. */
export function delayField(onChange = () => {}) {
  const kind = h("select", { onChange: () => (draw(), tell()) }, choices(Object.entries(kinds).map(([name, [label]]) => [name, label])))
  const numbers = h("div", { class: "row-of" })
  function draw(values = kinds[kind.value][1]) {
    replace(numbers, Object.keys(kinds[kind.value][1] ?? {}).map((name) => h("label", { class: "check" }, name,
      h("input", {
        type: "number", name, value: values[name], required: true, min: 0, max: name === "sigma" ? 10 : 180000, onChange: tell,
        step: ["duration", "min", "max"].includes(name) ? 1 : "any",
      }), name === "sigma" ? "" : "ms")))
  }
  function tell() {
    if ([...numbers.querySelectorAll("input")].every((input) => input.reportValidity())) onChange(element.value)
  }
  const element = field("Delay before answers", kind)
  element.append(numbers)
  Object.defineProperty(element, "value", {
    get: () => kind.value === "none" ? null : presets[kind.value] ?? {
      type: kind.value, ...Object.fromEntries([...numbers.querySelectorAll("input")].map((input) => [input.name, Number(input.value)])),
    },
    set(delay) {
      kind.value = !delay ? "none" : Object.keys(presets).find((name) => presets[name].preset === delay.preset) ?? delay.type
      draw(delay ?? {})
    },
  })
  return element
}

/** A checkbox with its label behind it. */
export const check = (label, input, hint) => h("div", { class: "field" }, h("label", { class: "check" }, input, label), hint && h("p", { class: "hint" }, hint))

/**
 * The form. `save(changes, base)` sends what changed, `base` is the mock server as it was when the form was entered. `.show(mock)` shows
 * another state; what somebody is typing in stays.
 */
export function mockSettings(save, { environments, tags }) {
  const rows = []
  let mock
  let base
  /** One setting: `read(mock)` gives what its input shows, `write(shown)` what is sent. */
  function row(label, input, read, write, hint) {
    const isCheck = input.type === "checkbox"
    input.addEventListener("change", () => {
      if (input.reportValidity()) save(write(isCheck ? input.checked : input.value.trim()), base ?? mock)
    })
    rows.push(() => input !== document.activeElement && (isCheck ? (input.checked = read(mock)) : (input.value = read(mock) ?? "")))
    return isCheck ? check(label, input, hint) : field(label, input, hint)
  }
  const text = (more) => h("input", { autocomplete: "off", spellcheck: "false", ...more })
  const whole = (most) => text({ type: "number", min: 1, max: most, step: 1 })
  const tick = () => h("input", { type: "checkbox" })
  const select = (list) => h("select", {}, choices(list))
  const number = (value) => (value === "" ? null : Number(value))
  const asProfile = () => select([["", "as the profile does"], ["true", "yes"], ["false", "no"]])
  const threefold = (name) => [(one) => one.config[name], (value) => ({ config: { [name]: value === "" ? null : value === "true" } })]
  const delay = delayField((value) => save({ config: { delay: value } }, base ?? mock))
  rows.push(() => !delay.contains(document.activeElement) && (delay.value = mock.config.delay))
  const forced = select([])
  const collection = h("p", {})
  const element = h("form", { class: "settings", onFocusin: () => (base = mock), onSubmit: (event) => event.preventDefault() },
    h("section", { class: "card" }, h("h2", {}, "What it is"), collection, h("div", { class: "grid" },
      row("Name", text({ required: true, maxlength: 255 }), (one) => one.name, (name) => ({ name })),
      row("Description", h("textarea", { rows: 2 }), (one) => one.description, (description) => ({ description })),
      row("Environment", select([["", "none"], ...environments.map(({ id, name }) => [id, name])]), (one) => one.environment, (environment) => ({ environment: environment || null }), "Its values come before the collection's."),
      row("Version of the collection", select([["", "as it is now"], ...words(...tags)]), (one) => one.versionTag, (versionTag) => ({ versionTag: versionTag || null })),
      row("Port of its own", whole(65535), (one) => one.port, (port) => ({ port: number(port) }), "Empty: it is reached by its name on the front door."),
      row("Private", tick(), (one) => one.private, (value) => ({ private: value }), "Callers need a key in x-api-key."))),
    h("section", { class: "card" }, h("h2", {}, "How it answers"), h("div", { class: "grid" }, delay,
      row("Answer every call with", forced, (one) => one.config.serverResponseId, (id) => ({ config: { serverResponseId: id || null } }), "Server responses are made in their own tab."),
      row("Repeated requests", select([["", "as the profile does"], ...words("sequence", "cycle", "once", "first", "last", "causal", "tie")]), (one) => one.config.repeats, (repeats) => ({ config: { repeats: repeats || null } }), "Which of several examples for the same request answers."),
      row("Most calls a minute", whole(), (one) => one.limits.callsPerMinute, (value) => ({ limits: { callsPerMinute: number(value) } }), "Beyond it: 429."),
      row("Most calls a month", whole(), (one) => one.limits.callsPerMonth, (value) => ({ limits: { callsPerMonth: number(value) } })))),
    h("section", { class: "card" }, h("h2", {}, "How requests are matched"), h("div", { class: "grid" },
      row("Profile", select(words("postman", "strict")), (one) => one.config.profile, (profile) => ({ config: { profile } }), "strict: method, path, query and body must be the same."),
      row("Compare bodies", asProfile(), ...threefold("matchBody")),
      row("Compare these headers", text({ placeholder: "X-Plan, Accept-Language" }), (one) => one.config.matchHeader ? one.config.headers.join(", ") : "",
        (value) => ({ config: { headers: value.split(",").map((name) => name.trim()).filter(Boolean) } })),
      row("Wildcards such as {{id}} in paths", asProfile(), ...threefold("matchWildcards")),
      row("Compare query parameters", tick(), (one) => one.config.matchQueryParams, (matchQueryParams) => ({ config: { matchQueryParams } })))))
  element.show = (value) => {
    mock = value
    replace(collection, "It answers with the examples of ", h("a", { href: link(["collections", mock.collection]) }, mock.collectionName ?? "its collection"), ", which stays: for another collection make another mock server.")
    if (forced !== document.activeElement) replace(forced, choices([["", "its examples"], ...mock.serverResponses.map(({ id, name, statusCode }) => [id, `${name} (${statusCode})`])]))
    for (const draw of rows) draw()
  }
  return element
}
