import UnderstudyCore

/// What answers at an address, as one event loop has it: the plain front door, or a mock server. A request keeps its
/// site until it is answered, whatever is put in its place meanwhile. Used on its loop.
final class Site {
    var serving: Serving
    /// `nil` for the plain front door.
    let mock: MountedMock?
    let matchCache: MatchCache
    let renderedReplies: RenderedReplies

    init(_ serving: Serving, budget: ReplyBudget) {
        self.serving = serving
        mock = nil
        matchCache = MatchCache()
        renderedReplies = RenderedReplies(budget: budget)
    }

    init(_ mock: MountedMock, budget: ReplyBudget) {
        serving = mock.serving
        self.mock = mock
        matchCache = MatchCache(limit: Self.mockCacheLimit)
        renderedReplies = RenderedReplies(budget: budget)
    }

    /// Results of looking that a mock server keeps on a loop: there may be a thousand of them.
    static let mockCacheLimit = 256

    /// Whether what was answered once may be answered again without asking: nothing counts its calls, and nobody wants to
    /// know who made them.
    var isSettled: Bool { serving.meter == nil && (mock == nil || serving.answering.gate.keys == nil) }
}
