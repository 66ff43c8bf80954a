// The editor of an example. What is typed is checked at once, kept while people look elsewhere, and saved without waiting.
import { Latest, get, put } from "../core/api.js"
import { button, h, later, replace, shown } from "../core/dom.js"
import { bytes } from "../core/format.js"
import { changed, changing, revisions } from "./changes.js"
import { dialog, field } from "./dialog.js"
import { fieldLines } from "./field-lines.js"
import { failed, say } from "./toast.js"

/** Longer texts are put into an input only when somebody wants that. */
const longText = 200_000
const largestFile = 30_000_000
const token = /^[\w!#$%&'*+.^`|~-]+$/
const names = {
  name: "Name", method: "Method", target: "Target", requestFields: "Request fields", requestBody: "Request body", status: "Status",
  reason: "Reason phrase", fields: "Response fields", body: "Response body", bodyBase64: "Response body", delay: "Delay", rules: "Matching rules",
}
/** Kinds of delays, with what their numbers are called and begin with. */
const delays = {
  none: {}, fixed: { duration: ["ms", 100] }, uniform: { min: ["from ms", 100], max: ["to ms", 400] },
  normal: { mean: ["mean ms", 200], deviation: ["deviation ms", 50] }, lognormal: { median: ["median ms", 200], sigma: ["sigma", 0.5] },
}
const unset = "as the mock server says"
const choices = {
  matchBody: { "": unset, on: "must be the same", off: "is not compared", subset: "JSON: holds all of this" },
  repeats: { "": unset, sequence: "in order, the last stays", cycle: "in order, over and over", once: "in order, each once", first: "the first", last: "the last", causal: "by what was changed before", tie: "as Postman chooses" },
}

/** Examples with changes that are not saved, or are being saved. The same id may be in several collections. */
const drafts = new Set()
addEventListener("beforeunload", (event) => drafts.size > 0 && event.preventDefault())
/** `collection` is an id, or a slug as addresses may have it. */
const draftOf = (id, collection) => [...drafts].find((doc) => doc.id === id && [doc.answer.collectionId, doc.answer.collection].includes(collection))
export function isUnsaved(id, collection) {
  const doc = draftOf(id, collection)
  return doc !== undefined && isChanged(doc)
}
export const forget = (id, collection) => drafts.delete(draftOf(id, collection))

const copy = structuredClone
const isSame = (a, b) => a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b))

/** Members of `to` that are other than in `from`, as the API takes them. */
function differences(from, { body, bodyBase64, bodyBytes, ...to }) {
  const out = Object.fromEntries(Object.entries(to).filter(([name, value]) => !isSame(from[name], value)))
  if (typeof body === "string" ? body !== from.body : bodyBase64 !== from.bodyBase64) Object.assign(out, typeof body === "string" ? { body } : { bodyBase64 })
  return out
}
const isChanged = ({ base, draft }) => Object.keys(differences(base, draft)).length > 0

const mediaType = (lines) => lines.findLast(({ name }) => name.toLowerCase() === "content-type")?.value.toLowerCase() ?? ""

/** Where a text that says to be JSON is none. */
function jsonProblem(text, lines) {
  if (!text || text.length > longText || text.includes("{{") || !/[/+]json/.test(mediaType(lines))) return null
  try {
    return void JSON.parse(text)
  } catch ({ message }) {
    const line = /line (\d+)/.exec(message)?.[1] ?? text.slice(0, /position (\d+)/.exec(message)?.[1]).split("\n").length
    return `Line ${line}: this is no JSON, though Content-Type says so. It can be saved as it is.`
  }
}

/** What can be told without asking: `{path, message, isWarning}`. */
function check(view) {
  const found = []
  const expect = (isFine, path, message, isWarning = false) => isFine || found.push({ path, message, isWarning })
  expect(token.test(view.method), "method", "A method is one word, such as GET.")
  expect(view.target.startsWith("/"), "target", "A target begins with /, such as /users/{{id}}.")
  expect(view.status >= 200 && view.status <= 999 && Number.isInteger(view.status), "status", "A status is a number from 200 to 999.")
  for (const list of ["requestFields", "fields"]) {
    view[list].forEach(({ name }, index) => expect(token.test(name), `${list}[${index}].name`, "A name is one word, such as Content-Type."))
  }
  const numbers = typeof view.delay === "number" ? [view.delay] : Object.values(view.delay ?? {})
  expect(numbers.every((value) => typeof value === "string" || value >= 0), "delay", "Type a number for each.")
  for (const [path, lines] of [["requestBody", view.requestFields], ["body", view.fields]]) {
    const message = jsonProblem(view[path], lines)
    expect(!message, path, message, true)
  }
  return found
}

/**
 * `<example-editor>`: `open(id, collection)` shows an example of that collection, `reload()` looks whether it is another one now, `save()` saves.
 * `tools(answer)` gives the buttons beside Save, `onChange(id, view)` is told when what is shown of it elsewhere changed.
 */
export class ExampleEditor extends HTMLElement {
  tools = () => []
  onChange = () => {}
  #id
  #collection
  /** `{id, answer, revision, base, draft, details, saving}`: the view that is saved, the one that is typed, what the server found. */
  #doc
  #loads = new Latest()
  #checks = new Latest()
  #inputs = new Map()
  #lines = {}
  #save = button("Save", () => this.save(), "primary", { title: "Ctrl+S" })
  #discard = button("Discard", () => (this.#take(this.#doc.answer), this.reload()))
  #tools = h("span", { class: "row-of" })
  #state = h("span", { class: "badge", role: "status" })
  #ask = later(400, () => this.#dryRun())

  disconnectedCallback() {
    this.#loads.stop()
    this.#checks.stop()
    this.#ask.cancel()
  }

  open(id, collection) {
    if (this.#id === id && this.#collection === collection) return
    this.#id = id
    this.#collection = collection
    this.#doc = undefined
    this.#ask.cancel()
    const draft = draftOf(id, collection)
    if (draft) return this.#show(draft)
    replace(this, id && h("p", { class: "note" }, "Loading…"))
    this.reload()
  }

  async reload() {
    const id = this.#id
    const isTyped = () => draftOf(id, this.#collection) || this.#doc?.saving
    if (!id || isTyped()) return
    try {
      const answer = await this.#loads.run((signal) => get(["examples", id], { collection: this.#collection }, { signal }))
      if (answer && this.#id === id && !isTyped() && this.#doc?.revision !== answer.revision) this.#take(answer)
    } catch (error) {
      if (this.#id !== id) return
      if (error.status !== 404) {
        return this.#doc ? failed(error) : replace(this, h("div", { class: "empty" }, h("p", {}, error.message), button("Try again", () => this.reload())))
      }
      this.#doc = undefined
      replace(this, h("div", { class: "empty" }, h("h2", {}, "This example is not there any more"), h("p", {}, "Undo brings back what was deleted in this visit.")))
    }
  }

  #take(answer, draft = copy(answer.view)) {
    revisions.set(answer.id, answer.revision)
    forget(answer.id, answer.collectionId)
    this.#show({ id: answer.id, answer, revision: answer.revision, base: answer.view, draft, details: [] })
  }

  // MARK: Saving

  async save(doc = this.#doc) {
    if (!doc || !drafts.has(doc) || !isChanged(doc)) return
    if (doc.saving) return doc.saving.then(() => this.save(doc))
    if (check(doc.draft).some(({ isWarning }) => !isWarning)) return this.#doc === doc && this.querySelector("[aria-invalid=true]")?.focus()
    const former = doc.base
    const changes = differences(former, doc.draft)
    // Shown as saved; taken back when it is refused.
    doc.base = copy(doc.draft)
    doc.saving = changing(this.#send(doc, changes, former))
    this.#touch(doc)
    await doc.saving
  }

  async #send(doc, changes, former) {
    const { id } = doc
    // The same id may be in other collections.
    const query = { collection: doc.answer.collectionId }
    try {
      const answer = await put(["examples", id], changes, { revision: doc.revision, query })
      const now = answer.view
      const { base: sent, draft } = doc
      // What the server made of it, where nobody typed on.
      const news = Object.keys(now).filter((name) => !isSame(now[name], sent[name]) && isSame(draft[name], sent[name]))
      for (const name of news) draft[name] = copy(now[name])
      const isOther = doc.answer.problem !== answer.problem
      Object.assign(doc, { answer, revision: answer.revision, base: now, details: [], saving: undefined })
      this.#loads.stop()
      revisions.set(id, answer.revision)
      changed(`change of ${shown(now.method, 20)} ${shown(now.target, 80)}`, async () => {
        revisions.set(id, (await put(["examples", id], differences(now, former), { revision: revisions.get(id), query })).revision)
      })
      if (this.#doc === doc && (isOther || !this.#freshen(news))) this.#show(doc)
      else this.#touch(doc)
    } catch (error) {
      Object.assign(doc, { saving: undefined, base: former, details: error.problem?.details ?? [] })
      this.#touch(doc)
      if (error.status === 409) await this.#conflict(doc)
      else failed(error)
    }
  }

  /** Puts values into the form around what people do there; false where that takes another form. */
  #freshen(names) {
    const { answer, draft } = this.#doc
    if (!this.#tools.contains(document.activeElement)) replace(this.#tools, this.tools(answer))
    return names.every((name) => {
      const input = this.#inputs.get(name)?.input
      if (name in this.#lines) this.#lines[name].lines = draft[name]
      else if (input?.select) input.value = draft[name] ?? ""
      else return typeof draft.body === "string" && /^body/.test(name)
      return true
    })
  }

  async #conflict(doc) {
    const theirs = await get(["examples", doc.id], { collection: doc.answer.collectionId }).catch(failed)
    if (!theirs) return
    const rows = Object.keys(names).filter((name) => !isSame(theirs.view[name], doc.draft[name])).map((name) =>
      h("tr", {}, h("th", { scope: "row" }, names[name]), excerpts(theirs.view[name], doc.draft[name]).map((text) => h("td", {}, h("pre", {}, text)))))
    const choice = await dialog({
      title: "Somebody changed this example meanwhile", isWide: true,
      content: [
        h("p", {}, "“Keep mine” saves what you changed and leaves the rest as it is there. “Take theirs” drops what you typed."),
        h("div", { class: "scroll-x" }, h("table", {}, h("thead", {}, h("tr", {}, ["Part", "Theirs", "Mine"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows))),
      ],
      actions: [{ label: "Take theirs", kind: "", run: () => "theirs" }, { label: "Keep mine", run: () => "mine" }],
    })
    if (!choice) return
    const mine = choice === "mine" ? differences(doc.base, doc.draft) : {}
    const draft = { ...copy(theirs.view), ...("body" in mine && { bodyBase64: undefined }), ...("bodyBase64" in mine && { body: null }), ...copy(mine) }
    Object.assign(doc, { answer: theirs, revision: theirs.revision, base: theirs.view, draft, details: [] })
    revisions.set(doc.id, theirs.revision)
    // Also when another one is shown by now.
    if (this.#doc === doc) this.#show(doc)
    else this.#touch(doc)
    await this.save(doc)
  }

  // MARK: Checking

  #set(changes) {
    Object.assign(this.#doc.draft, changes)
    this.#doc.details = []
    this.#touch(this.#doc)
    this.#ask()
  }

  #touch(doc) {
    const isDirty = isChanged(doc)
    if (isDirty || doc.saving) drafts.add(doc)
    else drafts.delete(doc)
    if (this.#doc === doc) {
      this.#save.disabled = this.#discard.disabled = !isDirty
      this.#state.textContent = isDirty ? "unsaved" : doc.saving ? "saving" : "saved"
      this.#state.className = isDirty ? "badge warn" : "badge"
      this.#mark()
    }
    this.onChange(doc.id, doc.draft)
  }

  /** The server knows more: whether patterns, rules and delays can be read, and what follows from a status. */
  async #dryRun() {
    const doc = this.#doc
    if (!doc || !drafts.has(doc) || !isChanged(doc) || check(doc.draft).some(({ isWarning }) => !isWarning)) return
    const { body, bodyBase64, ...changes } = differences(doc.base, doc.draft)
    try {
      const answer = await this.#checks.run((signal) => put(["examples", doc.id], changes, { revision: doc.revision, query: { collection: doc.answer.collectionId, dryRun: true }, signal }))
      if (answer && this.#doc === doc) for (const name of ["reason", "name"]) if (doc.draft[name] === doc.base[name]) this.#inputs.get(name).input.value = answer.view[name]
    } catch (error) {
      if (error.status !== 400) return
      doc.details = error.problem.details ?? []
      if (this.#doc === doc) this.#mark()
    }
  }

  #mark() {
    const found = check(this.#doc.draft).concat(this.#doc.details).map((one) => ({ ...one, path: one.path.replace(/^view\./, "") }))
    for (const [path, { note, input }] of this.#inputs) {
      const problem = found.find((one) => one.path === path || (one.path.startsWith(path) && ".[".includes(one.path[path.length])))
      const text = problem?.message ?? ""
      if (note.textContent !== text) note.textContent = text
      note.className = problem?.isWarning ? "problem warning" : "problem"
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
    this.#inputs.clear()
    const { dataset: { path: focused }, selectionStart, selectionEnd } = this.contains(document.activeElement) ? document.activeElement : this
    replace(this.#tools, this.tools(doc.answer))
    replace(this,
      h("div", { class: "bar save-bar" }, this.#save, this.#discard, this.#state, this.#tools),
      doc.answer.problem && h("p", { class: "problem" }, "It is not served: ", shown(doc.answer.problem)),
      h("h3", {}, "Request"),
      h("div", { class: "two" }, this.#text("method", { list: "methods" }),
        this.#text("target", {}, "In a mock server {{id}} and * take any one segment; {{regex:[0-9]+}} takes what fits.")),
      h("datalist", { id: "methods" }, ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map((value) => h("option", { value }))),
      this.#text("name"), this.#fields("requestFields", "Request field"), this.#area("requestBody"),
      h("h3", {}, "Response"),
      h("div", { class: "two" }, this.#text("status", { type: "number", onInput: ({ target }) => this.#set({ status: target.valueAsNumber }) }), this.#text("reason")),
      this.#fields("fields", "Response field"), this.#body(), this.#delay(),
      h("h3", {}, "Matching rules"), this.#rules())
    this.#touch(doc)
    const input = focused && this.querySelector(`[data-path="${focused}"]`)
    input?.focus()
    if (input && Number.isInteger(selectionStart)) input.setSelectionRange(selectionStart, selectionEnd)
  }

  /** A labelled input with room for what is wrong with it. */
  #field(path, input, hint, label = names[path]) {
    const element = field(label, input, hint)
    const note = h("p", { class: "problem", id: `${input.id}-problem`, "aria-live": "polite" })
    input.dataset.path = path
    input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${note.id}`.trim())
    this.#inputs.set(path, { note, input })
    element.append(note)
    return element
  }

  #text(name, props, hint) {
    return this.#field(name, h("input", {
      value: this.#doc.draft[name], autocomplete: "off", spellcheck: "false", class: "mono", onInput: ({ target }) => this.#set({ [name]: target.value }), ...props,
    }), hint)
  }

  #fields(name, label) {
    this.#lines[name] = fieldLines(this.#doc.draft[name], (value) => this.#set({ [name]: copy(value) }), { label })
    return h("div", { class: "field" }, h("span", { class: "label" }, names[name]), this.#lines[name])
  }

  #area(name) {
    const value = this.#doc.draft[name] ?? ""
    // Inputs have line feeds only: what had other line ends gets them back.
    const hasCRLF = value.includes("\r\n") && !/[^\r]\n/.test(value)
    return this.#field(name, h("textarea", {
      value, class: "code", dir: "ltr", spellcheck: "false", rows: Math.min(24, value.slice(0, 5000).split("\n").length + 2),
      onInput: ({ target }) => this.#set({ [name]: (hasCRLF ? target.value.replaceAll("\n", "\r\n") : target.value) || (name === "body" ? "" : null) }),
    }))
  }

  /** The response's body: an input for text, else what it is and what can be done with it. */
  #body() {
    const box = h("div", {})
    const pick = h("input", { type: "file", hidden: true, onChange: () => pick.files[0] && this.#replace(pick.files[0], draw) })
    const file = () => [button("Replace by a file", () => pick.click(), "small"), pick]
    const draw = (isWanted) => {
      const { body, bodyBase64, bodyBytes, fields } = this.#doc.draft
      const isText = typeof body === "string"
      this.#inputs.delete("body")
      if (isText && (body.length <= longText || isWanted === true)) return replace(box, this.#area("body"), h("p", {}, file()))
      const size = isText ? body.length : bodyBase64 ? Math.floor(bodyBase64.replace(/=+$/, "").length * 0.75) : bodyBytes
      replace(box, h("div", { class: "field" }, h("span", { class: "label" }, names.body), h("span", {}, `${bytes(size)} ${isText ? "of text" : shown(mediaType(fields), 80)}`),
        h("div", { class: "row-of" },
          isText && button("Edit here", () => draw(true), "small"),
          isText || bodyBase64 ? button("Download", () => download(isText ? body : Uint8Array.from(atob(bodyBase64), (letter) => letter.charCodeAt(0))), "small")
            : size > 0 && h("span", { class: "dim" }, "Too large for this page: export the collection to get it."),
          file(), !isText && button("Write text instead", () => (this.#set({ body: "", bodyBase64: undefined }), draw()), "small"))))
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
      const reader = new FileReader()
      reader.readAsDataURL(file)
      await new Promise((resolve) => (reader.onloadend = resolve))
      changes = { body: null, bodyBase64: reader.result.slice(reader.result.indexOf(",") + 1) }
    }
    if (this.#doc !== doc) return
    this.#set(changes)
    draw()
  }

  #delay() {
    const { delay } = this.#doc.draft
    const value = typeof delay === "number" ? { type: "fixed", duration: delay } : delay ?? { type: "none" }
    const numbers = h("div", { class: "row-of" })
    const kind = h("select", { onChange: () => (draw({}), take()) }, Object.keys(delays).map((name) => h("option", { selected: name === value.type }, name)))
    const take = () => {
      const all = Object.fromEntries([...numbers.querySelectorAll("input")].map((input) => [input.name, input.valueAsNumber]))
      this.#set({ delay: kind.value === "none" ? null : all.duration ?? { type: kind.value, ...all } })
    }
    const draw = (from) => replace(numbers, Object.entries(delays[kind.value] ?? {}).map(([name, [label, first]]) => h("label", { class: "row-of" }, label,
      h("input", { type: "number", name, min: 0, step: "any", value: from[name] ?? first, onInput: take }))))
    draw(value)
    const element = this.#field("delay", kind)
    kind.after(numbers)
    return element
  }

  #rules() {
    const rules = () => this.#doc.draft.rules
    const set = (changes) => this.#set({ rules: { ...rules(), ...changes } })
    const chips = h("div", { class: "row-of chips" })
    const input = h("input", { class: "mono", placeholder: "query:page", autocomplete: "off", onKeydown: (event) => event.key === "Enter" && (event.preventDefault(), add()) })
    const draw = (ignore) => {
      if (ignore) set({ ignore })
      replace(chips, rules().ignore.map((rule) => h("span", { class: "badge" }, shown(rule, 200),
        button("✕", () => (draw(rules().ignore.filter((one) => one !== rule)), input.focus()), "quiet", { "aria-label": `No longer ignore ${shown(rule, 200)}` }))))
    }
    const add = () => {
      const text = input.value.trim()
      input.value = ""
      if (text) draw([...new Set([...rules().ignore, text])])
    }
    const choice = (name, label) => this.#field(`rules.${name}`, h("select", { onChange: ({ target }) => set({ [name]: target.value || null }) },
      Object.entries(choices[name]).map(([value, text]) => h("option", { value, selected: value === (rules()[name] ?? "") }, text))), null, label)
    const ignored = this.#field("rules.ignore", input, "Left out when requests are compared: query:NAME, header:NAME, form:NAME or json:$.path", "Ignore")
    input.before(chips)
    chips.after(h("div", { class: "row-of" }, input, button("Add", add)))
    draw()
    return [
      ignored, h("div", { class: "grid" }, choice("matchBody", "Request body"), choice("repeats", "When several examples match alike")),
      h("label", { class: "check" }, h("input", { type: "checkbox", checked: rules().enabled, onChange: ({ target }) => set({ enabled: target.checked }) }), "Answer with this example"),
    ]
  }
}

/** Two values as texts, from a little before where they differ. */
function excerpts(...values) {
  const texts = values.map((value) => (Array.isArray(value) ? value.map((line) => `${line.name}: ${line.value}`).join("\n") : typeof value === "object" ? JSON.stringify(value) : String(value)))
  let at = 0
  while (at < texts[0].length && texts[0][at] === texts[1][at]) at += 1
  // From the beginning of a line, where that is near.
  const line = texts[0].lastIndexOf("\n", Math.max(0, at - 1)) + 1
  const start = at - line <= 200 ? line : at - 100
  return texts.map((text) => (start > 0 ? "…\n" : "") + shown(text.slice(start), 400))
}

function download(content) {
  const href = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }))
  h("a", { href, download: "body" }).click()
  setTimeout(() => URL.revokeObjectURL(href), 60_000)
}

customElements.define("example-editor", ExampleEditor)
