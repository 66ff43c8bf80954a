// Recorded content, looked at: laid out, as it is, as octets, or in a frame where nothing runs. Only what is asked for is loaded.
import { address, ApiError, request } from "../core/api.js"
import { bdi, h, replace, shown } from "../core/dom.js"
import { bytes, number } from "../core/format.js"
import { copyButton } from "./copy.js"
import { failed } from "./toast.js"

/** Octets of one piece. */
export const piece = 256 * 1024
const mostOut = 4_000_000
const mostCopied = 10_000_000
const blockLines = 100
const longestLine = 8000

/** The value of a field, the first of that name. */
export const fieldOf = (message, name) => message?.fields.find((field) => field.name.toLowerCase() === name)?.value ?? ""

/** `json`, `markup`, `form`, `parts`, `image`, `text` or `octets`: by its media type, and by its looks where it has none. */
export function kindOf(message) {
  const type = fieldOf(message, "content-type").toLowerCase().split(";")[0].trim()
  if (/^image\/(?!svg)/.test(type)) return "image"
  if (/[/+]json$|^application\/(x-)?nd-?json/.test(type)) return "json"
  if (/[/+]xml$|html$/.test(type)) return "markup"
  if (type === "application/x-www-form-urlencoded") return "form"
  if (type === "multipart/form-data") return "parts"
  const { text } = message.body
  if (text === undefined) return "octets"
  return /^\s*[[{]/.test(text) ? "json" : /^\s*<[?!a-z]/i.test(text) ? "markup" : "text"
}

// MARK: Laying out

/** Indents what may be JSON, may end anywhere and stays what it is: numbers, order and repeated members too. */
export function indentJSON(text) {
  const out = []
  let length = 0
  let depth = 0
  let isNew = false
  let i = 0
  const put = (part) => (out.push(part), (length += part.length))
  const line = () => put("\n" + "  ".repeat(Math.min(depth, 30)))
  while (i < text.length && length < mostOut) {
    const mark = text[i]
    if (mark === " " || mark === "\n" || mark === "\r" || mark === "\t") {
      i += 1
      continue
    }
    if (mark === "}" || mark === "]") {
      depth = Math.max(0, depth - 1)
      if (!isNew) line()
      isNew = false
      put(mark)
      i += 1
      continue
    }
    if (isNew) line()
    // One document after the other.
    else if (depth === 0 && length > 0 && mark !== "," && mark !== ":") line()
    isNew = false
    let end = i + 1
    if (mark === '"') {
      while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1
      put(text.slice(i, end + 1))
      end += 1
    } else if (mark === "{" || mark === "[") {
      put(mark)
      depth += 1
      isNew = true
    } else if (mark === ",") {
      put(mark)
      line()
    } else if (mark === ":") put(": ")
    else {
      while (end < text.length && !/[\s,:{}[\]"]/.test(text[end])) end += 1
      put(text.slice(i, end))
    }
    i = end
  }
  return out.join("")
}

const alone = /^<(?:[!?]|(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)|\/>$/i

/** Indents tags; nothing of them is believed. */
export function indentMarkup(text) {
  const out = []
  let length = 0
  let depth = 0
  let isOpen = false
  let i = 0
  const put = (part, isSame) => {
    const all = (isSame || length === 0 ? "" : "\n" + "  ".repeat(Math.min(depth, 30))) + part
    out.push(all)
    length += all.length
  }
  while (i < text.length && length < mostOut) {
    if (text[i] !== "<") {
      let end = text.indexOf("<", i)
      if (end < 0) end = text.length
      const words = text.slice(i, end).trim()
      if (words) {
        const isShort = isOpen && words.length < 100 && !words.includes("\n")
        put(words, isShort)
        isOpen = isShort
      }
      i = end
      continue
    }
    const closing = text.startsWith("<!--", i) ? "-->" : text.startsWith("<![CDATA[", i) ? "]]>" : text.startsWith("<?", i) ? "?>" : null
    let end = closing ? text.indexOf(closing, i) : tagEnd(text, i)
    // Cut within it: the rest as it is.
    if (end < 0) {
      put(text.slice(i))
      break
    }
    end += closing?.length ?? 1
    const tag = text.slice(i, end)
    if (tag[1] === "/") {
      depth = Math.max(0, depth - 1)
      put(tag, isOpen)
      isOpen = false
    } else {
      put(tag)
      isOpen = !closing && !alone.test(tag)
      if (isOpen) depth += 1
      const verbatim = isOpen && /^<(script|style|pre|textarea)\b/i.exec(tag)?.[1]
      if (verbatim) {
        const search = new RegExp(`</${verbatim}`, "gi")
        search.lastIndex = end
        const stop = search.exec(text)?.index ?? text.length
        put(text.slice(end, stop), true)
        end = stop
      }
    }
    i = end
  }
  return out.join("")
}

function tagEnd(text, start) {
  let quote = ""
  for (let i = start + 1; i < text.length; i += 1) {
    const mark = text[i]
    if (quote) quote = mark === quote ? "" : quote
    else if (mark === ">") return i
    else if (mark === '"' || mark === "'") quote = mark
  }
  return -1
}

/** A message's text for reading and comparing, of what is loaded. */
export function pretty(message) {
  const text = message.body.text ?? ""
  const kind = kindOf(message)
  return kind === "json" ? indentJSON(text) : kind === "markup" ? indentMarkup(text) : text.replaceAll("\r\n", "\n")
}

// MARK: Colours

const rules = {
  json: [/("(?:[^"\\\n]|\\.)*"?)(?=(\s*:)?)|(-?\d[\w.+-]*|true|false|null)/g, (match) => (match[3] ? "value" : match[2] ? "name" : "string")],
  markup: [/(<!--[^\n]*)|(<[/?!]?[\w:.-]+|[/?]?>)|("[^"\n]*"|'[^'\n]*')/g, (match) => (match[1] ? "comment" : match[2] ? "name" : "string")],
}
const highlights = {}
if (globalThis.Highlight) {
  for (const name of ["name", "string", "value", "comment"]) CSS.highlights.set(`code-${name}`, (highlights[name] = new Highlight()))
}

/** Only what is near the window has colours. */
const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    target.make?.()
    for (const [name, range] of target.ranges ?? []) highlights[name].delete(range)
    target.ranges = []
    const rule = rules[target.kind]
    if (!isIntersecting || !rule || !globalThis.Highlight) continue
    const node = target.firstChild
    for (const match of node?.data.matchAll(rule[0]) ?? []) {
      const name = rule[1](match)
      const range = new StaticRange({ startContainer: node, startOffset: match.index, endContainer: node, endOffset: match.index + match[0].length })
      highlights[name].add(range)
      target.ranges.push([name, range])
    }
  }
}, { rootMargin: "400px" })

/** Long text in blocks, which the browser lays out when they come into sight. */
function blocks(text, kind) {
  const all = []
  let lines = []
  let size = 0
  const flush = (goesOn) => {
    if (lines.length === 0) return
    const block = h("div", { class: goesOn ? "goes-on" : null }, shown(lines.join("\n"), Infinity) || " ")
    block.style.containIntrinsicBlockSize = `auto ${lines.length * 1.4}em`
    block.kind = kind
    all.push(block)
    lines = []
    size = 0
  }
  for (const line of text.split("\n")) {
    for (let from = 0; from === 0 || from < line.length; from += longestLine) {
      lines.push(line.slice(from, from + longestLine))
      size += lines.at(-1).length
      const goesOn = from + longestLine < line.length
      if (goesOn || lines.length >= blockLines || size >= longestLine) flush(goesOn)
    }
  }
  flush()
  return all
}

function hexBlocks(octets, offset, width) {
  const all = []
  for (let start = 0; start < octets.length; start += width * blockLines) {
    const block = h("div", {})
    const end = Math.min(start + width * blockLines, octets.length)
    block.style.containIntrinsicBlockSize = `auto ${Math.ceil((end - start) / width) * 1.4}em`
    block.make = () => {
      block.make = null
      const lines = []
      for (let at = start; at < end; at += width) {
        const row = octets.subarray(at, Math.min(at + width, end))
        const hex = Array.from(row, (octet) => octet.toString(16).padStart(2, "0")).join(" ")
        const text = Array.from(row, (octet) => (octet > 31 && octet < 127 ? String.fromCharCode(octet) : "·")).join("")
        lines.push(`${(offset + at).toString(16).padStart(8, "0")}  ${hex.padEnd(width * 3)} ${text}`)
      }
      block.textContent = lines.join("\n")
    }
    all.push(block)
  }
  return all
}

/** Names and values of a form as `[name, value]`. */
function formRows(message, text, kind) {
  if (kind === "form") return text.split("&", 1000).map((pair) => pair.split(/=(.*)/s).map(unescape))
  const boundary = /boundary="?([^";]+)/i.exec(fieldOf(message, "content-type"))?.[1]
  return text.split(`--${boundary}`, 1000).slice(1).filter((part) => !part.startsWith("--")).map((part) => {
    const [head, content] = part.split(/\r?\n\r?\n(.*)/s)
    const file = /filename="?([^";\r\n]*)/i.exec(head)?.[1]
    return [/[ ;]name="?([^";\r\n]*)/i.exec(head)?.[1] ?? head.trim(), (file ? `(file ${file}) ` : "") + (content ?? "").replace(/\r?\n$/, "")]
  })
}

function unescape(text = "") {
  try {
    return decodeURIComponent(text.replaceAll("+", " "))
  } catch {
    return text
  }
}

/** Names and values as a table. */
export function table(rows, head) {
  return h("table", { class: "lines" },
    h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.map(([name, ...values]) => h("tr", {}, h("th", { scope: "row" }, bdi(name, 300)), values.map((value) => h("td", {}, bdi(value, 8000)))))))
}

const fromBase64 = (text) => Uint8Array.from(atob(text), (mark) => mark.charCodeAt(0))

/**
 * `<body-view>`: set `number`, `side` (`request` or `response`), `message` (as the API gives it), `mode` and `onMode(mode)`.
 */
export class BodyView extends HTMLElement {
  mode = null
  onMode = () => {}
  #octets
  #at = 0
  #total = null
  #content = h("div", { class: "content" })
  #modes = h("div", { class: "row-of", role: "group", "aria-label": "How the body is shown" })
  #foot = h("p", { class: "row-of note" })

  connectedCallback() {
    if (this.#octets) return
    const { body } = this.message
    const type = fieldOf(this.message, "content-type")
    this.kind = kindOf(this.message)
    const isThere = body.text !== undefined || body.base64 !== undefined
    if (!isThere || (body.text ?? body.base64) === "") {
      return this.append(h("p", { class: "note" }, isThere || body.byteCount === 0 ? "There is no body." : `Its ${bytes(body.byteCount)} are no longer there.`))
    }
    this.#octets = body.text === undefined ? fromBase64(body.base64) : new TextEncoder().encode(body.text)
    this.#total = body.isCut ? (body.decoded ? null : body.keptByteCount) : this.#octets.length
    this.names = ["raw", "hex"]
    if (["json", "markup", "form", "parts"].includes(this.kind) && body.text !== undefined) this.names.unshift("pretty")
    if (/^(image|text)\//i.test(type)) this.names.push("preview")
    if (!this.names.includes(this.mode)) this.mode = this.kind === "image" ? "preview" : body.text === undefined ? "hex" : this.names[0]
    const coding = body.coding && `${body.coding}${body.decoded ? " taken off" : "-coded, shown as it came"}`
    this.append(
      body.byteCount > body.keptByteCount && h("p", { class: "problem" }, `${bytes(body.keptByteCount)} of ${bytes(body.byteCount)} were kept: it was more than is recorded.`) || "",
      h("div", { class: "bar" }, this.#modes, bdi([type, coding].filter(Boolean).join(", "), 100, { class: "dim push" }),
        copyButton("Copy body", () => this.#whole()),
        h("a", { class: "button small", href: this.#address("body", { decoded: body.decoded }), download: "" }, "Download all")),
      this.#content, this.#foot)
    this.#draw()
  }

  disconnectedCallback() {
    this.#forget()
  }

  #address(what, query) {
    return address(["history", this.number, this.side, what], query)
  }

  /** Octets of the content from there on. */
  async #load(offset, limit) {
    const response = await request("GET", ["history", this.number, this.side, "body"], { query: { decoded: this.message.body.decoded, offset, limit } })
    this.#total = Number(response.headers.get("Understudy-Total")) || this.#total
    return new Uint8Array(await response.arrayBuffer())
  }

  #text(octets) {
    const charset = /charset="?([^";\s]+)/i.exec(fieldOf(this.message, "content-type"))?.[1]
    const make = (name) => new TextDecoder(name, { ignoreBOM: true })
    try {
      return make(this.message.body.text === undefined ? charset : "utf-8").decode(octets)
    } catch {
      return make("utf-8").decode(octets)
    }
  }

  #forget() {
    for (const block of this.#content.querySelectorAll(".blocks > div")) {
      near.unobserve(block)
      for (const [name, range] of block.ranges ?? []) highlights[name].delete(range)
    }
  }

  #draw() {
    this.#forget()
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
    for (const block of this.#content.querySelectorAll(".blocks > div")) near.observe(block)
    const end = this.#at + this.#octets.length
    const step = (label, offset) => h("button", { type: "button", class: "small", onClick: () => this.#go(offset) }, label)
    replace(this.#foot, this.mode !== "preview" && (this.#at > 0 || end !== this.#total) && (this.mode === "pretty"
      ? `The first ${bytes(end)} are laid out: Raw and Hex show the rest.`
      : [
        `Octets ${number(this.#at)} to ${number(end)}${this.#total ? ` of ${number(this.#total)}` : ""}.`,
        this.#at > 0 && step("256 KB before", Math.max(0, this.#at - piece)), end !== this.#total && step("Next 256 KB", end),
      ]))
  }

  #drawn() {
    const { mode, kind } = this
    if (mode === "preview") {
      const label = `The ${this.side}'s body, without scripts`
      if (!/^image\//i.test(fieldOf(this.message, "content-type"))) return h("iframe", { sandbox: "", src: this.#address("preview"), title: label })
      return h("img", { src: this.#address("preview"), alt: label, onError: (event) => event.target.replaceWith(h("p", { class: "note" }, "The browser cannot show this image.")) })
    }
    const pre = (content) => h("pre", { class: "blocks", tabindex: "0", role: "region", "aria-label": `Body, ${mode}` }, content)
    if (mode === "hex") return pre(hexBlocks(this.#octets, this.#at, this.clientWidth < 600 ? 8 : 16))
    // Pretty stays with the beginning.
    const text = mode === "pretty" ? this.message.body.text : this.#text(this.#octets)
    if (mode === "raw") return pre(blocks(text.replaceAll("\r\n", "\n")))
    if (kind === "form" || kind === "parts") return table(formRows(this.message, text, kind), ["Name", "Value"])
    return pre(blocks(pretty(this.message), kind))
  }

  async #go(offset) {
    try {
      const octets = await this.#load(offset, piece)
      if (octets.length === 0) this.#total = offset
      else [this.#octets, this.#at] = [octets, offset]
      this.#draw()
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
