// Rows of a tree that are dragged to where they belong.

/**
 * `row(index)` gives what a row of `list` is of. `target(from, over, height)` gives what dropping one on another does, by how
 * far down that one it is held: `{how, run}`, of which `how` (`before`, `after` or `into`) is shown; nothing where it cannot go.
 */
export function dragRows(list, row, target) {
  let dragged
  const handle = (event) => {
    const element = event.target.closest?.(".row")
    const over = element && row(element.dataset.index)
    if (event.type === "dragstart") {
      dragged = over
      return event.dataTransfer.setData("text/plain", over.key)
    }
    // From one cell of a row to the next: the row it came to was told before.
    if (event.type === "dragleave" && list.contains(event.relatedTarget)) return
    const { top, height } = element?.getBoundingClientRect() ?? {}
    const isOver = dragged && over && event.type !== "dragleave" && event.type !== "dragend" && !event.dataTransfer.types.includes("Files")
    const found = isOver && target(dragged, over, (event.clientY - top) / height)
    for (const marked of list.querySelectorAll("[data-drop]")) delete marked.dataset.drop
    if (event.type === "dragend") dragged = undefined
    if (!found) return
    event.preventDefault()
    if (event.type !== "drop") return (element.dataset.drop = found.how)
    dragged = undefined
    found.run()
  }
  for (const kind of ["dragstart", "dragenter", "dragover", "dragleave", "drop", "dragend"]) list.addEventListener(kind, handle)
}
