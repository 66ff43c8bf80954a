/// A query's parameters, decoded and sorted, so that two queries are compared in one pass whatever their order.
///
/// `+` is a blank, a bare `a` is `a=`, and empty pieces (`a&&b`) do not count.
struct QueryPairs: Sendable, Hashable {
    struct Pair: Sendable, Hashable, Comparable {
        let key: [UInt8]
        let value: [UInt8]

        static func < (left: Pair, right: Pair) -> Bool {
            if left.key != right.key { return left.key.lexicographicallyPrecedes(right.key) }
            return left.value.lexicographicallyPrecedes(right.value)
        }
    }

    let sorted: [Pair]

    var isEmpty: Bool { sorted.isEmpty }

    /// - Parameters:
    ///   - query: what stands behind the `?`. `{{…}}` in it is kept as it is.
    ///   - ignored: parameters left out.
    init(_ query: some Collection<UInt8>, ignoring ignored: [[UInt8]] = []) {
        guard !query.isEmpty else {
            sorted = []
            return
        }
        var pairs: [Pair] = []
        for piece in Self.pieces(Array(query)) where !piece.isEmpty {
            let equals = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
            let pair = Pair(key: Self.decoded(piece[..<equals]), value: Self.decoded(piece[equals...].dropFirst()))
            if !ignored.contains(pair.key) { pairs.append(pair) }
        }
        if pairs.count > 1 { pairs.sort() }
        sorted = pairs
    }

    /// Split at `&` outside of `{{…}}`.
    private static func pieces(_ query: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        var index = 0
        while index < query.count {
            if query[index] == UInt8(ascii: "{"), let end = VariableToken.end(query, index) {
                index = end
                continue
            }
            if query[index] == UInt8(ascii: "&") {
                pieces.append(query[start..<index])
                start = index + 1
            }
            index += 1
        }
        pieces.append(query[start...])
        return pieces
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        // A pattern is no data: `{{regex:a+}}` keeps its plus.
        if bytes.first == UInt8(ascii: "{"), VariableToken.end(Array(bytes), 0) == bytes.count { return Array(bytes) }
        return PercentCoding.decoded(bytes, plusIsBlank: true)
    }
}

/// Where a request target's path ends and its query begins.
enum TargetParts {
    /// Path and query, without the `?`. A `?` inside `{{…}}` does not count.
    static func split(_ target: [UInt8]) -> (path: ArraySlice<UInt8>, query: ArraySlice<UInt8>) {
        var index = 0
        while index < target.count {
            if target[index] == UInt8(ascii: "{"), let end = VariableToken.end(target, index) {
                index = end
                continue
            }
            if target[index] == UInt8(ascii: "?") { return (target[..<index], target[(index + 1)...]) }
            index += 1
        }
        return (target[...], [])
    }
}
