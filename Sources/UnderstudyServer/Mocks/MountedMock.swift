import UnderstudyCore

/// A mock server as it is served now: the same object on every loop. A change makes another one, which takes over the
/// sessions and the counts.
final class MountedMock: Sendable {
    let site: MockSite
    let serving: Serving
    var id: String { site.id }

    /// - Parameters:
    ///   - old: what it takes the place of.
    ///   - indexes: those that are built already.
    init(_ site: MockSite, replacing old: MountedMock?, _ indexes: inout MockIndexes, usedThisMonth: (String) -> Int) {
        self.site = site
        var serving = indexes.serving(for: site)
        serving.sessions = old?.serving.sessions ?? MatchSessions()
        serving.answering = site.answering
        serving.latency = .drawn(site.delay)
        serving.annotates = site.annotates
        serving.editPlace = site.editPlace
        serving.forwards = false
        serving.meter = Self.meter(site, old, usedThisMonth)
        self.serving = serving
    }

    private static func meter(_ site: MockSite, _ old: MountedMock?, _ used: (String) -> Int) -> CallMeter? {
        guard site.limits != MockSite.CallLimits() else { return nil }
        // What was answered while nobody counted is in the history.
        let isCounted = old?.site.limits.perMonth != nil
        let before = site.limits.perMonth != nil && !isCounted ? used(site.id) : nil
        let counts = old?.serving.meter?.counts ?? CallCounts()
        if let before { counts.begin(month: before, at: .now()) }
        return CallMeter(limits: site.limits, counts: counts)
    }
}

/// Indexes of examples, each built once for all mock servers that serve the same in the same way: they share its memory.
struct MockIndexes {
    private struct Key: Hashable {
        let contents: ObjectIdentifier
        let matching: MatchOptions
        let fillsTemplates: Bool

        init(_ site: MockSite) {
            contents = ObjectIdentifier(site.contents)
            matching = site.matching
            fillsTemplates = site.answering.fillsTemplates
        }
    }

    private var servings: [Key: Serving] = [:]

    /// Begins with those of mock servers that are served, which keep their contents alive.
    init(of mocks: some Sequence<MountedMock>) {
        for mock in mocks { servings[Key(mock.site)] = mock.serving }
    }

    /// What answers from a mock server's examples; the rest of it is the caller's to set.
    mutating func serving(for site: MockSite) -> Serving {
        let key = Key(site)
        if let serving = servings[key] { return serving }
        let serving = Serving(
            mode: .replay, examples: site.contents.examples, matching: site.matching, answering: site.answering,
            redaction: site.redaction)
        servings[key] = serving
        return serving
    }
}
