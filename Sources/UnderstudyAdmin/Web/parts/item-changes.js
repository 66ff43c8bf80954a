// Requests and folders moved, renamed and deleted as wholes: shown at once, each with its way back.
import { post } from "../core/api.js"
import { shown } from "../core/dom.js"
import { count } from "../core/format.js"
import { changed, changing, takeBack } from "./changes.js"
import { askName } from "./collection-dialogs.js"
import { confirm } from "./dialog.js"
import { forget, isUnsaved } from "./example-editor.js"
import { moved, reference, renamed, within, without } from "./example-tree.js"
import { failed, say } from "./toast.js"

const named = ({ label }) => `“${shown(label, 80)}”`

export class ItemChanges {
  #view
  /** One after the other: where something goes is said by what stands there. */
  #sending = Promise.resolve()
  /** Changes that the server has not confirmed: until then its listing is older than what is shown. */
  pending = 0

  /**
   * `view`: `collection` (its id) and `listing` as they are now, `show(listing, was, is)` to draw another one, where the node
   * of the key `was` has the key `is`, `reload()`.
   */
  constructor(view) { this.#view = view }

  /** `nodes` are those of the tree of everything. Before `next`, or to the end of the folder `into`. */
  move(node, into, next) { return changing(this.#move(node, into, next)) }

  async #move(node, into, next) {
    const home = node.parent.path ?? []
    const follower = node.parent.children[node.index + 1]
    const isHere = JSON.stringify(home) === JSON.stringify(into)
    if (next === node || (isHere && next === follower)) return
    const back = { item: this.#after(node, into), ...(follower ? { before: reference(follower) } : { into: home }) }
    const send = this.#sender("move")
    const { listing } = this.#view
    const isDone = await this.#change(moved(listing, node, into, next), node, into, () =>
      send({ item: reference(node), ...(next ? { before: reference(next) } : { into }) }))
    if (isDone) changed(`move of ${named(node)}`, () => send(back))
  }

  rename(node) {
    const send = this.#sender("rename")
    const { collection } = this.#view
    const call = async (name) => {
      if (name === node.label) return
      await this.#inTurn(() => send({ item: reference(node), name }))
      const { label, parent } = node
      const is = node.kind === "folder" ? `${parent.key}\u0000${name}` : node.key
      if (this.#view.collection === collection) this.#view.show(renamed(this.#view.listing, node, name), node.key, is)
      const item = this.#after(node, parent.path ?? [], name)
      changed(`new name of “${shown(label, 80)}”`, () => send({ item, name: label }))
    }
    askName(node.kind, node.label, (name) => changing(call(name)))
  }

  delete(node) { return changing(this.#delete(node)) }

  async #delete(node) {
    const { collection } = this.#view
    const gone = within(this.#view.listing, node).filter(({ id }) => id)
    const typed = gone.filter(({ id }) => isUnsaved(id, collection)).length
    const text = `${named(node)} goes with ${gone.length === 0 ? "no example in it" : count(gone.length, "example")}. Undo brings it back as long as the server runs${typed > 0 ? ", but not what was typed and not saved" : ""}.`
    if (!(await confirm({ title: `Delete this ${node.kind}?`, text, label: `Delete the ${node.kind}` }))) return
    // Somebody went elsewhere with the question open.
    if (this.#view.collection !== collection) return say("Nothing was deleted: another collection is shown by now.")
    const send = this.#sender("delete")
    const restore = this.#sender("restore")
    const answer = await this.#change(without(this.#view.listing, node), node, node.parent.path ?? [], () => send({ item: reference(node) }))
    if (!answer) return
    for (const { id } of gone) forget(id, collection)
    const step = changed(`deletion of ${named(node)}`, () => restore({ undo: answer.undo }))
    say(`Deleted: ${named(node)}.`, { action: { label: "Undo", run: () => takeBack(step) } })
  }

  /** How a node is named once it is in other folders, or has another name. */
  #after(node, into, name = node.label) {
    return node.kind === "folder" ? { folder: [...into, name] } : reference(node)
  }

  /** What is taken back goes to the collection where it was done. */
  #sender(what) {
    const { collection } = this.#view
    return (body) => post(["collections", collection, "items", what], body)
  }

  #inTurn(work) {
    const turn = this.#sending.then(work)
    this.#sending = turn.catch(() => {})
    return turn
  }

  /** Shows a listing while the server is told; back to the one before when it will not. */
  async #change(listing, node, into, work) {
    const view = this.#view
    const { collection, listing: before } = view
    const is = node.kind === "folder" ? ["", ...into, node.label].join("\u0000") : node.key
    view.show(listing, node.key, is)
    this.pending += 1
    try {
      return await this.#inTurn(work)
    } catch (error) {
      if (view.collection === collection) view.show(before, is, node.key)
      failed(error)
    } finally {
      this.pending -= 1
      view.reload()
    }
  }
}
