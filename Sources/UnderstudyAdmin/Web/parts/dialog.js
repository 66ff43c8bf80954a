// Dialogs: questions and forms over the page. Escape closes; the focus returns to where it was.
import { h, uniqueID } from "../core/dom.js"
import { settle } from "./toast.js"

/**
 * Opens a dialog. `content` is what it shows, `actions` its buttons: `{label, kind, run, isDefault}`; `run` may return false
 * (or throw, which is shown) to keep it open.
 *
 * @returns what resolves when it closes, with what `run` gave.
 */
export function dialog({ title, content, actions = [], isWide = false, cancel = "Cancel" }) {
  return new Promise((resolve) => {
    const id = uniqueID("dialog")
    const problem = h("p", { class: "problem", role: "alert", hidden: true })
    let result
    let isBusy = false
    const element = h("dialog", { class: isWide ? "wide" : "", "aria-labelledby": id, onCancel: (event) => isBusy && event.preventDefault(), onClose: () => close() },
      h("form", { method: "dialog", novalidate: true, onSubmit: (event) => submit(event) },
        h("header", {}, h("h2", { id }, title),
          h("button", { type: "button", class: "quiet", "aria-label": "Close", onClick: () => close() }, "✕")),
        h("div", { class: "content" }, content), problem,
        actions.length > 0 && h("footer", {},
          h("button", { type: "button", onClick: () => close() }, cancel),
          actions.map((action) => h("button", {
            type: action === actions.at(-1) ? "submit" : "button", class: action.kind ?? "primary", onClick: action === actions.at(-1) ? null : () => run(action),
          }, action.label)))))
    function close() {
      // What runs has a result yet; browsers let Escape pressed twice through.
      if (isBusy) return element.open || element.showModal()
      if (!element.isConnected) return
      element.close()
      settle()
      // At once, not with the event: it may have shown a key.
      element.remove()
      resolve(result)
    }
    async function submit(event) {
      event.preventDefault()
      if (actions.length > 0) await run(actions.at(-1))
      else close()
    }
    async function run(action) {
      const buttons = element.querySelectorAll(":is(header, footer) button")
      isBusy = true
      for (const button of buttons) button.disabled = true
      try {
        const value = (await action.run?.(element)) ?? true
        if (value === false) return
        result = value
        isBusy = false
        close()
      } catch (error) {
        problem.textContent = error.message
        problem.hidden = false
      } finally {
        isBusy = false
        for (const button of buttons) button.disabled = false
      }
    }
    document.body.append(element)
    element.showModal()
    settle()
    // The first field is what people mean, not the button that closes.
    if (!element.querySelector("[autofocus]")) element.querySelector(".content :is(input, select, textarea):not(:disabled)")?.focus()
  })
}

/** A question; gives whether it was confirmed. `label` names what will be done. */
export async function confirm({ title, text, label, kind = "danger" }) {
  return (await dialog({ title, content: h("p", {}, text), actions: [{ label, kind, run: () => true }] })) === true
}

/** A labelled field: `label(...)` around an input, with a hint below. */
export function field(label, input, hint) {
  input.id ||= uniqueID("field")
  const hintID = hint && uniqueID("hint")
  if (hint) input.setAttribute("aria-describedby", hintID)
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input, hint && h("p", { class: "hint", id: hintID }, hint))
}
