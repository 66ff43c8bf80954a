// Sessions: whose requests are told apart, how they fared, beginning anew.
import { get, post } from "../core/api.js"
import { atMost, bdi, h, replace } from "../core/dom.js"
import { follow } from "../core/events.js"
import { date, number } from "../core/format.js"
import { link } from "../core/router.js"
import { confirm } from "../parts/dialog.js"
import { failed, say } from "../parts/toast.js"

export default class SessionsView extends HTMLElement {
  #body = h("tbody")
  #sample = h("pre")
  #empty = h("div", { class: "empty", hidden: true }, h("h2", {}, "Everybody shares one session so far"),
    h("p", {}, "A proxy user's name is a session of its own, so that tests that run side by side get their own turns:"),
    this.#sample)
  #load = atMost(300, () => this.#loadNow())
  #ends = []

  connectedCallback() {
    this.append(h("h1", {}, "Sessions"),
      h("div", { class: "bar" }, h("p", { class: "note" }, "Of repeated requests each session gets the recorded answers in turn."),
        h("button", { class: "push", onClick: () => this.#resetAll() }, "Begin all anew")),
      h("div", { class: "scroll-x" }, h("table", {}, h("thead", {}, h("tr", {},
        ["Session", "Requests", "Hits", "Misses", "Recorded", "Last used", ""].map((name) => h("th", { scope: "col" }, name)))), this.#body)),
      this.#empty)
    this.#ends = [follow(["exchange", "activity", "caught-up"], this.#load)]
    this.#loadNow()
    get("status").then(({ address }) => (this.#sample.textContent = `HTTP_PROXY=http://checkout-test:x@${address}`), failed)
  }

  disconnectedCallback() {
    for (const end of this.#ends) end()
    this.#load.cancel()
  }

  async #loadNow() {
    try {
      const { sessions } = await get("sessions")
      if (this.contains(document.activeElement) && this.#body.contains(document.activeElement)) return
      replace(this.#body, sessions.map((session) => this.#row(session)))
      this.#empty.hidden = sessions.length > 1
    } catch (error) {
      failed(error)
    }
  }

  #row({ session, requests, hits, misses, recorded, lastUse }) {
    const name = session || "the common one"
    return h("tr", {},
      h("th", { scope: "row" }, h("a", { href: link("history", { session: session || null }) }, session ? bdi(session, 100) : name)),
      [requests, hits, misses, recorded].map((value) => h("td", {}, number(value))),
      h("td", {}, lastUse ? date(new Date(lastUse / 1000).toISOString()) : "–"),
      h("td", { class: "row-of" },
        h("button", { class: "small", onClick: () => this.#act(["sessions", "reset"], session, "begins anew") }, "Start over"),
        session && h("button", { class: "small", onClick: () => this.#act(["sessions", "remove"], session, "is forgotten") }, "Forget")))
  }

  async #act(route, session, what) {
    try {
      await post(route, { session })
      say(`Session ${session || "without a name"} ${what}.`)
      document.activeElement?.blur()
      this.#loadNow()
    } catch (error) {
      failed(error)
    }
  }

  async #resetAll() {
    if (!(await confirm({ title: "Start all sessions over?", text: "Repeated requests then get their first recorded answer again.", label: "Start over", kind: "primary" }))) return
    try {
      await post(["sessions", "reset"], {})
      this.#loadNow()
    } catch (error) {
      failed(error)
    }
  }
}

customElements.define("sessions-view", SessionsView)
