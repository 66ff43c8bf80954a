// Short messages that go by themselves; errors stay until they are closed.
import { h, shown } from "../core/dom.js"

const region = h("div", { class: "toasts", role: "status", "aria-live": "polite" })
const longest = 4

/** Says something. `kind`: `good`, `bad`, or `bad away` for what is over once the server answers; `action`: `{label, run}`, such as an undo. */
export function say(text, { kind = "good", action, seconds = kind.startsWith("bad") ? 0 : action ? 12 : 5 } = {}) {
  settle()
  const toast = h("div", { class: `toast ${kind}` }, h("span", {}, shown(text, 600)),
    action && h("button", { class: "link", onClick: () => (toast.remove(), action.run()) }, action.label),
    h("button", { class: "quiet", "aria-label": "Close", onClick: () => toast.remove() }, "✕"))
  region.append(toast)
  while (region.children.length > longest) region.firstChild.remove()
  if (seconds) setTimeout(() => toast.remove(), seconds * 1000)
}

/** While a dialog is open, all that is not in it can be neither reached nor heard. */
export function settle() {
  const place = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body
  if (region.parentNode !== place) place.append(region)
}

/** The server answers again: that it did not is no news any more. */
export function isBack() {
  for (const toast of region.querySelectorAll(".away")) toast.remove()
}

/** What went wrong elsewhere is over. */
export function clear() {
  for (const toast of region.querySelectorAll(".bad")) toast.remove()
}

/** Says what went wrong. What ended because something newer was asked for is not said. */
export function failed(error) {
  if (error.name === "AbortError" || error.status === 401) return
  if (error.status === undefined) console.error(error)
  say(error.message, { kind: error.status === 0 ? "bad away" : "bad" })
}
