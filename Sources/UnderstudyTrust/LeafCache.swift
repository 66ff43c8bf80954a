import Foundation
import Synchronization

/// What was made of the leaves asked for lately, such as a server's TLS context: signing and setting one up costs more than
/// the rest of a handshake's share of ours.
///
/// Bounded: a client that asks for ever new names costs time, not memory. From any thread.
public final class LeafCache<Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        var renewal: Date
        /// The count of askings when it was last asked for.
        var usedAt: UInt64
    }

    private struct State {
        var entries: [LeafName: Entry] = [:]
        var askings: UInt64 = 0

        mutating func value(for name: LeafName, now: Date) -> Value? {
            askings += 1
            guard let index = entries.index(forKey: name), now < entries[index].value.renewal else { return nil }
            entries.values[index].usedAt = askings
            return entries[index].value.value
        }
    }

    private let authority: CertificateAuthority
    /// The most entries kept; beyond it the one longest not asked for goes.
    public let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: at least 1.
    public init(_ authority: CertificateAuthority, limit: Int = LeafCacheLimits.entries) {
        self.authority = authority
        self.limit = max(limit, 1)
    }

    public var count: Int { state.withLock { $0.entries.count } }

    /// What `make` made of a leaf for `name`, now or earlier.
    ///
    /// `make` runs outside the lock. When two threads ask for a new name at once both make one, and one of them is kept for
    /// both.
    public func value(for name: LeafName, make: (Leaf) throws -> Value) throws -> Value {
        try value(for: name, at: Date(), make: make)
    }

    func value(for name: LeafName, at now: Date, make: (Leaf) throws -> Value) throws -> Value {
        if let value = state.withLock({ $0.value(for: name, now: now) }) { return value }
        let leaf = try authority.leaf(for: name, at: now)
        let value = try make(leaf)
        return state.withLock { state in
            if let other = state.value(for: name, now: now) { return other }
            // Looking at all costs microseconds, and signing has just cost more.
            if state.entries[name] == nil, state.entries.count >= limit,
                let oldest = state.entries.min(by: { $0.value.usedAt < $1.value.usedAt })
            {
                state.entries[oldest.key] = nil
            }
            state.entries[name] = Entry(value: value, renewal: leaf.renewal, usedAt: state.askings)
            return value
        }
    }
}

/// Bounds of `LeafCache`.
public enum LeafCacheLimits {
    /// Hosts whose certificates are kept; a TLS context of one takes some tens of KiB.
    public static let entries = 1_000
}
