import Synchronization
public import UnderstudyCore

/// Tells the owner of keys when one was used: at most once a minute for each, however many calls it makes.
public final class KeyUses: Sendable {
    static let interval = Duration.seconds(60)
    /// Keys remembered; when they are more, all are told anew.
    static let limit = 10_000

    private let told = Mutex<[Digest: ContinuousClock.Instant]>([:])
    private let report: @Sendable (Digest) -> Void

    /// - Parameter report: called on an event loop: it must not block.
    public init(_ report: @escaping @Sendable (Digest) -> Void) { self.report = report }

    func used(_ key: Digest) {
        let now = ContinuousClock.now
        let isNews = told.withLock { told in
            if let last = told[key], now - last < Self.interval { return false }
            if told.count >= Self.limit { told = [:] }
            told[key] = now
            return true
        }
        if isNews { report(key) }
    }
}
