import NIOCore
import Synchronization

/// Examples, found by method, path and query in one hash look-up however many there are.
///
/// Examples that the matcher cannot tell apart form a group, answered in recorded order; the last one then stays.
/// `Answer` is what the server prepared for an example, so that a hit only has to write it. A value: copies share the
/// groups and so the position in each, which is what lets every event loop hold its own.
public struct ExampleIndex<Answer: Sendable>: Sendable {
    /// One example and its prepared answer. By reference: a hit hands it on without counting what is inside.
    public final class Entry: Sendable {
        public let example: Example
        public let answer: Answer

        init(_ example: Example, _ answer: Answer) {
            self.example = example
            self.answer = answer
        }
    }

    /// What the index says of a request.
    public enum Outcome {
        /// - Parameter score: 100 when everything is equal, less when redacted values differ.
        case hit(Entry, score: Double)
        /// `Miss` finds out why, which costs too much to do unasked.
        case miss
    }

    fileprivate final class Group: Sendable {
        let entries: Mutex<[Entry]>
        let position = Atomic<Int>(0)
        init(_ entry: Entry) { entries = Mutex([entry]) }

        /// The entry whose turn it is. The position stops at the last.
        func next() -> Entry {
            entries.withLock { entries in
                let turn = position.load(ordering: .relaxed)
                if turn < entries.count - 1 { position.store(turn + 1, ordering: .relaxed) }
                return entries[min(turn, entries.count - 1)]
            }
        }

        func append(_ entry: Entry) { entries.withLock { $0.append(entry) } }
    }

    private var exact: [RequestKey: Group] = [:]
    /// Only examples whose query holds a redacted value.
    private var loose: [RequestKey: Group] = [:]
    /// In file order.
    private var entries: [Entry] = []

    public init() {}

    /// Builds the index; O(n). `prepare` may make the example share memory with its answer.
    public init(_ examples: [Example], prepare: (inout Example) -> Answer) {
        exact.reserveCapacity(examples.count)
        for var example in examples {
            let answer = prepare(&example)
            insert(example, answer)
        }
    }

    public var count: Int { entries.count }

    /// In file order, for near misses and listings.
    public var examples: some Sequence<Example> { entries.lazy.map(\.example) }

    /// What an insertion did, for the other copies of the index.
    public struct Insertion: Sendable {
        fileprivate let entry: Entry
        fileprivate let exact: (key: RequestKey, group: Group)
        fileprivate let loose: (key: RequestKey, group: Group)?
    }

    /// Adds an example behind those it equals. O(1). Copies share groups, so only one may insert: the others `apply`.
    @discardableResult
    public mutating func insert(_ example: Example, _ answer: Answer) -> Insertion {
        let entry = Entry(example, answer)
        let head = example.request.head
        let target = head.target.readableBytesView
        let key = RequestKey(method: head.method, target: target)
        let looseKey = RequestKey(method: head.method, target: target, loosely: true)
        let insertion = Insertion(
            entry: entry, exact: (key, Self.group(exact[key], adding: entry)),
            loose: looseKey == key ? nil : (looseKey, Self.group(loose[looseKey], adding: entry)))
        apply(insertion)
        return insertion
    }

    private static func group(_ group: Group?, adding entry: Entry) -> Group {
        guard let group else { return Group(entry) }
        group.append(entry)
        return group
    }

    /// Takes over what another copy inserted. O(1).
    public mutating func apply(_ insertion: Insertion) {
        entries.append(insertion.entry)
        exact[insertion.exact.key] = insertion.exact.group
        if let (key, group) = insertion.loose { loose[key] = group }
    }

    /// Goes on in each group where another index was in the group of the same request.
    public mutating func adoptPositions(from other: ExampleIndex) {
        for (key, group) in exact {
            guard let position = other.exact[key]?.position.load(ordering: .relaxed), position > 0 else { continue }
            group.position.store(position, ordering: .relaxed)
        }
    }

    /// Finds the example for a request.
    ///
    /// - Parameter head: redacted as examples are, with an origin-form target.
    public func match(_ head: RequestHead) -> Outcome {
        let target = head.target.readableBytesView
        let key = RequestKey(method: head.method, target: target)
        if let group = exact[key] { return .hit(group.next(), score: 100) }
        if !loose.isEmpty {
            let looseKey = RequestKey(method: head.method, target: target, loosely: true)
            if let group = loose[looseKey] { return .hit(group.next(), score: 90) }
        }
        return .miss
    }
}
