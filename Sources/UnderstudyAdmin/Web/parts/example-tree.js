// Folders, requests and examples as a tree, and what of it is in sight.

/**
 * Makes the tree of a flat listing, in its order. Nodes: `kind` (`folder`, `request`, `example`), `key`, `label`, `children`.
 * An entry without an id is no example but a folder that has nothing in it.
 */
export function plant(listing) {
  const root = node("root", "", "", null)
  const folders = new Map()
  for (const example of listing) {
    let parent = root
    for (const name of example.folders) {
      const key = `${parent.key}\u0000${name}`
      let folder = folders.get(key)
      if (!folder) folders.set(key, (folder = node("folder", key, name, parent)))
      folder.path ??= [...(parent.path ?? []), name]
      folder.count = (folder.count ?? 0) + (example.id ? 1 : 0)
      parent = folder
    }
    if (!example.id) continue
    let request = parent.children.at(-1)
    if (request?.kind !== "request" || request.label !== example.item || request.itemID !== example.itemId) {
      request = node("request", `request ${example.id}`, example.item, parent)
      request.itemID = example.itemId
    }
    node("example", example.id, example.name, request).example = example
  }
  return root
}

function node(kind, key, label, parent) {
  const made = { kind, key, label, parent, children: [], index: parent?.children.length, level: 1 }
  parent?.children.push(made)
  return made
}

/** The nodes in sight from top to bottom. A request that has one example is one row with it. */
export function rows(root, isOpen) {
  const out = []
  const pending = root.children.map((child) => [child, 1]).reverse()
  while (pending.length > 0) {
    const [next, level] = pending.pop()
    const item = next.kind === "request" && next.children.length === 1 ? next.children[0] : next
    item.level = level
    item.place = place(item)
    item.isOpen = item.children.length > 0 && isOpen(item)
    out.push(item)
    if (item.isOpen) for (let index = item.children.length - 1; index >= 0; index -= 1) pending.push([item.children[index], level + 1])
  }
  return out
}

/** What a node stands for: its request, where that has no other example. */
export const place = (node) => (node.kind === "example" && node.parent.children.length === 1 ? node.parent : node)

export function find(node, key) {
  if (node.key === key) return node
  for (const child of node.children) {
    const found = find(child, key)
    if (found) return found
  }
}

// Requests and folders as wholes

const isIn = (entry, path) => path.every((name, index) => entry.folders[index] === name)

/** How the API names a request or a folder. */
export const reference = (node) => (node.kind === "folder" ? { folder: node.path } : { example: node.children[0].key })

/** What of a listing is in a request or a folder. */
export function within(listing, node) {
  if (node.kind === "folder") return listing.filter((entry) => isIn(entry, node.path))
  const ids = new Set(node.children.map(({ key }) => key))
  return listing.filter(({ id }) => ids.has(id))
}

/** The listing without a request or folder; the folder around it stays, as it does in the file. */
export function without(listing, node) {
  const gone = new Set(within(listing, node))
  const path = node.parent.path ?? []
  const rest = listing.filter((entry) => !gone.has(entry))
  if (path.length > 0 && !rest.some((entry) => isIn(entry, path))) rest.splice(listing.findIndex((entry) => gone.has(entry)), 0, { folders: path })
  return rest
}

/** The listing once a request or folder stands before `next`, or at the end of the folder `into`. */
export function moved(listing, node, into, next) {
  const depth = node.parent.path?.length ?? 0
  const entries = within(listing, node).map((entry) => ({ ...entry, folders: [...into, ...entry.folders.slice(depth)] }))
  const rest = without(listing, node)
  let at = next ? rest.indexOf(within(rest, next)[0]) : rest.length
  for (let length = into.length; !next && length > 0 && at === rest.length; length -= 1) {
    at = rest.findLastIndex((entry) => isIn(entry, into.slice(0, length))) + 1 || rest.length
  }
  return rest.toSpliced(at, 0, ...entries)
}

/** The listing once a request or folder has that name. */
export function renamed(listing, node, name) {
  const here = new Set(within(listing, node))
  const at = node.kind === "folder" ? node.path.length - 1 : -1
  return listing.map((entry) => (!here.has(entry) ? entry : at < 0 ? { ...entry, item: name } : { ...entry, folders: entry.folders.with(at, name) }))
}
