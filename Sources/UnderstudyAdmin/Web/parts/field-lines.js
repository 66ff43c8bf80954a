// Lines of names and values, such as fields, parameters and variables, for editing.
import { h, replace } from "../core/dom.js"

/** Lines shown at first: what has more says so, and shows more when asked. */
const step = 100

/**
 * An editable list of lines `{name, value, …}`; what else a line has stays. `.lines` gives and takes all of them, `onChange(lines)`
 * is told of every change somebody makes, `.mark({index: {place: "name"|"value", message}})` says below a line what is wrong with it.
 *
 * `options`: `label` (what one line is, such as "Response field"), `addLabel`, `name` and `value` (what stands in empty inputs).
 */
export function fieldLines(lines, onChange = () => {}, { label = "Field", addLabel = "Add a field", name = "Name", value = "Value" } = {}) {
  let all = []
  let most = step
  const list = h("div", { class: "lines" })
  const add = h("button", { type: "button", class: "small", onClick: () => append() }, addLabel)
  const more = h("button", { type: "button", class: "small", hidden: true, onClick: () => ((most += step), draw()) }, "Show more")
  const element = h("div", { class: "field-lines", role: "group", "aria-label": `${label}s` }, list, h("div", { class: "row-of" }, add, more))

  function tell() {
    onChange(all)
  }
  function append() {
    all.push({ name: "", value: "" })
    most = Math.max(most, all.length)
    draw()
    list.lastChild.querySelector("input").focus()
    tell()
  }
  function take(index) {
    all.splice(index, 1)
    draw()
    const next = list.children[Math.min(index, list.children.length - 1)]
    const target = next?.querySelector("input") ?? add
    target.focus()
    tell()
  }
  function input(index, place, hint) {
    return h("input", {
      value: all[index][place] ?? "", placeholder: hint, "aria-label": `${label} ${index + 1}, ${hint.toLowerCase()}`, class: `mono ${place}`,
      autocomplete: "off", spellcheck: "false", autocapitalize: "off",
      onInput: (event) => ((all[index] = { ...all[index], [place]: event.target.value }), tell()),
      onKeydown: (event) => {
        // Enter at the last line makes the next one; elsewhere it goes down. It does not send the form around it.
        if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return
        event.preventDefault()
        if (index === all.length - 1) append()
        else list.children[index + 1]?.querySelector("input").focus()
      },
    })
  }
  function draw() {
    replace(list, all.slice(0, most).map((line, index) => h("div", { class: "line" },
      input(index, "name", name), input(index, "value", value),
      h("button", { type: "button", class: "quiet", "aria-label": `Remove ${label.toLowerCase()} ${index + 1}`, title: "Remove", onClick: () => take(index) }, "✕"))))
    more.hidden = all.length <= most
    if (!more.hidden) more.textContent = `Show more (${all.length - most} left)`
  }
  Object.defineProperty(element, "lines", {
    get: () => all,
    set(value) {
      all = (value ?? []).map((line) => ({ ...line }))
      draw()
    },
  })
  element.mark = (problems = {}) => {
    [...list.children].forEach((line, index) => {
      const problem = problems[index]
      for (const one of line.querySelectorAll("input")) {
        if (problem && one.classList.contains(problem.place ?? "name")) one.setAttribute("aria-invalid", "true")
        else one.removeAttribute("aria-invalid")
      }
      const note = line.querySelector(".problem")
      // What is still true is not said again.
      if (note?.textContent === problem?.message) return
      note?.remove()
      if (problem) line.append(h("p", { class: "problem", role: "alert" }, problem.message))
    })
  }
  element.lines = lines
  return element
}
