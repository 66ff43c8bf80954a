// Sign in: with the ticket that `understudy open` puts into the address, or with a key.
import { call } from "../core/api.js"
import { h } from "../core/dom.js"
import { me, refresh } from "../core/me.js"
import { link } from "../core/router.js"
import { field } from "../parts/dialog.js"
import { say } from "../parts/toast.js"

export default class SignInView extends HTMLElement {
  #key = h("input", { type: "password", autocomplete: "off", spellcheck: "false", required: true })
  #problem = h("p", { class: "problem", role: "alert", hidden: true })
  #button = h("button", { class: "primary", type: "submit" }, "Sign in")

  connectedCallback() {
    this.append(h("form", { class: "card", onSubmit: (event) => (event.preventDefault(), this.#signIn({ key: this.#key.value.trim() })) },
      h("h1", {}, "Sign in"), me.hasEnded && h("p", { class: "note", role: "status" }, "You were signed out: the server was started again, or your key ended. What you typed in is still here."),
      h("p", {}, "On the machine that runs Understudy, this opens the page signed in:"),
      h("pre", {}, "understudy open"),
      h("p", {}, "Anywhere else, use a key. ", h("code", {}, "understudy key create NAME"), " makes one."),
      field("Key", this.#key, "It is sent once and not kept by the browser."), this.#problem, this.#button))
    this.#key.focus()
  }

  show({ view, parts }) {
    if (view !== "sign-in" || !parts[0]) return
    // A ticket works once: nobody needs it in the address any more.
    history.replaceState(null, "", link("traffic"))
    this.#signIn({ ticket: parts[0] })
  }

  async #signIn(body) {
    this.#problem.hidden = true
    this.#button.disabled = true
    try {
      await call("POST", "session", { body })
      await refresh()
      dispatchEvent(new CustomEvent("signed-in"))
    } catch (error) {
      const text = body.ticket && error.status === 401
        ? "This link was used already, or is older than a minute. 'understudy open' makes another."
        : error.status === 401 ? "The server does not know this key: it may have ended or be another workspace's." : error.message
      if (me.signedIn) {
        dispatchEvent(new HashChangeEvent("hashchange"))
        return say(`${text} You are still signed in as ${me.role}.`, { kind: "bad" })
      }
      this.#problem.textContent = text
      this.#problem.hidden = false
    } finally {
      this.#button.disabled = false
    }
  }
}

customElements.define("sign-in-view", SignInView)
