import NIOCore

/// What the first matcher compares: method, path and query, as one run of bytes that can be hashed once.
///
/// The query's order does not count, its repeats do; an empty query is none.
struct RequestKey: Hashable, Sendable {
    private let bytes: [UInt8]

    /// - Parameters:
    ///   - target: origin-form, redacted.
    ///   - loosely: whether redacted values compare equal to one another. Two machines redact the same secret with
    ///     different keys, and a test seldom uses the secret that was recorded.
    init(method: String, target: some Collection<UInt8>, loosely: Bool = false) {
        var key: [UInt8] = []
        key.reserveCapacity(method.utf8.count + target.count + 2)
        key.append(contentsOf: method.utf8)
        key.append(0x20)
        guard let mark = target.firstIndex(of: UInt8(ascii: "?")) else {
            key.append(contentsOf: target)
            bytes = key
            return
        }
        key.append(contentsOf: target[..<mark])
        let query = target[target.index(after: mark)...]
        guard !query.isEmpty else {
            bytes = key
            return
        }
        key.append(UInt8(ascii: "?"))
        if !loosely, query.firstIndex(of: UInt8(ascii: "&")) == nil {
            key.append(contentsOf: query)
        } else {
            var pairs = query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).map { Array($0) }
            if loosely { pairs = pairs.map(Self.withoutPlaceholder) }
            pairs.sort { $0.lexicographicallyPrecedes($1) }
            key.append(contentsOf: pairs.joined(separator: [UInt8(ascii: "&")]))
        }
        bytes = key
    }

    private static func withoutPlaceholder(_ pair: [UInt8]) -> [UInt8] {
        guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return pair }
        let value = pair[(equals + 1)...]
        // One value for all of them; the marker cannot be part of a target.
        return Redaction.isPlaceholder(value) ? Array(pair[...equals]) + [0] : pair
    }
}
