import UnderstudyCore

/// A mock server as it is served now: the same object on every loop. A change makes another one, which takes over the
/// sessions and the counts.
final class MountedMock: Sendable {
    let site: MockSite
    let serving: Serving
    var id: String { site.id }

    /// - Parameter old: what it takes the place of.
    init(_ site: MockSite, replacing old: MountedMock?, usedThisMonth: (String) -> Int) {
        self.site = site
        var serving: Serving
        if let old, site.hasSameExamples(as: old.site) {
            serving = old.serving
            serving.answering = site.answering
        } else {
            serving = Serving(
                mode: .replay, examples: site.contents.examples, matching: site.matching, answering: site.answering,
                redaction: site.redaction, sessions: old?.serving.sessions ?? MatchSessions())
        }
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
