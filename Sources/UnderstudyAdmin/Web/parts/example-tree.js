// Folders, requests and examples as a tree, and what of it is in sight.

/** Makes the tree of a flat listing, in its order. Nodes: `kind` (`folder`, `request`, `example`), `key`, `label`, `children`. */
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
      folder.count = (folder.count ?? 0) + 1
      parent = folder
    }
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
    const isSingle = next.kind === "request" && next.children.length === 1
    const item = isSingle ? next.children[0] : next
    item.level = level
    item.place = isSingle ? next : item
    item.isOpen = item.children.length > 0 && isOpen(item)
    out.push(item)
    if (item.isOpen) for (let index = item.children.length - 1; index >= 0; index -= 1) pending.push([item.children[index], level + 1])
  }
  return out
}
