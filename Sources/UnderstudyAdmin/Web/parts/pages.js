// Items of a long list, loaded a page at a time where they are looked at; pages unused for longest are forgotten.
import { failed } from "./toast.js"

const size = 100
const most = 60

export class Pages {
  count = 0
  #pages = new Map()
  #loading = new Map()

  /** `load(offset, limit, signal)` gives the items; `changed` is called when there is more to show. */
  constructor(load, changed) {
    this.load = load
    this.changed = changed
  }

  item(index) {
    return this.#pages.get(Math.floor(index / size))?.[index % size]
  }

  /** Loads what is missing from `from` to before `to`. What is out of sight again meanwhile is not waited for. */
  need(from, to) {
    const first = Math.floor(from / size)
    const last = Math.floor((to - 1) / size)
    for (const [page, controller] of this.#loading) {
      if (page < first - 1 || page > last + 1) controller.abort()
    }
    for (let page = first; page <= last; page += 1) {
      const present = this.#pages.get(page)
      if (present) {
        // Used last.
        this.#pages.delete(page)
        this.#pages.set(page, present)
      } else if (!this.#loading.has(page)) this.#load(page)
    }
  }

  async #load(page) {
    const controller = new AbortController()
    this.#loading.set(page, controller)
    try {
      const items = await this.load(page * size, size, controller.signal)
      if (controller.signal.aborted) return
      this.put(page * size, items)
    } catch (error) {
      failed(error)
    } finally {
      this.#loading.delete(page)
      this.changed()
    }
  }

  /** Items that came another way. `offset` is the first of a page. */
  put(offset, items) {
    for (let index = 0; index < items.length; index += size) {
      this.#pages.set(Math.floor((offset + index) / size), items.slice(index, index + size))
    }
    while (this.#pages.size > most) this.#pages.delete(this.#pages.keys().next().value)
  }

  stop() {
    for (const controller of this.#loading.values()) controller.abort()
  }
}
