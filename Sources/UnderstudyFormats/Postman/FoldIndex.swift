import NIOCore
import UnderstudyCore

/// What makes folding one exchange independent of how many examples there are: where each request's examples are,
/// and which ids, names and items are taken.
struct FoldIndex: Sendable {
    /// An example's place.
    struct Ref: Sendable {
        let node: Int
        let slot: Int
        var id: String
        /// Of its response; worked out when first needed.
        var print: Digest?
    }

    /// The examples of one request, in the order of the document.
    struct Entry: Sendable {
        var refs: [Ref] = []
        /// Where the run is among them; `nil` before the run meets this request.
        var position: Int?
        private var retired: [Digest: RetiredQueue] = [:]
        private static let unreadable = Digest(of: "unreadable")

        mutating func retire(_ example: RetiredExample, _ print: Digest?) {
            retired[print ?? Self.unreadable, default: RetiredQueue()].append(example)
        }

        func hasRetired(_ print: Digest) -> Bool { retired[print]?.first != nil }

        /// The first of those that are equal.
        mutating func takeRetired(_ print: Digest) -> RetiredExample? {
            retired[print]?.takeFirst()
        }
    }

    var entries: [Digest: Entry] = [:]
    private var usedIDs: Set<String> = []
    private var names: [Int: NameBook] = [:]
    private var layout: CollectionLayout

    init(_ collection: PostmanCollection) {
        layout = CollectionLayout(collection)
        let variables = VariableScope(collection.variables)
        let reader = ExampleReader(variables: variables, files: nil, bodyInMemory: 0)
        collection.forEachExample(reader, withResponse: false) { entry in
            usedIDs.insert(entry.id)
            let ref = Ref(node: entry.node, slot: entry.slot, id: entry.id)
            entries[ExampleKey.digest(of: entry.request), default: Entry()].refs.append(ref)
            layout.note(entry.request, in: entry.node)
        }
    }

    // MARK: Ids

    /// An id derived from the request and its position; further positions are tried where it is taken.
    mutating func newID(_ slug: String, _ key: Digest, _ position: Int) -> String {
        var occurrence = position
        while true {
            let id = ExampleIDs.derived(slug, key, occurrence)
            if usedIDs.insert(id).inserted { return id }
            occurrence += 1
        }
    }

    /// `id` if it is free, else a new one.
    mutating func takeID(_ id: String, _ slug: String, _ key: Digest, _ position: Int) -> String {
        usedIDs.insert(id).inserted ? id : newID(slug, key, position)
    }

    /// Frees a retired example's id and name.
    mutating func release(_ ref: Ref, name: String?, in collection: PostmanCollection) {
        usedIDs.remove(ref.id)
        guard let name else { return }
        if names[ref.node] == nil { names[ref.node] = NameBook(collection.nodes[ref.node], and: name) }
        names[ref.node]?.release(name)
    }

    // MARK: Names and items

    /// `name` if no other example of the item has it, else `base` with the first free number.
    mutating func takeName(_ name: String, orFor base: String, _ node: Int, in collection: PostmanCollection) -> String
    {
        if names[node] == nil { names[node] = NameBook(collection.nodes[node], and: nil) }
        return names[node]?.take(name, orFor: base) ?? name
    }

    /// The item of that request's method and path; made and put in its place when there is none.
    mutating func item(
        for request: Exchange.Request, written: JSONObject, in collection: inout PostmanCollection
    ) -> Int {
        layout.item(for: request, written: written, in: &collection)
    }
}

/// An example that a run has not repeated (yet).
struct RetiredExample: Sendable {
    let value: JSONValue
    let id: String
    let position: Int
}

/// Retired examples with one response, first in, first out.
struct RetiredQueue: Sendable {
    private var examples: [RetiredExample] = []
    private var taken = 0

    var first: RetiredExample? { taken < examples.count ? examples[taken] : nil }

    mutating func append(_ example: RetiredExample) { examples.append(example) }

    mutating func takeFirst() -> RetiredExample? {
        guard let first else { return nil }
        taken += 1
        return first
    }
}

/// The names of one item's examples, and the next number to try for each. Every number below it is taken, so that
/// the first free one is found at once and does not depend on what was in memory.
struct NameBook: Sendable {
    private var used: [String: Int] = [:]
    private var next: [String: Int] = [:]

    /// - Parameter name: one more that is taken although its example is retired already.
    init(_ node: PostmanCollection.Node, and name: String?) {
        for slot in node.slots where slot.isLive {
            if let name = slot.value["name"]?.text { used[name, default: 0] += 1 }
        }
        if let name { used[name, default: 0] += 1 }
    }

    mutating func take(_ name: String, orFor base: String) -> String {
        if name != base, used[name] == nil {
            used[name] = 1
            return name
        }
        var number = next[base] ?? 1
        while true {
            let candidate = number == 1 ? base : "\(base) (\(number))"
            number += 1
            if used[candidate] == nil {
                used[candidate] = 1
                next[base] = number
                return candidate
            }
        }
    }

    mutating func release(_ name: String) {
        guard let count = used[name] else { return }
        if count > 1 {
            used[name] = count - 1
            return
        }
        used[name] = nil
        next[name] = 1
        // `base (7)`: the number is free again.
        guard name.hasSuffix(")"), let open = name.range(ofLast: " ("),
            let number = Int(name[open.upperBound...].dropLast())
        else { return }
        let base = String(name[..<open.lowerBound])
        if let known = next[base], number < known { next[base] = number }
    }
}

extension String {
    fileprivate func range(ofLast mark: String) -> Range<String.Index>? {
        var end = endIndex
        while end > startIndex {
            let start = index(before: end)
            if self[start...].hasPrefix(mark) {
                return start..<index(start, offsetBy: mark.count)
            }
            end = start
        }
        return nil
    }
}
