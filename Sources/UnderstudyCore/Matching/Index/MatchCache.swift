import NIOCore

/// Results of looking at many examples, for requests that come again. One per event loop, used on it only.
public final class MatchCache {
    /// Results kept by default; when they are full all are forgotten.
    public static let limit = 4096

    /// Results with more equals than these are not kept: together they would hold the examples many times over.
    static let entryLimit = 256

    private struct Result {
        /// Compared, because two targets may have one key.
        let target: ByteBuffer
        let best: ExampleIndex.Best
    }

    private let limit: Int
    private var results: [UInt64: Result] = [:]
    private var generation: UInt64 = 0
    private var count = 0

    public init(limit: Int = MatchCache.limit) { self.limit = limit }

    func best(for key: UInt64, _ target: ByteBuffer, of index: ExampleIndex) -> ExampleIndex.Best? {
        guard generation == index.generation, count == index.count, let result = results[key],
            result.target.readableBytesView.elementsEqual(target.readableBytesView)
        else { return nil }
        return result.best
    }

    func insert(_ best: ExampleIndex.Best, for key: UInt64, _ target: ByteBuffer, of index: ExampleIndex) {
        guard limit > 0, best.entries.count <= Self.entryLimit else { return }
        if generation != index.generation || count != index.count || results.count >= limit {
            results = [:]
            generation = index.generation
            count = index.count
        }
        // A copy: the target is a slice of a connection's buffer, which may be large.
        results[key] = Result(target: ByteBuffer(bytes: target.readableBytesView), best: best)
    }
}
