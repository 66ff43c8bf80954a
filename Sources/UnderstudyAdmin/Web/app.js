// The page's frame: navigation, mode, who is signed in, whether the server is there, and the view that the address names.
import { get, put } from "./core/api.js"
import { h, later, replace } from "./core/dom.js"
import { follow, start, stop } from "./core/events.js"
import { bindings, keys } from "./core/keys.js"
import { me, refresh } from "./core/me.js"
import { current, go, link } from "./core/router.js"
import { dialog } from "./parts/dialog.js"
import { clear, failed, isBack, say } from "./parts/toast.js"

const views = [
  ["traffic", "Traffic"], ["history", "History"], ["collections", "Collections"], ["mocks", "Mock servers"],
  ["environments", "Environments"], ["sessions", "Sessions"], ["settings", "Settings"],
]
const modes = {
  record: "forward and record", replay: "answer from examples", auto: "examples, else record", spy: "examples, else forward",
  proxy: "forward only",
}

class AppShell extends HTMLElement {
  #main = h("main", { id: "main", tabindex: "-1" })
  #nav = h("nav", { "aria-label": "Views" })
  #mode = h("select", { id: "mode", "aria-label": "Mode", onBlur: () => this.#switchMode(), onKeydown: ({ key }) => key === "Enter" && this.#switchMode(),
    // Arrow keys pass through modes that nobody means.
    onChange: () => (this.#wanted = this.#mode.value, this.#switchSoon()) })
  #switchSoon = later(500, () => this.#switchMode())
  #wanted
  #switching = Promise.resolve()
  #banner = h("div", { class: "banner", role: "status", hidden: true })
  #view
  #name
  #place

  async connectedCallback() {
    this.append(
      h("a", { class: "skip", href: "#main", onClick: (event) => this.#skip(event) }, "Skip to content"),
      h("header", { class: "top" },
        h("a", { class: "brand", href: "#/traffic" }, "Understudy"),
        this.#nav,
        h("div", { class: "mode" }, h("label", { for: "mode" }, "Mode"), this.#mode),
        h("button", { class: "quiet", "aria-label": "Keyboard help", title: "Keyboard help (?)", onClick: () => this.#help() }, "?")),
      this.#banner, this.#main)
    addEventListener("hashchange", () => this.#route())
    addEventListener("signed-out", (event) => this.#signedOut(event))
    addEventListener("signed-in", () => this.#signedIn())
    keys(this, [
      { key: "?", what: "Show what keys do", run: () => this.#help() },
      { key: "/", what: "Search", run: () => this.#search() },
      { key: "Escape", what: "Leave the field, close what is open", run: () => this.#escape() },
      ...views.map(([name, label], index) => ({ key: `${index + 1}`, what: label, run: () => go(name) })),
    ])
    follow("live", (isLive) => this.#setLive(isLive))
    follow("mode-changed", ({ mode }) => this.#showMode(mode))
    follow("recording-changed", ({ degraded }) => degraded && say(`Recording is degraded: ${degraded}`, { kind: "bad" }))
    follow("caught-up", () => this.#loadMode())
    try {
      await refresh()
    } catch (error) {
      failed(error)
    }
    if (me.signedIn) this.#signedIn()
    else this.#route()
  }

  #signedIn() {
    start()
    this.#loadMode()
    this.#route()
  }

  #signedOut({ detail }) {
    if (!me.signedIn) return
    me.signedIn = false
    me.hasEnded = detail === "ended"
    me.role = null
    stop()
    this.#setLive(true)
    this.#route()
  }

  /** The view that the address names; the same one goes on with other parts of it. */
  async #route() {
    if (me.signedIn && current().view === "sign-in" && !current().parts[0]) history.replaceState(null, "", link("traffic"))
    const route = current()
    const name = this.#viewOf(route)
    this.classList.toggle("signed-out", !me.signedIn)
    replace(this.#nav, me.signedIn
      ? views.map(([view, label]) => h("a", { href: link(view), "aria-current": view === name ? "page" : null }, label)) : [])
    this.#nav.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" })
    const place = [route.view, ...route.parts].join("/")
    if (place !== this.#place) clear()
    this.#place = place
    if (name !== this.#name) {
      this.#name = name
      this.#view = undefined
      let view
      try {
        view = (await import(`./views/${name}.js`)).default
      } catch {
        this.#name = undefined
        return say("This part of the page could not be loaded: is the server still there?", { kind: "bad" })
      }
      if (this.#name !== name || this.#view) return
      this.#view = new view()
      replace(this.#main, this.#view)
      scrollTo(0, 0)
    }
    document.title = `${views.find(([view]) => view === name)?.[1] ?? "Sign in"} – Understudy`
    if (this.#viewOf(current()) === name) this.#view?.show?.(current())
  }

  #viewOf({ view, parts }) {
    // A ticket counts for who is signed in, too: it may be another's.
    if (!me.signedIn || (view === "sign-in" && parts[0])) return "sign-in"
    return views.some(([name]) => name === view) ? view : "traffic"
  }

  async #loadMode() {
    try {
      const { mode } = await get("mode")
      this.#showMode(mode)
    } catch (error) {
      if (error.status !== 401) failed(error)
    }
  }

  #showMode(mode) {
    if (this.#wanted) return
    replace(this.#mode, Object.entries(modes).map(([name, what]) =>
      h("option", { value: name, selected: name === mode }, `${name}: ${what}`)))
    this.#mode.dataset.mode = mode
  }

  #switchMode() {
    this.#switchSoon.cancel()
    const wanted = this.#wanted
    this.#wanted = undefined
    if (wanted) this.#switching = this.#switching.then(() => this.#putMode(wanted))
  }

  async #putMode(wanted) {
    try {
      const { mode } = await put("mode", { mode: wanted })
      this.#showMode(mode)
      say(`The server is in ${mode} mode now: ${modes[mode]}.`)
    } catch (error) {
      failed(error)
      this.#loadMode()
    }
  }

  #setLive(isLive) {
    this.#banner.hidden = isLive
    if (isLive) isBack()
    if (!isLive) replace(this.#banner, "The server does not answer. What is shown stays; it catches up as soon as the server is back.")
  }

  #search() {
    const field = this.querySelector("main input[type=search]")
    if (!field) return false
    field.select()
    field.focus()
  }

  #escape() {
    const field = document.activeElement
    if (field && field !== document.body) field.blur()
    return false
  }

  #skip(event) {
    event.preventDefault()
    this.#main.focus()
  }

  #help() {
    const lists = this.querySelector("virtual-list") ? [{ key: "↑ ↓ Enter", what: "In a list: move, open" }, { key: "Space, Shift+↑ ↓", what: "Select rows" }] : []
    // The nearest has a key: what is behind it is not said.
    const nearest = [...new Map(bindings().reverse().map((binding) => [binding.key, binding])).values()].reverse()
    const rows = [...nearest, ...lists].map(({ key, what }) => h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, key === " " ? "Space" : key)), h("td", {}, what)))
    dialog({
      title: "What keys do",
      content: [
        h("table", { class: "plain" }, h("tbody", {}, rows)),
        h("p", { class: "hint" }, "Everything here can be done over the API too: ", h("a", { href: "api/v1/openapi.json", target: "_blank" }, "its document"), ". Version ", me.version, "."),
      ],
    })
  }
}

customElements.define("app-shell", AppShell)
