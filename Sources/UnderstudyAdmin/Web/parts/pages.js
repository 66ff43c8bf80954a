// Items of a long list, loaded a page at a time where they are looked at; pages unused for longest are forgotten.
import { failed } from "./toast.js"

const size = 100
const most = 60
/** Milliseconds until a page that failed is asked for again: doubled each time, up to the second. */
const pauses = [2000, 30_000]

export class Pages {
  count = 0
  #pages = new Map()
  #loading = new Map()
  #failed = new Map()
  #timers = new Set()

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
      } else if (!this.#loading.has(page) && !(this.#failed.get(page)?.until > Date.now())) this.#load(page)
    }
  }

  async #load(page) {
    const controller = new AbortController()
    this.#loading.set(page, controller)
    try {
      const items = await this.load(page * size, size, controller.signal)
      if (controller.signal.aborted) return
      this.#pages.set(page, [])
      this.put(page * size, items)
      this.#failed.delete(page)
    } catch (error) {
      if (controller.signal.aborted) return
      // Said once, not for each page and each time.
      if (this.#failed.size === 0) failed(error)
      const pause = Math.min(pauses[1], (this.#failed.get(page)?.pause ?? pauses[0] / 2) * 2)
      this.#failed.set(page, { pause, until: Date.now() + pause })
      this.#timers.add(setTimeout(() => this.changed(), pause + 1))
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

  /** What failed is asked for at once: the server is there again. */
  reset() {
    this.#failed.clear()
    this.changed()
  }

  stop() {
    this.#timers.forEach(clearTimeout)
    for (const controller of this.#loading.values()) controller.abort()
  }
}
