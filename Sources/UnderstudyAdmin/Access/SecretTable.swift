import UnderstudyCore

/// Secrets that were given out, each to the holder of a key: 256 random bits, of which only the digest is kept. There are no
/// more than so many, of all and of one holder; the one unused for longest makes room.
struct SecretTable: Sendable {
    struct Bounds: Sendable {
        let count: Int
        let countOfOne: Int
        /// Unused for so long, it is over.
        let idle: Duration
        /// Used or not.
        let life: Duration
    }

    /// A key as it was when it was shown: with another role it is another.
    struct Holder: Sendable, Hashable {
        /// Its id; `nil` for the token of the lock file.
        let key: String?
        let role: AccessKey.Role
    }

    private struct Entry {
        let holder: Holder
        let made: ContinuousClock.Instant
        var used: ContinuousClock.Instant
    }

    private let bounds: Bounds
    private var entries: [Digest: Entry] = [:]

    init(_ bounds: Bounds) { self.bounds = bounds }

    var count: Int { entries.count }

    mutating func make(for holder: Holder, at now: ContinuousClock.Instant) -> String {
        for (digest, entry) in entries where isOver(entry, now) { entries[digest] = nil }
        if entries.values.count(where: { $0.holder.key == holder.key }) >= bounds.countOfOne {
            makeRoom { $0.holder.key == holder.key }
        } else if entries.count >= bounds.count {
            makeRoom { _ in true }
        }
        var random = SystemRandomNumberGenerator()
        let secret = (0..<4).map { _ in
            let digits = String(random.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
        entries[Digest(of: secret)] = Entry(holder: holder, made: now, used: now)
        return secret
    }

    /// Whose it is, which counts as a use; `nil` when it is nobody's, or over.
    mutating func use(_ secret: String, at now: ContinuousClock.Instant) -> Holder? {
        let digest = Digest(of: secret)
        guard let entry = entries[digest] else { return nil }
        if isOver(entry, now) {
            entries[digest] = nil
            return nil
        }
        entries[digest]?.used = max(entry.used, now)
        return entry.holder
    }

    /// Nobody's from now on.
    mutating func remove(_ secret: String) { entries[Digest(of: secret)] = nil }

    private func isOver(_ entry: Entry, _ now: ContinuousClock.Instant) -> Bool {
        now - entry.used >= bounds.idle || now - entry.made >= bounds.life
    }

    private mutating func makeRoom(_ isMeant: (Entry) -> Bool) {
        let oldest = entries.filter { isMeant($0.value) }.min { $0.value.used < $1.value.used }
        if let oldest { entries[oldest.key] = nil }
    }
}
