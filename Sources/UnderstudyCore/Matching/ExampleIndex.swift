import NIOCore
import Synchronization

/// Examples, found by method, path and query in one hash look-up however many there are.
///
/// Examples that the matcher cannot tell apart form a group, answered in recorded order; the last one then stays.
/// `Answer` is what the server prepared for an example, so that a hit only has to write it. A value: copies share the
/// groups and so the position in each, which is what lets every event loop hold its own.
public struct ExampleIndex<Answer: Sendable>: Sendable {
    /// One example and its prepared answer.
    public struct Entry: Sendable {
        public let example: Example
        public let answer: Answer
    }

    /// What the index says of a request.
    public enum Outcome {
        /// - Parameter score: 100 when everything is equal, less when redacted values differ.
        case hit(Entry, score: Double)
        case miss(Miss)
    }

    private final class Group: Sendable {
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
    /// In file order, for near misses and listings.
    public private(set) var examples: [Example] = []

    public init() {}

    /// Builds the index; O(n).
    public init(_ examples: [Example], prepare: (Example) -> Answer) {
        exact.reserveCapacity(examples.count)
        for example in examples { insert(example, prepare(example)) }
    }

    public var count: Int { examples.count }

    /// Adds an example behind those it equals. O(1).
    public mutating func insert(_ example: Example, _ answer: Answer) {
        examples.append(example)
        let entry = Entry(example: example, answer: answer)
        let head = example.request.head
        let target = head.target.readableBytesView
        let key = RequestKey(method: head.method, target: target)
        if let group = exact[key] { group.append(entry) } else { exact[key] = Group(entry) }
        let looseKey = RequestKey(method: head.method, target: target, loosely: true)
        guard looseKey != key else { return }
        if let group = loose[looseKey] { group.append(entry) } else { loose[looseKey] = Group(entry) }
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
        return .miss(Miss(of: head, among: examples))
    }
}
