import NIOCore
public import UnderstudyCore

/// Folds recorded exchanges into a collection's examples, one at a time, in constant time each.
///
/// One value serves one run of recording: it remembers what the run has touched. The result depends only on the
/// collection at the start and the sequence of exchanges, never on when the collection was written in between; the
/// same traffic again changes no byte, under any policy.
///
/// - `append`: an exchange whose response is already among its request's examples, at or behind the run's place in
///   them, changes nothing; others are appended.
/// - `replace`: the first time a run sees a request, that request's examples are retired; those the run repeats come
///   back as they were, hand-made edits included.
/// - `fresh`: the run's first exchange retires all examples. Items that never had an example stay.
///
/// Two responses are the same if all but `Date` and the time they took is.
public struct ExampleFold: Sendable {
    public internal(set) var collection: PostmanCollection
    private var writer: ExampleWriter
    private var index: FoldIndex
    private var isFreshened: Bool
    /// Of all its examples.
    private let session: String
    private let base: String

    /// What became of one exchange.
    public enum Outcome: Sendable {
        /// Not replayable: incomplete, failed, or a tunnel.
        case skipped
        /// An equal example is there, perhaps brought back from retirement.
        case kept(id: String)
        /// A new example; it may stand in the place of a retired one.
        case added(Example)

        public var id: String? {
            switch self {
            case .skipped: nil
            case .kept(let id): id
            case .added(let example): example.id
            }
        }
    }

    /// - Parameters:
    ///   - resuming: whether this goes on with a run that was interrupted; then `fresh` does not start over.
    ///   - bodyInMemory: larger bodies go into files.
    public init(
        _ collection: PostmanCollection, files: any BodyFiles, resuming: Bool = false,
        bodyInMemory: Int = Limits().bodyInMemory
    ) {
        self.collection = collection
        writer = ExampleWriter(files: files, bodyInMemory: bodyInMemory, variables: VariableScope(collection.variables))
        index = FoldIndex(collection)
        isFreshened = resuming
        session = collection.session
        base = collection.base
    }

    /// The key by which two recorded requests are the same: method, target, body. Redact the exchange first.
    public static func requestKey(of exchange: Exchange) -> Digest { ExampleKey.digest(of: exchange.request) }

    /// What an exchange will be as an example once it is folded, for serving it before that. Its id is the one that
    /// folding gives when no example of that request is there yet.
    public static func provisionalExample(of exchange: Exchange, in home: CollectionHome) -> Example? {
        guard let recorded = RecordedExchange(exchange) else { return nil }
        let id = ExampleIDs.derived(home.slug, ExampleKey.digest(of: recorded.request), 0)
        var example = Example(
            id: id, name: name(recorded), collection: home.slug, request: recorded.request,
            response: recorded.response, responseTime: recorded.responseTime, baseURL: home.baseURL)
        example.session = home.session
        return example
    }

    /// Forgets what the last run touched, so that the next exchange begins a new one. O(examples).
    public mutating func beginRun() {
        collection.dropRetired()
        index = FoldIndex(collection)
        isFreshened = false
    }

    /// Goes on with a document that was edited outside during the run: what the run has done so far is taken to be in
    /// it. O(examples).
    public mutating func reload(_ edited: PostmanCollection) {
        let positions = index.entries.compactMapValues(\.position)
        collection = edited
        index = FoldIndex(edited)
        writer = ExampleWriter(
            files: writer.files, bodyInMemory: writer.bodyInMemory, variables: VariableScope(edited.variables))
        for (key, position) in positions {
            guard let count = index.entries[key]?.refs.count else { continue }
            index.entries[key]?.position = min(position, count)
        }
    }

    /// Takes one exchange in. It must be redacted already.
    ///
    /// - Parameters:
    ///   - occurrence: the how-manieth exchange with this `requestKey` in the run, from 0, `skipped` ones not counted.
    ///   - run: the history's number of the run; with the exchange's own it becomes the order of a new example.
    /// - Throws: what `BodyFiles.write` throws; then nothing has changed.
    @discardableResult
    public mutating func fold(
        _ exchange: Exchange, occurrence: Int, policy: WritePolicy, run: Int64? = nil
    ) throws -> Outcome {
        guard let recorded = RecordedExchange(exchange, run: run) else { return .skipped }
        let key = ExampleKey.digest(of: recorded.request)
        let print = RecordedExchange.fingerprint(of: recorded.response)
        if policy == .append { return try append(recorded, key, print, occurrence) }
        if policy == .fresh, !isFreshened {
            // Whatever can fail comes before the first change.
            _ = try writer.parts(recorded)
            isFreshened = true
            for key in Array(index.entries.keys) { retire(key) }
        }
        return try replace(recorded, key, print, occurrence)
    }

    // MARK: Append

    private mutating func append(
        _ recorded: RecordedExchange, _ key: Digest, _ print: Digest, _ occurrence: Int
    ) throws -> Outcome {
        let count = index.entries[key]?.refs.count ?? 0
        var position = occurrence == 0 ? 0 : index.entries[key]?.position ?? min(occurrence, count)
        while position < count {
            if let ref = index.entries[key]?.refs[position], isLive(ref), self.print(of: key, position) == print {
                index.entries[key]?.position = position + 1
                return .kept(id: ref.id)
            }
            position += 1
        }
        let parts = try writer.parts(recorded)
        return .added(add(recorded, parts, key, print, position: count))
    }

    // MARK: Replace

    private mutating func replace(
        _ recorded: RecordedExchange, _ key: Digest, _ print: Digest, _ occurrence: Int
    ) throws -> Outcome {
        let begins = occurrence == 0
        let count = index.entries[key]?.refs.count ?? 0
        let position = begins ? 0 : min(index.entries[key]?.position ?? occurrence, count)
        // A resumed run may fold again what was written before it was interrupted.
        if !begins, let ref = ref(key, position), isLive(ref), self.print(of: key, position) == print {
            index.entries[key]?.position = position + 1
            return .kept(id: ref.id)
        }
        let parts = hasEqual(key, print, counting: begins) ? nil : try writer.parts(recorded)
        if begins { retire(key) }
        if let retired = index.entries[key]?.takeRetired(print) {
            return .kept(id: bringBack(retired, key, print, position, recorded))
        }
        guard let parts else { return .skipped }
        return .added(add(recorded, parts, key, print, position: position))
    }

    /// Whether a retired example (or, before retirement, a live one) has this response.
    private mutating func hasEqual(_ key: Digest, _ print: Digest, counting live: Bool) -> Bool {
        if index.entries[key]?.hasRetired(print) == true { return true }
        guard live, let count = index.entries[key]?.refs.count else { return false }
        for position in 0..<count {
            if let ref = ref(key, position), isLive(ref), self.print(of: key, position) == print { return true }
        }
        return false
    }

    private mutating func retire(_ key: Digest) {
        guard let count = index.entries[key]?.refs.count else { return }
        for position in 0..<count {
            guard let ref = ref(key, position), isLive(ref) else { continue }
            let print = self.print(of: key, position)
            let value = collection.nodes[ref.node].slots[ref.slot].value
            collection.nodes[ref.node].slots[ref.slot].isLive = false
            index.release(ref, name: value["name"]?.text, in: collection)
            index.entries[key]?.retire(RetiredExample(value: value, id: ref.id, position: position), print)
        }
        index.entries[key]?.position = 0
    }

    /// Puts a retired example back. At another place among its equals it gets the id of that place, unless the id
    /// was not ours.
    private mutating func bringBack(
        _ retired: RetiredExample, _ key: Digest, _ print: Digest, _ position: Int, _ recorded: RecordedExchange
    ) -> String {
        var value = retired.value
        // It was in the collection, so its request has an item.
        let node = index.entries[key]?.refs.last?.node ?? 0
        let ref = place(key, position, in: node)
        let isOurs = retired.id == ExampleIDs.derived(collection.slug, key, retired.position)
        let id =
            isOurs && retired.position != position
            ? index.newID(collection.slug, key, position) : index.takeID(retired.id, collection.slug, key, position)
        let base = Self.name(recorded)
        let written = value["name"]?.text
        let name = index.takeName(written ?? base, orFor: base, ref.node, in: collection)
        if case .object(var object) = value {
            if object["id"]?.text != nil, object["id"]?.text != id { object["id"] = .string(id) }
            if written != nil, written != name { object["name"] = .string(name) }
            value = .object(object)
        }
        set(value, id, print, key, position, ref)
        return id
    }

    // MARK: Slots

    private func ref(_ key: Digest, _ position: Int) -> FoldIndex.Ref? {
        guard let refs = index.entries[key]?.refs, position < refs.count else { return nil }
        return refs[position]
    }

    private func isLive(_ ref: FoldIndex.Ref) -> Bool { collection.nodes[ref.node].slots[ref.slot].isLive }

    /// The fingerprint of the example at that position, worked out once.
    private mutating func print(of key: Digest, _ position: Int) -> Digest? {
        guard let ref = ref(key, position) else { return nil }
        if let print = ref.print { return print }
        let reader = ExampleReader(variables: .empty, files: nil, bodyInMemory: 0)
        guard let object = collection.nodes[ref.node].slots[ref.slot].value.object,
            let response = try? reader.response(object)
        else { return nil }
        let print = RecordedExchange.fingerprint(of: response)
        index.entries[key]?.refs[position].print = print
        return print
    }

    /// The retired slot at that position, or a new one behind the others of its item.
    private mutating func place(_ key: Digest, _ position: Int, in node: Int) -> FoldIndex.Ref {
        if let ref = ref(key, position) { return ref }
        collection.nodes[node].slots.append(PostmanCollection.Slot())
        let ref = FoldIndex.Ref(node: node, slot: collection.nodes[node].slots.count - 1, id: "")
        index.entries[key, default: FoldIndex.Entry()].refs.append(ref)
        return ref
    }

    private mutating func add(
        _ recorded: RecordedExchange, _ parts: ExampleWriter.Parts, _ key: Digest, _ print: Digest, position: Int
    ) -> Example {
        let node =
            index.entries[key]?.refs.last?.node
            ?? index.item(for: recorded.request, written: parts.request, in: &collection)
        let ref = place(key, position, in: node)
        let id = index.newID(collection.slug, key, position)
        let base = Self.name(recorded)
        let name = index.takeName(base, orFor: base, node, in: collection)
        set(ExampleWriter.example(parts, id: id, name: name), id, print, key, position, ref)
        var example = Example(
            id: id, name: name, collection: collection.slug, request: recorded.request, response: recorded.response,
            responseTime: recorded.responseTime)
        example.order = recorded.order
        example.session = session
        example.baseURL = base
        return example
    }

    private mutating func set(
        _ value: JSONValue, _ id: String, _ print: Digest?, _ key: Digest, _ position: Int, _ ref: FoldIndex.Ref
    ) {
        let depth = collection.slotDepth(of: ref.node)
        collection.nodes[ref.node].slots[ref.slot] = PostmanCollection.Slot(value, depth: depth)
        index.entries[key]?.refs[position].id = id
        index.entries[key]?.refs[position].print = print
        index.entries[key]?.position = position + 1
    }

    /// `200 OK`, or `200 OK ?page=2`, shortened where the query is very long.
    static func name(_ recorded: RecordedExchange) -> String {
        var name = String(recorded.response.head.status)
        let reason = recorded.response.head.reasonText
        if !reason.isEmpty { name += " " + reason }
        let query = RecordedExchange.query(of: recorded.request)
        if query.utf8.count > 1 { name += " " + (query.count > 80 ? query.prefix(79) + "…" : query) }
        return name
    }
}
