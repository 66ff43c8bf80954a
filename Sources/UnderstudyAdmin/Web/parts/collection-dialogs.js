// What is asked about collections: names, files, versions, places in the tree, and which example answers.
import { call, get, patch, post, remove } from "../core/api.js"
import { bdi, button, h, replace, shown } from "../core/dom.js"
import { follow } from "../core/events.js"
import { bytes, count, number } from "../core/format.js"
import { current, go, link } from "../core/router.js"
import { confirm, dialog, field } from "./dialog.js"
import { failed, say } from "./toast.js"

const input = (props) => h("input", { autocomplete: "off", autofocus: true, ...props })

function required({ value }, what) {
  if (!value.trim()) throw new Error(`Type ${what}.`)
  return value.trim()
}

export function create() {
  const name = input()
  dialog({
    title: "New collection", content: field("Name", name),
    actions: [{ label: "Create", run: async () => go(["collections", (await post("collections", { name: required(name, "a name") })).id]) }],
  })
}

/** Asks for another name of what is called so; `run` is given it. */
export function askName(what, old, run) {
  const name = input({ value: old })
  dialog({ title: `Rename this ${what}`, content: field("Name", name), actions: [{ label: "Rename", run: () => run(required(name, "a name")) }] })
}

export const rename = ({ id, name }) => askName("collection", name, (name) => patch(["collections", id], { name }))

export async function drop({ id, name, examples, mocks = [] }) {
  const served = mocks.length > 0 ? ` ${count(mocks.length, "mock server")} will stop answering: ${mocks.slice(0, 8).map((mock) => mock.name).join(", ")}${mocks.length > 8 ? "…" : ""}.` : ""
  const text = `“${shown(name, 100)}” goes with ${Number.isInteger(examples) ? count(examples, "example") : "all its examples"}; this cannot be undone.${shown(served)}`
  if (!(await confirm({ title: "Delete this collection?", text, label: "Delete the collection" }))) return
  try {
    await remove(["collections", id])
    say(`Deleted: ${name}.`)
    go("collections")
  } catch (error) {
    failed(error)
  }
}

export async function versions({ id, name }) {
  const list = h("ul", { class: "plain" })
  const tag = input({ placeholder: "v1", class: "mono" })
  const draw = async () => {
    const { tags } = await get(["collections", id, "tags"])
    replace(list, tags.length === 0 && h("li", { class: "dim" }, "None yet."), tags.map((one) => h("li", { class: "row-of" }, bdi(one, 100),
      button("Remove", () => take(one), "small", { "aria-label": `Remove ${shown(one)}` }))))
  }
  const take = async (one) => {
    if (!(await confirm({ title: `Remove version ${shown(one, 100)}?`, text: "Mock servers that serve this version stop answering. This cannot be undone.", label: "Remove the version" }))) return
    await remove(["collections", id, "tags", one]).then(draw).catch(failed)
  }
  await draw().catch(failed)
  dialog({
    title: "Versions of this collection",
    content: [h("p", {}, "A version keeps the collection as it is now; a mock server can serve it whatever changes later."), list, field("Keep it as it is now under", tag)],
    actions: [{ label: "Keep", run: async () => (await post(["collections", id, "tags"], { tag: required(tag, "a tag, such as v1") }), (tag.value = ""), draw(), false) }],
  })
}

/** Folders of a listing, to choose one; the element has `folder()`. */
function folderChoice(listing, chosen = []) {
  const paths = [...new Set([chosen, ...listing.slice(0, 20_000).map(({ folders }) => folders)].flatMap((path) => path.map((_, index) => JSON.stringify(path.slice(0, index + 1)))))].slice(0, 1000)
  const select = h("select", {}, h("option", { value: "[]" }, "(no folder)"),
    paths.map((value) => h("option", { value, selected: value === JSON.stringify(chosen) }, shown(JSON.parse(value).join(" / "), 120))))
  const name = input({ autofocus: false })
  return {
    element: [field("Folder", select), field("New folder inside it", name, "Leave it empty to use the folder itself.")],
    folder: () => [...JSON.parse(select.value), ...(name.value.trim() ? [name.value.trim()] : [])],
  }
}

/** Gives the new example, or nothing. */
export function addRequest({ id }, listing) {
  const method = input({ value: "GET", class: "mono", autofocus: false })
  const target = input({ value: "/", class: "mono" })
  const { element, folder } = folderChoice(listing)
  return dialog({
    title: "Add a request", content: [field("Method", method), field("Target", target, "Path and query, such as /users/{{id}}"), element],
    actions: [{
      label: "Add", run: () => post(["collections", id, "examples"], {
        name: "200 OK", method: method.value.trim(), target: target.value.trim(), status: 200, fields: [{ name: "Content-Type", value: "application/json" }], body: "{}", folder: folder(),
      }),
    }],
  })
}

/** Gives the names of the folder, or nothing. */
export function whereTo({ folders }, listing) {
  const { element, folder } = folderChoice(listing, folders)
  return dialog({ title: "Move to a folder", content: element, actions: [{ label: "Move", run: folder }] })
}

/** Which example answers, by what is saved. */
export function tryOut({ id, view }, collection) {
  const target = input({ value: view.target, class: "mono" })
  const mock = h("select", {}, collection?.mocks?.map((one) => h("option", { value: one.id }, shown(one.name, 80))), h("option", { value: "" }, "the front door"))
  const result = h("div", { role: "status" })
  const example = (one) => h("a", { href: link(["collections", one.collection ?? collection.slug, one.id]), onClick: () => result.closest("dialog").close() }, bdi(`${one.request} – ${one.name}`, 160))
  const run = async () => {
    const body = { method: view.method, target: target.value, fields: view.requestFields, mock: mock.value || undefined }
    if (view.requestBody !== null) body.body = view.requestBody
    const { result: what, example: found, score, considered } = await post("match", body)
    const chosen = considered.find((one) => one.id === found)
    replace(result,
      h("p", {}, what === "miss" ? h("strong", { class: "problem" }, "No example answers this request.")
        : found === id ? h("strong", {}, `This example answers (score ${score}).`) : ["Another example answers: ", chosen ? example(chosen) : shown(found)]),
      h("ol", {}, considered.filter((one) => !one.chosen).slice(0, 5).map((one) => h("li", {}, one.id === id ? "This example: " : [example(one), ": "], shown(one.reason ?? one.points, 300)))))
    return false
  }
  if (!/[{*]/.test(view.target)) run().catch(failed)
  return dialog({
    title: "Which example answers?", isWide: true, content: [
      field("Target", target, /[{*]/.test(view.target) ? "Type what a program would send in place of the patterns." : "What is saved counts, with this example's request fields and body."),
      field("Asked at", mock), result,
    ],
    actions: [{ label: "Try it", run }], cancel: "Close",
  })
}

/** Takes a file in, one item after the other, and says what came of it. */
export function importFile(file) {
  const pick = h("input", { type: "file", autofocus: true })
  const name = input({ autofocus: false })
  const replaces = h("input", { type: "checkbox" })
  const progress = h("progress", { hidden: true, "aria-label": "Import" })
  const state = h("p", { role: "status" }, file ? `${shown(file.name, 200)}, ${bytes(file.size)}` : "")
  dialog({
    title: "Import a file", content: [
      file ? state : [field("File", pick, "A collection or environment of Postman, HAR, OpenAPI, or curl command lines. Dropping one on this view does the same."), state],
      field("Name", name, "Empty: as the file says, with a number behind it when something else is called so."), h("label", { class: "check" }, replaces, "Replace what has the same name"), progress,
    ],
    actions: [{
      label: "Import", run: async () => {
        const content = file ?? pick.files[0]
        if (!content) throw new Error("Choose a file first.")
        const token = `import-${crypto.randomUUID?.() ?? Math.random().toString(36).slice(2)}`
        const end = follow("progress", (event) => {
          if (event.token !== token) return
          if (event.total) Object.assign(progress, { value: event.done, max: event.total })
          state.textContent = `${shown(event.what)}: ${number(event.done)}${event.total ? ` of ${number(event.total)}` : ""}`
        })
        progress.hidden = false
        state.textContent = `Sending ${bytes(content.size)} …`
        try {
          report(await call("POST", "import", { content, progress: token, query: { name: name.value.trim(), replace: replaces.checked || null } }))
        } finally {
          end()
          progress.hidden = true
          state.textContent = ""
        }
      },
    }],
  })
}

function report({ kind, imported, problems, withoutContent, problemCount }) {
  const list = (title, all) => all.length > 0 && [h("h3", {}, `${title} (${number(all.length)})`),
    h("ul", { class: "report", tabindex: "0" }, all.map(({ place, message }) => h("li", {}, bdi(place, 200), ": ", shown(message, 300))))]
  dialog({
    title: "What came in", isWide: true, content: [
      h("p", {}, `Read as ${shown(kind, 60)}.`),
      h("ul", {}, imported.map((one) => h("li", {},
        one.kind === "collection" ? h("a", { href: link(["collections", one.id]), onClick: (event) => event.target.closest("dialog").close() }, bdi(one.name, 120))
          : h("a", { href: link(["environments", one.id]) }, bdi(one.name, 120)),
        `: ${one.kind === "collection" ? count(one.examples, "example") : count(one.count, "variable")}${one.replaced ? ", replaced" : ""}`))),
      list("Not taken over", problems), list("Without content", withoutContent), problemCount === 0 && h("p", {}, "All of it was taken over. Requests that have no example stay in the file, but nothing answers them."),
    ],
  })
  const [first] = imported
  if (imported.length === 1 && first.kind === "collection" && current().view === "collections") go(["collections", first.id])
}
