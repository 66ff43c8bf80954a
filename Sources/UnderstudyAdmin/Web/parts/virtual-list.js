// A list of any length of which only the rows in sight exist.
import { h, perFrame, replace, uniqueID } from "../core/dom.js"

/** Taller than this no element may be: lists beyond scroll in larger steps. */
const tallest = 15_000_000
const ahead = 8

/**
 * `<virtual-list>`: a listbox of rows of one height.
 *
 * Set `label`, `render(item, index)` (gives the row's cells) and `source` (`{count, item(index), key(item), need(from, to)}`;
 * `item` gives undefined for what is not loaded yet, `need` asks for it), then call `update()` whenever either changed.
 * `onOpen(item, index)` is told of Enter and of clicks; `onSelect(keys)` of the selection where `isMultiple` is set: Space,
 * Shift and Ctrl with arrows and clicks, Ctrl+A for all that is loaded. `active` is the row that has the cursor.
 * `onRow(element, item)` may change what a row's element says of itself, as trees do. `onDraw()` is told whenever the list was drawn.
 */
export class VirtualList extends HTMLElement {
  source = { count: 0, item: () => undefined, key: (item) => item.id, need: () => {} }
  render = (item) => [String(item)]
  onOpen = () => {}
  onSelect = () => {}
  onRow = () => {}
  onDraw = () => {}
  label = ""
  isMultiple = false
  rowHeight = 34
  active = -1
  #selected = new Set()
  #anchor = -1
  #space = h("div", { class: "space" })
  #rows = new Map()
  #draw = perFrame(() => this.#layOut())
  #sizes = new ResizeObserver(() => this.#draw())

  connectedCallback() {
    this.#sizes.observe(this)
    // Put back, as tabs do: it listens already.
    if (this.#space.parentNode) return
    this.id ||= uniqueID("list")
    this.setAttribute("role", "listbox")
    this.setAttribute("aria-label", this.label)
    if (this.isMultiple) this.setAttribute("aria-multiselectable", "true")
    this.tabIndex = 0
    this.append(this.#space)
    this.addEventListener("scroll", this.#draw, { passive: true })
    this.addEventListener("keydown", (event) => this.#key(event))
    this.#space.addEventListener("click", (event) => this.#click(event))
    // Shift selects rows, not their text.
    this.#space.addEventListener("mousedown", (event) => event.shiftKey && (event.preventDefault(), this.focus()))
  }

  disconnectedCallback() {
    this.#sizes.disconnect()
  }

  get selected() { return this.#selected }

  /** Another selection: ranges no longer go on from where the one before began. */
  set selected(keys) {
    const former = this.#selected
    this.#selected = keys
    if (keys.size !== former.size || [...keys].some((key) => !former.has(key))) this.#anchor = -1
  }

  /** Draws again: the source changed, or its items. */
  update() {
    for (const row of this.#rows.values()) row.isStale = true
    this.active = Math.min(this.active, this.source.count - 1)
    this.#draw()
  }

  scrollTo0() {
    this.scrollTop = 0
    this.#draw()
  }

  /** Puts the cursor on a row and that row into sight. */
  reveal(index) {
    this.active = Math.max(0, Math.min(index, this.source.count - 1))
    const top = this.active * this.rowHeight
    const first = this.#offset()
    if (top < first) this.#scrollToOffset(top)
    else if (top + this.rowHeight > first + this.clientHeight) this.#scrollToOffset(top + this.rowHeight - this.clientHeight)
    this.update()
  }

  clearSelection() {
    this.selected.clear()
    this.#anchor = -1
    this.#selectionChanged()
  }

  get #full() { return this.source.count * this.rowHeight }
  get #height() { return Math.min(this.#full, tallest) }

  /** Where in the full list the upper edge is. */
  #offset() {
    const room = this.#height - this.clientHeight
    return room <= 0 || this.#full <= tallest ? this.scrollTop : (this.scrollTop / room) * (this.#full - this.clientHeight)
  }

  #scrollToOffset(offset) {
    const room = this.#height - this.clientHeight
    this.scrollTop = this.#full <= tallest ? offset : (offset / (this.#full - this.clientHeight)) * room
  }

  #layOut() {
    if (!this.isConnected) return
    const offset = this.#offset()
    const { count } = this.source
    this.#space.style.height = `${this.#height}px`
    const first = Math.max(0, Math.floor(offset / this.rowHeight) - ahead)
    const last = Math.min(count, Math.ceil((offset + this.clientHeight) / this.rowHeight) + ahead)
    for (const [index, row] of this.#rows) {
      if (index >= first && index < last) continue
      row.element.remove()
      this.#rows.delete(index)
    }
    if (last > first) this.source.need(first, last)
    for (let index = first; index < last; index += 1) this.#drawRow(index, offset)
    const active = this.#rows.get(this.active)?.element
    if (active) this.setAttribute("aria-activedescendant", active.id)
    else this.removeAttribute("aria-activedescendant")
    this.onDraw()
  }

  #drawRow(index, offset) {
    const item = this.source.item(index)
    let row = this.#rows.get(index)
    if (!row) {
      const element = h("div", { role: "option", class: "row", id: `${this.id}-${index}`, dataset: { index } })
      row = { element, isStale: true }
      this.#rows.set(index, row)
      // In the order of the list, for those who are read it to.
      const after = [...this.#rows.keys()].filter((other) => other > index).sort((a, b) => a - b)[0]
      this.#space.insertBefore(element, after === undefined ? null : this.#rows.get(after).element)
    }
    const { element } = row
    element.style.transform = `translateY(${this.scrollTop + index * this.rowHeight - offset}px)`
    if (row.isStale || row.item !== item) {
      replace(element, item === undefined ? h("span", { class: "loading" }, "…") : this.render(item, index))
      row.isStale = false
      row.item = item
    }
    element.setAttribute("aria-setsize", this.source.count)
    element.setAttribute("aria-posinset", index + 1)
    const isSelected = item !== undefined && (this.isMultiple ? this.selected.has(this.source.key(item)) : index === this.active)
    element.setAttribute("aria-selected", isSelected)
    element.classList.toggle("active", index === this.active)
    if (item !== undefined) this.onRow(element, item)
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.clientHeight / this.rowHeight) - 1)
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }
    if (event.target !== this || this.source.count === 0) return
    if (event.key in steps) {
      const from = this.active
      this.reveal(Math.max(0, Math.min(this.source.count - 1, from + steps[event.key])))
      if (this.isMultiple && event.shiftKey) this.#selectTo(this.active, from)
    } else if (event.key === "Enter") {
      const item = this.source.item(this.active)
      if (item !== undefined) this.onOpen(item, this.active)
    } else if (event.key === " " && this.isMultiple) this.#toggle(this.active)
    else if (event.key === "a" && (event.ctrlKey || event.metaKey) && this.isMultiple) this.#selectRange(0, this.source.count - 1)
    else if (event.key === "Escape" && this.selected.size > 0) this.clearSelection()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  #click(event) {
    const row = event.target.closest(".row")
    if (!row || getSelection()?.toString()) return
    const index = Number(row.dataset.index)
    const item = this.source.item(index)
    const from = this.active
    this.active = index
    if (this.isMultiple && event.shiftKey) this.#selectTo(index, from)
    else if (this.isMultiple && (event.ctrlKey || event.metaKey || event.target.closest(".pick"))) this.#toggle(index)
    else if (item !== undefined) this.onOpen(item, index)
    this.update()
  }

  #toggle(index) {
    const item = this.source.item(index)
    if (item === undefined) return
    const key = this.source.key(item)
    if (!this.selected.delete(key)) this.selected.add(key)
    this.#anchor = index
    this.#selectionChanged()
  }

  #selectTo(index, from) {
    if (this.#anchor < 0) this.#anchor = Math.max(0, from)
    this.#selectRange(Math.min(this.#anchor, index), Math.max(this.#anchor, index))
  }

  /** What is not loaded cannot be selected one by one: views offer their filters for that. */
  #selectRange(from, to) {
    this.selected.clear()
    for (let index = from; index <= to; index += 1) {
      const item = this.source.item(index)
      if (item !== undefined) this.selected.add(this.source.key(item))
    }
    this.#selectionChanged()
  }

  #selectionChanged() {
    this.update()
    this.onSelect(this.selected)
  }
}

customElements.define("virtual-list", VirtualList)
