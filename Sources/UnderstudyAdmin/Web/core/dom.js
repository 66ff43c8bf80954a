// Elements are made here and nowhere parsed: what was recorded stays text.

const SVG = "http://www.w3.org/2000/svg"

/**
 * An element. `props`: `onX` functions listen, `class`, `dataset` and `style` (an object) are themselves, properties that
 * inputs have are set as such, all else are attributes; null and false leave an attribute out.
 */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children)
}

/** The same for SVG. */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children)
}

const properties = new Set(["value", "checked", "disabled", "selected", "hidden", "open", "tabIndex"])

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined) continue
    if (name.startsWith("on")) element.addEventListener(name.slice(2).toLowerCase(), value)
    else if (name === "dataset") Object.assign(element.dataset, value)
    else if (name === "style") Object.assign(element.style, value)
    else if (properties.has(name)) element[name] = value
    else if (value !== false) element.setAttribute(name, value === true ? "" : value)
  }
  element.append(...flat(children))
  return element
}

const flat = (children) => children.flat(4).filter((child) => child !== null && child !== undefined && child !== false)

/** What is in an element gives way to other children. */
export function replace(element, ...children) {
  element.replaceChildren(...flat(children))
  return element
}

/** Characters that would change how what stands around them is shown: controls, and those of writing directions. */
const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** Recorded text for showing: no invisible characters, no more than `limit` of them. */
export function shown(text, limit = 2000) {
  let out = String(text ?? "")
  if (out.length > limit) out = out.slice(0, limit) + "…"
  return out.replace(invisible, (mark) => `‹${mark.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}›`)
}

/** Recorded text in an element of its own, so that its direction stays its own business. */
export const bdi = (text, limit, props) => h("bdi", { dir: "ltr", ...props }, shown(text, limit))

/** A button of that class. */
export const button = (label, run, kind, props) => h("button", { type: "button", class: kind, onClick: run, ...props }, label)

/** Calls once things have been quiet for that long. */
export function later(milliseconds, work) {
  let timer
  const run = (...values) => {
    clearTimeout(timer)
    timer = setTimeout(() => work(...values), milliseconds)
  }
  run.cancel = () => clearTimeout(timer)
  return run
}

/** Calls that long after it was asked to, once for all that asked meanwhile. */
export function atMost(milliseconds, work) {
  let timer
  const run = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      work()
    }, milliseconds)
  }
  run.cancel = () => (timer = clearTimeout(timer))
  return run
}

/** Calls at most once per frame that is drawn. */
export function perFrame(work) {
  let waits = false
  return () => {
    if (waits) return
    waits = true
    requestAnimationFrame(() => {
      waits = false
      work()
    })
  }
}

let lastID = 0
/** An id that nothing else on the page has. */
export const uniqueID = (prefix) => `${prefix}-${++lastID}`
