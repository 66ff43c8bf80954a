import Dispatch

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SIGINT, SIGTERM and SIGHUP: the first asks for an orderly end, a second ends at once.
final class StopSignals {
    private let sources: [any DispatchSourceSignal]
    private let stream: AsyncStream<Void>

    init() {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        self.stream = stream
        let queue = DispatchQueue(label: "signals")
        // On one queue, so that the count needs no lock.
        let count = Counter()
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                count.value += 1
                if count.value > 1 { _exit(128 + number) }
                continuation.yield()
            }
            source.resume()
            return source
        }
    }

    /// Returns when the first has come.
    func first() async { for await _ in stream { return } }

    /// `@unchecked Sendable`: used on the signals' queue only.
    private final class Counter: @unchecked Sendable { var value = 0 }
}
