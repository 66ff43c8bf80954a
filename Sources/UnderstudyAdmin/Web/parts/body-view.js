// Recorded content: laid out, as it is, as octets, or in a frame where nothing runs. It is loaded a piece at a time.
import { address, ApiError, request } from "../core/api.js"
import { bdi, h, replace, shown } from "../core/dom.js"
import { bytes, number } from "../core/format.js"
import { copyButton } from "./copy.js"
import { failed } from "./toast.js"

/** Octets of one piece. */
export const piece = 256 * 1024
const mostOut = 2_000_000
const mostCopied = 10_000_000

/** The value of the first field of that name. */
export const fieldOf = (message, name) => message.fields.find((field) => field.name.toLowerCase() === name)?.value ?? ""

/** By media type, and by its looks without one. */
const kinds = [
  ["image", /^image\/(?!svg)/], ["json", /[/+-]json/, /^\s*[[{]/], ["markup", /[/+]xml|html/, /^\s*<[?!a-z]/i],
  ["form", /^application\/x-www-form/], ["parts", /^multipart\/form/],
]

function kindOf(message) {
  const type = fieldOf(message, "content-type").toLowerCase()
  const { text } = message.body
  return kinds.find(([, types, looks]) => types.test(type) || (looks?.test(text ?? "") && !/^text\/(?!html|plain)/.test(type)))?.[0]
}

// MARK: Laying out. Nothing is parsed: what is cut or wrong stays as it is, and so do numbers, order and repeated members.

const newLine = (depth) => "\n" + "  ".repeat(Math.min(depth, 30))

export function indentJSON(text) {
  const token = /"(?:[^"\\]|\\.?)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs
  let out = ""
  let depth = 0
  let last = ""
  for (let match; out.length < mostOut && (match = token.exec(text)); ) {
    const [part] = match
    const isEnd = part === "}" || part === "]"
    if (isEnd) depth = Math.max(0, depth - 1)
    // Empty ones stay on their line; one document comes after the other.
    if (isEnd ? !/[{[]/.test(last) : /^[{[,]$/.test(last) || (depth === 0 && last && !/[,:]/.test(last + part))) out += newLine(depth)
    if (part === "{" || part === "[") depth += 1
    out += part === ":" ? ": " : part
    last = part.length === 1 ? part : "-"
  }
  return out
}

const alone = /^<([!?]|(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)|\/>$/i

export function indentMarkup(text) {
  let out = ""
  let depth = 0
  let isOpen = false
  const put = (part, isSame) => (out += (isSame || !out ? "" : newLine(depth)) + part)
  for (let at = 0, end; at < text.length && out.length < mostOut; at = end) {
    end = text.indexOf("<", at)
    if (end !== at) {
      if (end < 0) end = text.length
      const words = text.slice(at, end).trim()
      if (!words) continue
      isOpen &&= words.length < 100 && !words.includes("\n")
      put(words, isOpen)
      continue
    }
    const close = { "<!--": "-->", "<![C": "]]>" }[text.slice(at, at + 4)]
    end = close ? text.indexOf(close, at) + close.length : tagEnd(text, at)
    // Cut within it.
    if (end < at + 2) end = text.length
    const tag = text.slice(at, end)
    if (tag[1] === "/") {
      depth = Math.max(0, depth - 1)
      put(tag, isOpen)
      isOpen = false
      continue
    }
    put(tag)
    isOpen = !alone.test(tag)
    if (isOpen) depth += 1
    const verbatim = /^<(script|style|pre|textarea)\b/i.exec(tag)
    if (!verbatim || !isOpen) continue
    const stop = new RegExp(`</${verbatim[1]}|$`, "gi")
    stop.lastIndex = end
    put(text.slice(end, (end = stop.exec(text).index)), true)
  }
  return out
}

function tagEnd(text, at) {
  let quote
  for (; at < text.length; at += 1) {
    const mark = text[at]
    if (quote) quote = mark === quote ? null : quote
    else if (mark === ">") return at + 1
    else if (mark === '"' || mark === "'") quote = mark
  }
  return 0
}

const lines = (text) => text.replaceAll("\r\n", "\n")

/** What is loaded of a message's text, for reading and comparing. */
export function pretty(message) {
  const { text = "" } = message.body
  return { json: indentJSON, markup: indentMarkup }[kindOf(message)]?.(text) ?? lines(text)
}

/** Names and values of a form. */
function formRows(message, text, kind) {
  if (kind === "form") return text.split("&", 1000).map((pair) => pair.split(/=(.*)/s).map(unescaped))
  const boundary = /boundary="?([^";]+)/i.exec(fieldOf(message, "content-type"))?.[1]
  return text.split(`--${boundary}`, 1000).slice(1).filter((part) => !part.startsWith("--")).map((part) => {
    const [head, content = ""] = part.split(/\r?\n\r?\n(.*)/s)
    return [/\bname="?([^";\r\n]*)/i.exec(head)?.[1] ?? "", (/filename="[^"]+"/i.exec(head)?.[0] ?? "") + content.trimEnd()]
  })
}

function unescaped(text = "") {
  try {
    return decodeURIComponent(text.replaceAll("+", " "))
  } catch {
    return text
  }
}

/** Names and values as a table. */
export const table = (rows, head) => h("table", { class: "lines" },
  h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
  h("tbody", {}, rows.map(([name, ...values]) => h("tr", {}, h("th", { scope: "row" }, bdi(name, 300)), values.map((value) => h("td", {}, bdi(value, 8000)))))))

// MARK: Long text: blocks that the browser lays out, and that get their colours, when they come near.

const tokens = {
  json: /(?<name>"(?:[^"\\\n]|\\.)*")(?=:)|(?<string>"(?:[^"\\\n]|\\.)*"?)|(?<value>-?\d[\w.+-]*|true|false|null)/g,
  markup: /(?<value><!--[^\n]*)|(?<name><[/?!]?[\w:.-]+|[/?]?>)|(?<string>"[^"\n]*"|'[^'\n]*')/g,
}
const colours = {}
if (globalThis.Highlight) for (const name of ["name", "string", "value"]) CSS.highlights.set(`code-${name}`, (colours[name] = new Highlight()))

function uncolour(block) {
  for (const [name, range] of block.ranges ?? []) colours[name].delete(range)
  block.ranges = []
}

const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    uncolour(target)
    if (!isIntersecting) continue
    if (target.make) target.textContent = target.make()
    const node = target.firstChild
    for (const { groups, index, 0: { length } } of (colours.name && tokens[target.kind] && node?.data.matchAll(tokens[target.kind])) || []) {
      const name = Object.keys(groups).find((one) => groups[one] !== undefined)
      const range = new StaticRange({ startContainer: node, startOffset: index, endContainer: node, endOffset: index + length })
      colours[name].add(range)
      target.ranges.push([name, range])
    }
  }
}, { rootMargin: "400px" })

function block(text, count, more) {
  const element = Object.assign(h("div", {}, text), more)
  element.style.containIntrinsicBlockSize = `auto ${count * 1.4}em`
  return element
}

function textBlocks(text, kind) {
  const all = []
  let some = []
  let size = 0
  // What has no lines is broken where a block ends.
  for (const line of text.split("\n")) {
    (line.match(/.{1,8000}/gsu) ?? [""]).forEach((part, index, { length }) => {
      some.push(part)
      size += part.length
      if (some.length < 100 && size < 8000) return
      all.push(block(shown(some.join("\n"), Infinity), some.length, { kind, className: index < length - 1 ? "goes-on" : "" }))
      some = []
      size = 0
    })
  }
  return [...all, block(shown(some.join("\n"), Infinity), some.length, { kind })]
}

function hexBlocks(octets, offset, width) {
  const line = (at) => {
    const row = [...octets.subarray(at, at + width)]
    const hex = row.map((octet) => octet.toString(16).padStart(2, "0")).join(" ")
    const text = row.map((octet) => (octet > 31 && octet < 127 ? String.fromCharCode(octet) : "·")).join("")
    return `${(offset + at).toString(16).padStart(8, "0")}  ${hex.padEnd(width * 3)} ${text}`
  }
  const starts = Array.from({ length: Math.ceil(octets.length / width) }, (_, index) => index * width)
  return Array.from({ length: Math.ceil(starts.length / 100) }, (_, index) => {
    const mine = starts.slice(index * 100, index * 100 + 100)
    return block("", mine.length, { make: () => mine.map(line).join("\n") })
  })
}

/** `<body-view>`: set `number`, `side` (`request` or `response`), `message` (as the API gives it), `mode` and `onMode(mode)`. */
export class BodyView extends HTMLElement {
  #octets
  #at = 0
  #total
  #content = h("div")
  #modes = h("div", { class: "row-of", role: "group", "aria-label": "How the body is shown" })
  #foot = h("p", { class: "row-of note" })

  connectedCallback() {
    if (this.firstChild) return
    const { body } = this.message
    const data = body.text ?? body.base64
    if (!data) return this.append(h("p", { class: "note" }, body.byteCount > 0 ? `Its ${bytes(body.byteCount)} are no longer there.` : "There is no body."))
    this.#octets = body.text === undefined ? Uint8Array.from(atob(data), (mark) => mark.charCodeAt(0)) : new TextEncoder().encode(data)
    this.#total = body.isCut ? (body.decoded ? null : body.keptByteCount) : this.#octets.length
    this.kind = kindOf(this.message)
    this.type = fieldOf(this.message, "content-type")
    this.names = ["raw", "hex"]
    if (this.kind && this.kind !== "image" && body.text) this.names.unshift("pretty")
    if (/^(image|text)\//i.test(this.type) && (!body.coding || body.decoded)) this.names.push("preview")
    if (!this.names.includes(this.mode)) this.mode = this.kind === "image" ? "preview" : this.names[body.text ? 0 : 1]
    if (body.byteCount > body.keptByteCount) this.append(h("p", { class: "problem" }, `${bytes(body.keptByteCount)} of ${bytes(body.byteCount)} were kept.`))
    this.append(
      h("div", { class: "bar" }, this.#modes, bdi(this.type + (body.coding ? `, ${body.coding}${body.decoded ? " decoded" : ", as it came"}` : ""), 80, { class: "dim push" }),
        copyButton("Copy body", () => this.#whole()),
        h("a", { class: "button small", href: this.#address("body", { decoded: body.decoded }), download: "" }, "Download all")),
      this.#content, this.#foot)
    this.#draw()
  }

  disconnectedCallback() {
    this.#content.querySelectorAll(".blocks > div").forEach(uncolour)
  }

  #address(what, query) {
    return address(["history", this.number, this.side, what], query)
  }

  async #load(offset, limit) {
    const response = await request("GET", ["history", this.number, this.side, "body"], { query: { decoded: this.message.body.decoded, offset, limit } })
    this.#total = Number(response.headers.get("Understudy-Total")) || this.#total
    return new Uint8Array(await response.arrayBuffer())
  }

  #text(octets) {
    const charset = (this.message.body.text === undefined && /charset="?([^";\s]+)/i.exec(this.type)?.[1]) || "utf-8"
    try {
      return new TextDecoder(charset, { ignoreBOM: true }).decode(octets)
    } catch {
      return new TextDecoder().decode(octets)
    }
  }

  #draw() {
    this.disconnectedCallback()
    replace(this.#modes, this.names.map((name) => h("button", {
      type: "button", class: "small", "aria-pressed": `${name === this.mode}`,
      onClick: () => {
        this.mode = name
        this.#draw()
        this.onMode(name)
        this.#modes.querySelector("[aria-pressed=true]").focus()
      },
    }, name[0].toUpperCase() + name.slice(1))))
    replace(this.#content, this.#drawn())
    this.#content.querySelectorAll(".blocks > div").forEach((one) => near.observe(one))
    const end = this.#at + this.#octets.length
    const step = (label, offset) => h("button", { type: "button", class: "small", onClick: () => this.#go(offset) }, label)
    replace(this.#foot, this.mode !== "preview" && (this.#at > 0 || end !== this.#total) && (this.mode === "pretty"
      ? "The first 256 KB are laid out: Raw and Hex show the rest."
      : [
        `Octets ${number(this.#at)} to ${number(end)}${this.#total ? ` of ${number(this.#total)}` : ""}.`,
        this.#at > 0 && step("256 KB before", Math.max(0, this.#at - piece)), end !== this.#total && step("Next 256 KB", end),
      ]))
  }

  #drawn() {
    const { mode, kind, message } = this
    if (mode === "preview") {
      const label = `The ${this.side}'s body, without scripts`
      const src = this.#address("preview")
      return /^image/i.test(this.type)
        ? h("img", { src, alt: label, onError: (event) => event.target.replaceWith("The browser cannot show this image.") })
        : h("iframe", { sandbox: "", src, title: label })
    }
    if (mode === "pretty" && (kind === "form" || kind === "parts")) return table(formRows(message, message.body.text, kind), ["Name", "Value"])
    return h("pre", { class: "blocks", tabindex: "0", role: "region", "aria-label": `Body, ${mode}` }, mode === "hex"
      ? hexBlocks(this.#octets, this.#at, this.clientWidth < 600 ? 8 : 16)
      : mode === "raw" ? textBlocks(lines(this.#text(this.#octets))) : textBlocks(pretty(message), kind))
  }

  async #go(offset) {
    try {
      const octets = await this.#load(offset, piece)
      if (octets.length === 0) this.#total = offset
      else [this.#octets, this.#at] = [octets, offset]
      this.#draw()
      this.#content.firstChild.focus({ preventScroll: true })
      this.scrollIntoView()
    } catch (error) {
      failed(error)
    }
  }

  async #whole() {
    if (this.#at === 0 && this.#octets.length === this.#total) return this.#text(this.#octets)
    const octets = await this.#load(0, mostCopied)
    if (octets.length < this.#total) throw new ApiError(0, { detail: "It is too large for the clipboard: download it." })
    return this.#text(octets)
  }
}

customElements.define("body-view", BodyView)
