import NIOCore
import Synchronization

/// An example as the matcher compares it: taken apart once when it is loaded. By reference: a hit hands it on without
/// counting what is inside.
public final class Entry: Sendable {
    public let example: Example
    /// Its place among all examples, which is the order in which they were recorded.
    public let position: Int

    let path: CanonicalPath
    /// `nil` for a path that is only itself.
    let pattern: PathPattern?
    let query: QueryPattern
    let body: EntryBody
    /// Conditions of its rules, and saved fields whose value is a placeholder.
    let conditions: [Condition]
    /// How many of them a recorded request names itself by: see `naming`.
    private let namingCount: Int
    /// What it has in common with examples that are equal for the matcher.
    let key: UInt64
    /// The same without the body.
    let targetKey: UInt64
    /// Where it was recorded from.
    let partition: Partition
    /// What it has in common with examples it takes turns with: those of its key and partition.
    let group: UInt64
    private let used = Atomic(false)

    init(_ example: Example, position: Int, options: MatchOptions, decoder: ContentDecoder) {
        self.example = example
        self.position = position
        let rules = example.rules
        let target = Array(example.request.head.target.readableBytesView)
        let parts = TargetParts.split(target)
        path = CanonicalPath(parts.path)
        pattern = PathPattern(path, profile: options.profile)
        query = QueryPattern(
            parts.query, ignoring: options.ignoredParameters + (rules?.ignore.parameters ?? []),
            loosely: !example.comparesSecrets)
        body = EntryBody(example, options: options, decoder: decoder)
        let ignored = options.ignore + (rules?.ignore ?? [])
        let isMeant: (Condition) -> Bool = { condition in
            if case .header(let name) = condition.place { !ignored.ignoresField(name) } else { true }
        }
        let naming = options.profile == .strict ? Self.naming(example).filter(isMeant) : []
        namingCount = naming.count
        conditions =
            (rules?.conditions ?? []) + naming
            + Self.conditions(of: example.request.head.fields, options.profile).filter(isMeant)
        var hasher = Hasher()
        MatchKey.hash(
            method: options.profile == .postman
                ? example.request.head.method.uppercased() : example.request.head.method,
            path: path, pairs: options.matchQueryParams ? query.all : QueryPairs(sorted: []), into: &hasher)
        targetKey = UInt64(bitPattern: Int64(hasher.finalize()))
        key = options.matchBody ? MatchKey.adding(body.key, to: targetKey) : targetKey
        partition = Partition(of: example)
        hasher = Hasher()
        hasher.combine(key)
        hasher.combine(partition)
        group = UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Whether it has answered a request since it was first loaded.
    public var isUsed: Bool { used.load(ordering: .relaxed) }

    /// Takes note that it answers. Read first: event loops share the entry, and after the first time none writes to it.
    public func markUsed() {
        if !used.load(ordering: .relaxed) { used.store(true, ordering: .relaxed) }
    }

    /// Whether anything about it can only be found by looking: its key does not say all.
    var isSoft: Bool { !query.patterns.isEmpty || !conditions.isEmpty || example.rules != nil || body.pattern != nil }

    /// Whether it takes more than what is written, or asks for more than that.
    var isLoose: Bool {
        !query.patterns.isEmpty || conditions.count > namingCount || body.pattern != nil
            || example.rules.map { !$0.ignore.isEmpty || $0.matchBody == false } ?? false
    }

    /// Whether it is one part or operation of several at its address: then it is nearer to who asks for that than what is not.
    var isNamed: Bool { namingCount > 0 }

    /// Whether nothing but its method and path decides about it.
    var isPlain: Bool { !isSoft && body.isEmpty && query.literals.isEmpty }

    /// Whether a request's body may decide about it.
    var looksAtBodies: Bool {
        if !body.isEmpty || example.rules?.matchBody == true { return true }
        return conditions.contains { condition in
            switch condition.place {
            case .form, .json: true
            case .header, .query: false
            }
        }
    }

    func hasCondition(onField name: String) -> Bool {
        conditions.contains { condition in
            if case .header(let other) = condition.place { other.lowercased() == name.lowercased() } else { false }
        }
    }

    /// Recorded fields without which a request is another one: which part of a resource it wants, where a part was the answer,
    /// and the operation where all of them have one address. A Range that the whole answered may be answered by it again.
    private static func naming(_ example: Example) -> [Condition] {
        let isPart = example.response.head.status == 206 || example.response.head.status == 416
        let names: [StaticString] = isPart ? ["range", "x-amz-target", "soapaction"] : ["x-amz-target", "soapaction"]
        return names.compactMap { name in
            guard let field = example.request.head.fields.first(name), let pattern = try? ValuePattern(field.valueText),
                pattern.isLiteral
            else { return nil }
            return Condition(place: .header(field.nameText), pattern: pattern)
        }
    }

    /// Saved fields whose value is `{{absent}}`, `{{uuid}}`, … are conditions whether or not they are listed.
    ///
    /// Not all of them for Postman, to which `{{uuid}}` is a variable of that name and a field that is not listed
    /// nothing: only what cannot have been meant as a variable.
    private static func conditions(of fields: Fields, _ profile: MatchOptions.Profile) -> [Condition] {
        var conditions: [Condition] = []
        let brace = UInt8(ascii: "{")
        for field in fields where field.value.contains(brace) {
            guard let pattern = try? ValuePattern(field.valueText), !pattern.isLiteral else { continue }
            if profile == .postman, !pattern.isAbsent, !field.valueText.contains("{{regex:") { continue }
            conditions.append(Condition(place: .header(field.nameText), pattern: pattern, isNegated: false))
        }
        return conditions
    }
}

/// Keys under which examples are found: seeded per process, so that nobody can make them collide.
enum MatchKey {
    /// Redacted values are all the same here: which of them are equal is looked at in what is found.
    static func hash(method: String, path: CanonicalPath, pairs: QueryPairs, into hasher: inout Hasher) {
        method.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            ?? hasher.combine(method)
        hasher.combine(path.bytes)
        for pair in pairs.sorted {
            hasher.combine(pair.key)
            if Redaction.isPlaceholder(pair.value) { hasher.combine(0) } else { hasher.combine(pair.value) }
        }
    }

    static func adding(_ body: CanonicalBody?, to key: UInt64) -> UInt64 {
        guard let body else { return key }
        var hasher = Hasher()
        hasher.combine(key)
        hasher.combine(body)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}

extension MatchOptions {
    /// Query parameters left out of every comparison.
    var ignoredParameters: [[UInt8]] { ignore.parameters }
}

extension [IgnoreRule] {
    var parameters: [[UInt8]] {
        compactMap { rule -> [UInt8]? in
            if case .query(let name) = rule { [UInt8](name.utf8) } else { nil }
        }
    }

    func ignoresField(_ name: String) -> Bool {
        contains { $0.ignores(header: name.utf8) }
    }
}
