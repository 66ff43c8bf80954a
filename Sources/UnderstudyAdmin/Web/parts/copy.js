import { h } from "../core/dom.js"
import { failed, say } from "./toast.js"

/** A button that copies what `text()` gives, perhaps later. */
export function copyButton(label, text) {
  return h("button", {
    type: "button", class: "small", onClick: async () => {
      try {
        const value = await (typeof text === "function" ? text() : text)
        await navigator.clipboard.writeText(value)
        say(value.includes("REDACTED-") ? "Copied. It holds no secrets: REDACTED-… stands where they were." : "Copied.")
      } catch (error) {
        if (error.status === undefined) say("The browser does not let this page copy: select the text instead.", { kind: "bad" })
        else failed(error)
      }
    },
  }, label)
}
