/// An example's query: its parameters, and what those with a placeholder stand for.
struct QueryPattern: Sendable {
    /// Parameters with a plain value.
    let literals: QueryPairs
    /// `k={{any}}`, or `k={{name}}` with a variable that nothing defines, which takes any value.
    let patterns: [Pattern]
    /// Whether redacted values compare equal to one another.
    private let isLoose: Bool

    struct Pattern: Sendable {
        let key: [UInt8]
        let text: [UInt8]
        /// `nil` takes any value.
        let value: ValuePattern?
    }

    init(_ query: some Collection<UInt8>, ignoring ignored: [[UInt8]], loosely: Bool) {
        isLoose = loosely
        let pairs = QueryPairs(query, ignoring: ignored)
        let open = UInt8(ascii: "{")
        guard pairs.sorted.contains(where: { $0.value.contains(open) }) else {
            literals = pairs
            patterns = []
            return
        }
        var plain: [QueryPairs.Pair] = []
        var patterns: [Pattern] = []
        for pair in pairs.sorted {
            if let pattern = try? ValuePattern(String(decoding: pair.value, as: UTF8.self)), !pattern.isLiteral {
                patterns.append(Pattern(key: pair.key, text: pair.value, value: pattern))
            } else if VariableToken.end(pair.value, 0) == pair.value.count {
                patterns.append(Pattern(key: pair.key, text: pair.value, value: nil))
            } else {
                plain.append(pair)
            }
        }
        literals = QueryPairs(sorted: plain)
        self.patterns = patterns
    }

    /// Counts what a request's parameters have in common with it. Linear in both.
    func compare(_ request: QueryPairs) -> QueryComparison {
        var result = QueryComparison()
        var left: [QueryPairs.Pair] = []
        walk(literals.sorted, request.sorted, &result, unmatched: patterns.isEmpty ? nil : { left.append($0) })
        for pattern in patterns { Self.take(pattern, &left, &result) }
        // What no pattern took was counted as the request's own.
        return result
    }

    /// A pattern takes the first parameter of its name that fits, else one that does not.
    private static func take(
        _ pattern: Pattern, _ left: inout [QueryPairs.Pair], _ result: inout QueryComparison
    ) {
        result.hasPattern = true
        let isAbsent = pattern.value?.matches(text: nil as [UInt8]?) ?? false
        let places = left.indices.filter { left[$0].key == pattern.key }
        if let place = places.first(where: { pattern.value?.matches(text: left[$0].value) ?? true }) {
            left.remove(at: place)
            result.matching += 1
            result.missing -= 1
        } else if let place = places.first {
            left.remove(at: place)
            result.partial += 1
            result.missing -= 1
        } else if isAbsent {
            result.matching += 1
        } else {
            result.missing += 1
        }
    }

    /// Walks two sorted lists side by side. Of one key equal values pair first, then unequal ones; the rest misses.
    private func walk(
        _ mine: [QueryPairs.Pair], _ theirs: [QueryPairs.Pair], _ result: inout QueryComparison,
        unmatched: ((QueryPairs.Pair) -> Void)?
    ) {
        var (one, other) = (0, 0)
        while one < mine.count || other < theirs.count {
            if other == theirs.count || one < mine.count && mine[one].key.lexicographicallyPrecedes(theirs[other].key) {
                result.missing += 1
                one += 1
                continue
            }
            if one == mine.count || mine[one].key != theirs[other].key {
                result.missing += 1
                unmatched?(theirs[other])
                other += 1
                continue
            }
            let key = mine[one].key
            let mineEnd = mine[one...].firstIndex { $0.key != key } ?? mine.count
            let theirsEnd = theirs[other...].firstIndex { $0.key != key } ?? theirs.count
            compareValues(mine[one..<mineEnd], theirs[other..<theirsEnd], &result, unmatched)
            (one, other) = (mineEnd, theirsEnd)
        }
    }

    private func compareValues(
        _ mine: ArraySlice<QueryPairs.Pair>, _ theirs: ArraySlice<QueryPairs.Pair>, _ result: inout QueryComparison,
        _ unmatched: ((QueryPairs.Pair) -> Void)?
    ) {
        var (one, other) = (mine.startIndex, theirs.startIndex)
        var mineLeft: [QueryPairs.Pair] = []
        var theirsLeft: [QueryPairs.Pair] = []
        while one < mine.endIndex || other < theirs.endIndex {
            if one < mine.endIndex, other < theirs.endIndex, mine[one].value == theirs[other].value {
                result.matching += 1
                (one, other) = (one + 1, other + 1)
            } else if other == theirs.endIndex || one < mine.endIndex && mine[one] < theirs[other] {
                mineLeft.append(mine[one])
                one += 1
            } else {
                theirsLeft.append(theirs[other])
                other += 1
            }
        }
        guard !mineLeft.isEmpty || !theirsLeft.isEmpty else { return }
        for (mine, theirs) in zip(mineLeft, theirsLeft) {
            if isLoose, Redaction.isPlaceholder(mine.value), Redaction.isPlaceholder(theirs.value) {
                result.matching += 1
                result.hasRedacted = true
            } else {
                result.partial += 1
            }
        }
        let paired = min(mineLeft.count, theirsLeft.count)
        result.missing += max(mineLeft.count, theirsLeft.count) - paired
        for pair in theirsLeft.dropFirst(paired) { unmatched?(pair) }
    }
}

extension QueryPairs {
    init(sorted: [Pair]) { self.sorted = sorted }
}
