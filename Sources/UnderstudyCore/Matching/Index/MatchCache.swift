import NIOCore

/// Results of looking at many examples, for requests that come again. One per event loop, used on it only.
public final class MatchCache {
    /// Results kept by default; when they are full all are forgotten.
    public static let limit = 4096

    /// Examples that all results together may name; when they are more all are forgotten.
    static let entryLimit = 1 << 20

    private struct Result {
        /// Compared, because two targets may have one key.
        let target: ByteBuffer
        let best: ExampleIndex.Best
    }

    private let limit: Int
    private var results: [UInt64: Result] = [:]
    private var generation: UInt64 = 0
    private var count = 0
    private var entryCount = 0

    public init(limit: Int = MatchCache.limit) { self.limit = limit }

    func best(for key: UInt64, _ target: ByteBuffer, of index: ExampleIndex) -> ExampleIndex.Best? {
        guard generation == index.generation, count == index.count, let result = results[key],
            result.target.readableBytesView.elementsEqual(target.readableBytesView)
        else { return nil }
        return result.best
    }

    /// Remembers a result. Returns it with what is the same for all requests it answers.
    func insert(
        _ best: ExampleIndex.Best, for key: UInt64, _ target: ByteBuffer, of index: ExampleIndex
    ) -> ExampleIndex.Best {
        guard limit > 0, best.entries.count <= Self.entryLimit else { return best }
        let best = best.summarised
        entryCount += best.entries.count
        if generation != index.generation || count != index.count || results.count >= limit
            || entryCount > Self.entryLimit
        {
            results = [:]
            entryCount = best.entries.count
            generation = index.generation
            count = index.count
        }
        // A copy: the target is a slice of a connection's buffer, which may be large.
        results[key] = Result(target: ByteBuffer(bytes: target.readableBytesView), best: best)
        return best
    }
}
