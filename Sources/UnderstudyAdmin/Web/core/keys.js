// Keyboard: one list of what keys do now, for those who press them and for the help that `?` shows.

const scopes = []

/**
 * Keys that work while `owner` is on the page: `{key, what, run}`, `key` as KeyboardEvent.key has it, with `Ctrl+` or `Shift+`
 * before it. `run` may return false to let others have the key.
 */
export function keys(owner, bindings) {
  const scope = { owner, bindings }
  scopes.push(scope)
  return () => scopes.splice(scopes.indexOf(scope), 1)
}

/** What keys do here and now, the nearest scope first. */
export function bindings() {
  return scopes.filter((scope) => scope.owner.isConnected).reverse().flatMap((scope) => scope.bindings)
}

const isTyping = (target) => target.closest?.("input:not([type=checkbox]), textarea, select")

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing) return
  const modified = event.ctrlKey || event.metaKey
  const name = (modified ? "Ctrl+" : "") + (event.shiftKey && event.key.length > 1 ? "Shift+" : "") + event.key
  const isInside = isTyping(event.target)
  if (isInside && !modified && event.key !== "Escape") return
  if (document.querySelector("dialog[open]")) return
  for (const binding of bindings()) {
    if (binding.key !== name) continue
    if (binding.run(event) === false) continue
    event.preventDefault()
    return
  }
})
