// The editor of an example. What is typed is checked at once, kept while people look elsewhere, and saved without waiting.
import { Latest, get, put } from "../core/api.js"
import { h, later, replace, shown } from "../core/dom.js"
import { bytes } from "../core/format.js"
import { changed, revisions } from "./changes.js"
import { dialog, field } from "./dialog.js"
import { fieldLines } from "./field-lines.js"
import { failed, say } from "./toast.js"

/** Texts longer than this are put into an input only when somebody wants that. */
const longText = 200_000
const largestFile = 30_000_000
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const phrases = {
  200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved Permanently", 302: "Found", 304: "Not Modified",
  400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
  410: "Gone", 422: "Unprocessable Content", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
  503: "Service Unavailable", 504: "Gateway Timeout",
}
const names = {
  name: "Name", method: "Method", target: "Target", requestFields: "Request fields", requestBody: "Request body", status: "Status",
  reason: "Reason phrase", fields: "Response fields", body: "Response body", bodyBase64: "Response body", delay: "Delay", rules: "Matching rules",
}
const delays = {
  none: ["none", []], fixed: ["fixed", [["duration", "Milliseconds"]]], uniform: ["anything between", [["min", "From (ms)"], ["max", "To (ms)"]]],
  normal: ["normally distributed", [["mean", "Mean (ms)"], ["deviation", "Deviation (ms)"]]],
  lognormal: ["like networks (lognormal)", [["median", "Median (ms)"], ["sigma", "Sigma"]]],
}
const bodyRules = [["", "as the mock server says"], ["on", "must be the same"], ["off", "is not compared"], ["subset", "JSON: must hold all of this"]]
const repeats = [
  ["", "as the mock server says"], ["sequence", "in order, the last one stays"], ["cycle", "in order, over and over"], ["once", "in order, each once"],
  ["first", "always the first"], ["last", "always the last"], ["causal", "as recorded after the same changes"], ["tie", "as Postman chooses"],
]

/** Examples with unsaved changes, by id. */
const drafts = new Map()
addEventListener("beforeunload", (event) => drafts.size > 0 && event.preventDefault())

export const isUnsaved = (id) => drafts.has(id)
export const forget = (id) => drafts.delete(id)

const copy = (value) => structuredClone(value)
const isSame = (a, b) => a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b))

/** Members of `to` that are other than in `from`, as the API takes them. */
function differences(from, to) {
  const { body, bodyBase64, bodyBytes, ...rest } = to
  const out = Object.fromEntries(Object.entries(rest).filter(([name, value]) => !isSame(from[name], value)))
  if (typeof body === "string") {
    if (body !== from.body) out.body = body
  } else if (bodyBase64 !== undefined && (bodyBase64 !== from.bodyBase64 || typeof from.body === "string")) out.bodyBase64 = bodyBase64
  return out
}

const merge = (view, changes) => ({
  ...copy(view), ...("body" in changes && { bodyBase64: undefined }), ...("bodyBase64" in changes && { body: null }), ...copy(changes),
})

const mediaType = (lines) => lines.findLast(({ name }) => name.toLowerCase() === "content-type")?.value.toLowerCase() ?? ""

/** Where in a text that says to be JSON it is none; null for what is JSON, or says to be something else. */
function jsonProblem(text, lines) {
  if (!text || !/[/+]json/.test(mediaType(lines)) || text.includes("{{") || text.length > longText) return null
  try {
    JSON.parse(text)
    return null
  } catch ({ message }) {
    const at = /position (\d+)/.exec(message)
    const line = /line (\d+)/.exec(message)?.[1] ?? (at ? text.slice(0, at[1]).split("\n").length : text.split("\n").length)
    return `Line ${line}: this is no JSON, though Content-Type says so. It can be saved as it is.`
  }
}

/** What can be told without asking: `{path, message, isWarning}`. */
function check(view) {
  const out = []
  const bad = (path, message) => out.push({ path, message })
  if (!token.test(view.method)) bad("method", "A method is one word, such as GET.")
  if (!view.target.startsWith("/")) bad("target", "A target begins with /, such as /users/{{id}}.")
  if (!Number.isInteger(view.status) || view.status < 200 || view.status > 999) bad("status", "A status is a number from 200 to 999.")
  for (const list of ["requestFields", "fields"]) {
    view[list].forEach(({ name, value }, index) => {
      if (!token.test(name)) bad(`${list}[${index}].name`, name ? "A field's name has no blanks, colons or brackets." : "Type a name, such as Content-Type.")
      // eslint-disable-next-line no-control-regex
      else if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) bad(`${list}[${index}].value`, "A field's value has no control characters.")
    })
  }
  const { delay } = view
  if (delay !== null && typeof delay === "object" && Object.entries(delay).some(([name, value]) => name !== "type" && name !== "preset" && !(value >= 0))) {
    bad("delay", "Type a number for each.")
  } else if (typeof delay === "number" && !(delay >= 0)) bad("delay", "Type how many milliseconds.")
  for (const [path, lines] of [["requestBody", view.requestFields], ["body", view.fields]]) {
    const message = jsonProblem(view[path], lines)
    if (message) out.push({ path, message, isWarning: true })
  }
  return out
}

const options = (list, chosen) => list.map(([value, label]) => h("option", { value, selected: value === (chosen ?? "") }, label))

/**
 * `<example-editor>`: `open(id)` shows an example, `reload()` looks whether it is another one now, `save()` saves.
 * `tools(answer)` gives the buttons beside Save, `onChange(id, view)` is told when what is shown of it elsewhere is another.
 */
export class ExampleEditor extends HTMLElement {
  tools = () => []
  onChange = () => {}
  #id
  #doc
  #loads = new Latest()
  #checks = new Latest()
  #problems = new Map()
  #lines = {}
  #save = h("button", { type: "button", class: "primary", title: "Ctrl+S", onClick: () => this.save() }, "Save")
  #discard = h("button", { type: "button", onClick: () => this.#drop() }, "Discard")
  #state = h("span", { class: "badge", role: "status" })
  #ask = later(400, () => this.#dryRun())

  disconnectedCallback() {
    this.#loads.stop()
    this.#checks.stop()
    this.#ask.cancel()
  }

  open(id) {
    if (this.#id === id) return
    this.#id = id
    this.#doc = undefined
    this.#ask.cancel()
    if (drafts.has(id)) return this.#show(drafts.get(id))
    replace(this, id && h("p", { class: "note" }, "Loading…"))
    this.reload()
  }

  async reload() {
    const id = this.#id
    if (!id || drafts.has(id) || this.#doc?.saving) return
    try {
      const answer = await this.#loads.run((signal) => get(["examples", id], null, { signal }))
      if (!answer || this.#id !== id || drafts.has(id) || this.#doc?.saving || this.#doc?.revision === answer.revision) return
      this.#take(answer)
    } catch (error) {
      if (error.status !== 404) return failed(error)
      this.#doc = undefined
      replace(this, h("div", { class: "empty" }, h("h2", {}, "This example is not there any more"), h("p", {}, "Undo brings back what was deleted in this visit.")))
    }
  }

  #take(answer) {
    revisions.set(answer.id, answer.revision)
    this.#show({ id: answer.id, answer, revision: answer.revision, base: answer.view, draft: copy(answer.view), details: [] })
  }

  // MARK: Saving

  async save() {
    const doc = this.#doc
    if (!doc || !drafts.has(doc.id)) return
    if (doc.saving) return doc.saving.then(() => this.save())
    const wrong = check(doc.draft).find(({ isWarning }) => !isWarning)
    if (wrong) return this.querySelector("[aria-invalid=true]")?.focus()
    const former = doc.base
    const changes = differences(former, doc.draft)
    // Shown as saved; taken back when it is refused.
    doc.base = copy(doc.draft)
    this.#touch(doc)
    doc.saving = this.#send(doc, changes, former)
    await doc.saving
  }

  async #send(doc, changes, former) {
    try {
      const answer = await put(["examples", doc.id], changes, { revision: doc.revision })
      doc.saving = undefined
      this.#saved(doc, answer, former)
    } catch (error) {
      doc.saving = undefined
      doc.base = former
      doc.details = error.problem?.details ?? []
      this.#touch(doc)
      if (error.status === 409) await this.#conflict(doc)
      else failed(error)
    }
  }

  #saved(doc, answer, former) {
    const { id } = doc
    const isQuiet = isSame(doc.base, doc.draft)
    const now = answer.view
    Object.assign(doc, { answer, revision: answer.revision, base: now, details: [], draft: isQuiet ? copy(now) : doc.draft })
    revisions.set(id, answer.revision)
    changed(`change of ${shown(now.method, 20)} ${shown(now.target, 80)}`, async () => {
      const back = await put(["examples", id], differences(now, former), { revision: revisions.get(id) })
      revisions.set(id, back.revision)
    })
    this.#touch(doc)
    // The server may have written it in another way than it was typed.
    if (isQuiet && this.#doc === doc && Object.keys(differences(now, this.#drawn)).length > 0) this.#show(doc)
  }
  #drawn

  async #conflict(doc) {
    let theirs
    try {
      theirs = await get(["examples", doc.id])
    } catch (error) {
      return failed(error)
    }
    const rows = Object.keys(names).filter((name) => !isSame(theirs.view[name] ?? null, doc.draft[name] ?? null)).map((name) => {
      const [left, right] = excerpts(theirs.view[name], doc.draft[name])
      return h("tr", {}, h("th", { scope: "row" }, names[name]), h("td", {}, h("pre", {}, left)), h("td", {}, h("pre", {}, right)))
    })
    const choice = await dialog({
      title: "Somebody changed this example meanwhile", isWide: true,
      content: [
        h("p", {}, "“Keep mine” saves what you changed and leaves the rest as it is there. “Take theirs” drops what you typed."),
        h("div", { class: "scroll-x" }, h("table", { class: "conflict" },
          h("thead", {}, h("tr", {}, ["Part", "Theirs", "Mine"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows))),
      ],
      actions: [{ label: "Take theirs", kind: "", run: () => "theirs" }, { label: "Keep mine", run: () => "mine" }],
    })
    if (!choice) return
    const mine = differences(doc.base, doc.draft)
    Object.assign(doc, { answer: theirs, revision: theirs.revision, base: theirs.view, draft: merge(theirs.view, choice === "mine" ? mine : {}), details: [] })
    revisions.set(doc.id, theirs.revision)
    this.#touch(doc)
    if (this.#id === doc.id) this.#show(doc)
    if (choice === "mine" && drafts.has(doc.id)) await this.save()
  }

  #drop() {
    const doc = this.#doc
    Object.assign(doc, { draft: copy(doc.base), details: [] })
    this.#touch(doc)
    this.#show(doc)
    this.reload()
  }

  // MARK: Checking

  #set(changes) {
    const doc = this.#doc
    Object.assign(doc.draft, changes)
    doc.details = []
    this.#touch(doc)
    this.#ask()
  }

  #touch(doc) {
    if (Object.keys(differences(doc.base, doc.draft)).length > 0) drafts.set(doc.id, doc)
    else drafts.delete(doc.id)
    if (this.#doc === doc) {
      const isDirty = drafts.has(doc.id)
      this.#save.disabled = !isDirty
      this.#discard.disabled = !isDirty
      this.#state.textContent = isDirty ? "unsaved" : "saved"
      this.#state.className = isDirty ? "badge warn" : "badge"
      this.#mark()
    }
    this.onChange(doc.id, doc.draft)
  }

  /** The server knows more: whether patterns, rules and delays can be read. */
  async #dryRun() {
    const doc = this.#doc
    if (!doc || !drafts.has(doc.id) || check(doc.draft).some(({ isWarning }) => !isWarning)) return
    const { body, bodyBase64, ...changes } = differences(doc.base, doc.draft)
    try {
      await this.#checks.run((signal) => put(["examples", doc.id], changes, { revision: doc.revision, query: { dryRun: true }, signal }))
    } catch (error) {
      if (error.status !== 400) return
      doc.details = error.problem.details ?? []
      if (this.#doc === doc) this.#mark()
    }
  }

  #mark() {
    const found = check(this.#doc.draft).concat(this.#doc.details.map(({ path, message }) => ({ path: path.replace(/^view\./, ""), message })))
    for (const [path, { note, input }] of this.#problems) {
      const problem = found.find((one) => one.path === path || one.path.startsWith(`${path}.`) || one.path.startsWith(`${path}[`))
      const text = problem ? problem.message : ""
      if (note.textContent !== text) note.textContent = text
      note.className = problem?.isWarning ? "problem warning" : "problem"
      note.hidden = !problem
      if (problem && !problem.isWarning) input.setAttribute("aria-invalid", "true")
      else input.removeAttribute("aria-invalid")
    }
    for (const [name, lines] of Object.entries(this.#lines)) {
      const marks = {}
      for (const { path, message } of found) {
        const [, list, index, place] = /^(\w+)\[(\d+)\]\.?(\w*)/.exec(path) ?? []
        if (list === name) marks[index] ??= { place: place || "name", message }
      }
      lines.mark(marks)
    }
  }

  // MARK: The form

  #show(doc) {
    this.#doc = doc
    this.#problems.clear()
    const focused = this.contains(document.activeElement) ? document.activeElement.dataset.path : null
    const { answer, draft } = doc
    this.#drawn = copy(draft)
    replace(this,
      h("div", { class: "bar save-bar" }, this.#save, this.#discard, this.#state, this.tools(answer)),
      answer.problem && h("p", { class: "problem" }, "It is not served: ", shown(answer.problem)),
      h("section", {}, h("h3", {}, "Request"),
        h("div", { class: "request-line" },
          this.#text("method", { list: "editor-methods", maxlength: 64 }),
          this.#text("target", {}, "{{id}} takes any one segment or value, {{regex:[0-9]+}} what fits, * one segment, ** any number of them."),
          this.#text("name")),
        h("datalist", { id: "editor-methods" }, ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map((value) => h("option", { value }))),
        this.#fields("requestFields", "Request field"),
        this.#area("requestBody", "requestFields")),
      h("section", {}, h("h3", {}, "Response"),
        h("div", { class: "status-line" },
          this.#field("status", h("input", { type: "number", min: 200, max: 999, value: draft.status, onInput: (event) => this.#status(event.target) })),
          this.#text("reason")),
        this.#fields("fields", "Response field"), this.#body(), this.#delay()),
      h("section", {}, h("h3", {}, "Matching rules"), this.#rules()))
    this.#touch(doc)
    if (focused) this.querySelector(`[data-path="${focused}"]`)?.focus()
  }

  /** A labelled input with room for what is wrong with it. */
  #field(path, input, hint, label = names[path]) {
    const element = field(label, input, hint)
    const note = h("p", { class: "problem", id: `${input.id}-problem`, "aria-live": "polite", hidden: true })
    input.dataset.path = path
    input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${note.id}`.trim())
    this.#problems.set(path, { note, input })
    element.append(note)
    return element
  }

  #text(name, extra, hint) {
    return this.#field(name, h("input", {
      value: this.#doc.draft[name] ?? "", autocomplete: "off", spellcheck: "false", autocapitalize: "off", class: "mono", ...extra,
      onInput: (event) => this.#set({ [name]: event.target.value }),
    }), hint)
  }

  #fields(name, label) {
    const lines = fieldLines(this.#doc.draft[name], (value) => this.#set({ [name]: copy(value) }), { label })
    this.#lines[name] = lines
    return h("div", { class: "field" }, h("span", { class: "label" }, names[name]), lines)
  }

  #area(name, hint) {
    const text = this.#doc.draft[name] ?? ""
    // Inputs have line feeds only: what had other line ends gets them back.
    const hasCRLF = text.includes("\r\n") && !/[^\r]\n/.test(text)
    return this.#field(name, h("textarea", {
      value: text, class: "code", dir: "ltr", spellcheck: "false", rows: Math.min(24, Math.max(3, text.slice(0, 5000).split("\n").length + 1)),
      onInput: ({ target }) => this.#set({ [name]: hasCRLF ? target.value.replaceAll("\n", "\r\n") : name === "requestBody" && !target.value ? null : target.value }),
    }))
  }

  #status(input) {
    const { draft } = this.#doc
    const status = input.value === "" ? NaN : Number(input.value)
    const changes = { status }
    // The phrase follows while it is the usual one, and so does a name made of both.
    if (draft.reason === "" || draft.reason === phrases[draft.status] || this.#follows) {
      this.#follows = true
      changes.reason = phrases[status] ?? ""
      const old = `${draft.status} ${draft.reason}`
      if (phrases[status] && draft.name.startsWith(old)) changes.name = `${status} ${changes.reason}${draft.name.slice(old.length)}`
    }
    this.#set(changes)
    for (const name of ["reason", "name"]) this.#problems.get(name).input.value = this.#doc.draft[name]
  }
  #follows = false

  #body() {
    const box = h("div", {})
    const pick = h("input", { type: "file", hidden: true, "aria-label": "File for the response body", onChange: () => pick.files[0] && this.#replace(pick.files[0], draw) })
    const choose = h("button", { type: "button", class: "small", onClick: () => pick.click() }, "Replace by a file")
    let isWanted = false
    const draw = () => {
      const { draft } = this.#doc
      const { body, bodyBase64 } = draft
      const isText = typeof body === "string"
      this.#problems.delete("body")
      const size = isText ? body.length : bodyBase64 !== undefined ? Math.floor((bodyBase64.length * 3) / 4) : draft.bodyBytes
      if (isText && (body.length <= longText || isWanted)) replace(box, this.#area("body"), h("div", { class: "row-of" }, choose, pick))
      else {
        replace(box, h("div", { class: "field" }, h("span", { class: "label" }, names.body),
          h("p", {}, `${bytes(size)} ${isText ? "of text" : mediaType(draft.fields) || "that are no text"}`),
          h("div", { class: "row-of" },
            isText && h("button", { type: "button", class: "small", onClick: () => ((isWanted = true), draw()) }, "Edit here"),
            (isText || bodyBase64) ? h("button", { type: "button", class: "small", onClick: () => download(draft) }, "Download")
              : size > 0 && h("span", { class: "dim" }, "Too large for this page: export the collection to get it."),
            choose, pick, !isText && h("button", { type: "button", class: "small", onClick: () => (this.#set({ body: "", bodyBase64: undefined }), draw()) }, "Write text instead"))))
      }
    }
    draw()
    return box
  }

  /** A file's content, as text where it is text. */
  async #replace(file, draw) {
    if (file.size > largestFile) return say(`That file is too large: at most ${bytes(largestFile)}.`, { kind: "bad" })
    const doc = this.#doc
    let changes
    try {
      changes = { body: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer()), bodyBase64: undefined }
    } catch {
      changes = { body: null, bodyBase64: await base64(file) }
    }
    if (this.#doc !== doc) return
    this.#set(changes)
    draw()
    this.#mark()
  }

  #delay() {
    const { delay } = this.#doc.draft
    const value = typeof delay === "number" ? { type: "fixed", duration: delay } : delay ?? { type: "none" }
    const numbers = h("div", { class: "row-of" })
    const kind = h("select", { onChange: () => (draw({}), take()) }, Object.entries(delays).map(([name, [label]]) => h("option", { value: name, selected: name === value.type }, label)))
    const take = () => {
      const all = Object.fromEntries([...numbers.querySelectorAll("input")].map((input) => [input.name, input.value === "" ? NaN : Number(input.value)]))
      this.#set({ delay: kind.value === "none" ? null : kind.value === "fixed" ? all.duration : { type: kind.value, ...all } })
    }
    const draw = (from) => replace(numbers, delays[kind.value][1].map(([name, label]) => h("label", { class: "row-of" }, label,
      h("input", { type: "number", name, min: 0, max: 180_000, step: name === "sigma" ? 0.1 : 1, value: from[name] ?? (name === "sigma" ? 0.5 : 100), onInput: take }))))
    draw(value)
    const element = this.#field("delay", kind)
    kind.after(numbers)
    return element
  }

  #rules() {
    const rules = () => this.#doc.draft.rules
    const set = (changes) => this.#set({ rules: { ...rules(), ...changes } })
    const chips = h("div", { class: "row-of chips" })
    const input = h("input", { class: "mono", placeholder: "query:page", autocomplete: "off", spellcheck: "false", onKeydown: (event) => event.key === "Enter" && !event.ctrlKey && (event.preventDefault(), add()) })
    const add = () => {
      const text = input.value.trim()
      if (!text) return input.focus()
      if (!rules().ignore.includes(text)) set({ ignore: [...rules().ignore, text] })
      input.value = ""
      draw()
    }
    const draw = () => replace(chips, rules().ignore.map((rule) => h("span", { class: "badge" }, shown(rule, 200), " ",
      h("button", { type: "button", class: "quiet", "aria-label": `No longer ignore ${shown(rule, 200)}`, onClick: () => (set({ ignore: rules().ignore.filter((one) => one !== rule) }), draw(), input.focus()) }, "✕"))))
    draw()
    const ignored = this.#field("rules.ignore", input, "Left out when requests are compared: query:NAME, header:NAME, form:NAME or json:$.path. Enter adds it.", "Ignore")
    input.before(chips)
    chips.after(h("div", { class: "row-of" }, input, h("button", { type: "button", onClick: add }, "Add")))
    const choice = (name, list, label) => this.#field(`rules.${name}`, h("select", { onChange: (event) => set({ [name]: event.target.value || null }) }, options(list, rules()[name])), null, label)
    return [
      ignored,
      h("div", { class: "grid" }, choice("matchBody", bodyRules, "Request body"), choice("repeats", repeats, "When several examples match alike")),
      h("label", { class: "check" }, h("input", { type: "checkbox", checked: rules().enabled !== false, onChange: (event) => set({ enabled: event.target.checked }) }), "Answer with this example"),
    ]
  }
}

/** Two values as texts, from a little before where they differ. */
function excerpts(left, right) {
  const texts = [left, right].map((value) =>
    value === null || value === undefined ? "(none)"
      : Array.isArray(value) ? value.map((line) => `${line.name}: ${line.value}`).join("\n")
        : typeof value === "object" ? JSON.stringify(value, null, 1) : String(value))
  let at = 0
  while (at < texts[0].length && texts[0][at] === texts[1][at]) at += 1
  const from = Math.max(0, at - 100)
  return texts.map((text) => (from > 0 ? "…" : "") + shown(text.slice(from), 400))
}

async function base64(file) {
  const reader = new FileReader()
  await new Promise((resolve, reject) => {
    reader.onload = resolve
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
  return reader.result.slice(reader.result.indexOf(",") + 1)
}

function download({ body, bodyBase64 }) {
  const content = typeof body === "string" ? body : Uint8Array.from(atob(bodyBase64), (letter) => letter.charCodeAt(0))
  const url = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }))
  h("a", { href: url, download: "body" }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

customElements.define("example-editor", ExampleEditor)
