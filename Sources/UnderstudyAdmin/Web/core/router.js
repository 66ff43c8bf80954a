// Where the page is stands behind the # of its address: reloading and sharing keep it.

/** `{view, parts, query}`: `#/history/42?tab=raw` is view `history`, parts `["42"]`, query `tab=raw`. */
export function current() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s)
  const [view, ...parts] = path.split("/").map((part) => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  })
  return { view: view || "traffic", parts: parts.filter(Boolean), query: new URLSearchParams(query ?? "") }
}

/** The address of a place, for links. */
export function link(path, query) {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, value)
  }
  const text = parameters.toString()
  return "#/" + [path].flat().map((part) => encodeURIComponent(part)).join("/") + (text ? "?" + text : "")
}

/** Goes to a place. */
export function go(path, query) {
  location.hash = link(path, query)
}

/** Changes parts of the query; null takes one out. It makes no step in the browser's history unless `isStep`. */
export function set(changes, isStep = false) {
  const { view, parts, query } = current()
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") query.delete(name)
    else query.set(name, value)
  }
  const target = link([view, ...parts], Object.fromEntries(query))
  if (target === location.hash) return
  if (isStep) location.hash = target
  else {
    history.replaceState(null, "", target)
    dispatchEvent(new HashChangeEvent("hashchange"))
  }
}
