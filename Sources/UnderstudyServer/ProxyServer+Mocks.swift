import NIOCore
import Synchronization
public import UnderstudyCore

extension ProxyServer {
    /// Serves these mock servers and no others, from the next request on. Those that did not change keep everything, those
    /// that did keep sessions and counts. Calls come one after the other.
    ///
    /// - Parameters:
    ///   - sites: of two that want one address the first has it.
    ///   - usedThisMonth: how many calls a mock server answered before anybody counted; asked for those that
    ///     are limited by the month from now on. Not called on an event loop.
    /// - Returns: addresses that could not be had.
    @discardableResult
    public func setMocks(
        _ sites: [MockSite], usedThisMonth: @escaping @Sendable (String) -> Int = { _ in 0 }
    ) async throws -> [MockProblem] {
        let change = mockChanges.withLock { last in
            let change = Task { [before = last] in
                await before?.value
                return try await install(sites, usedThisMonth)
            }
            last = Task { _ = try? await change.value }
            return change
        }
        return try await change.value
    }

    private func install(
        _ sites: [MockSite], _ usedThisMonth: @Sendable (String) -> Int
    ) async throws -> [MockProblem] {
        let before = house.withLock { $0 }
        let mounted = sites.map { site in
            let old = before?.mocks[site.id]
            if let old, site.isSame(as: old.site) { return old }
            return MountedMock(site, replacing: old, usedThisMonth: usedThisMonth)
        }
        let house = MockHouse(mounted)
        self.house.withLock { $0 = house }
        let changes = contexts.map { context in context.loop.submit { context.house = house } }
        for change in changes { try await change.get() }
        return house.problems + (await listeners.set(house.ports))
    }

    /// The mock servers that are served, by id.
    public var mocks: [MockSite] {
        (house.withLock { $0 }?.mocks.values.map(\.site) ?? []).sorted { $0.id < $1.id }
    }

    /// The sessions of a mock server.
    public func sessions(ofMock id: String) -> MatchSessions? {
        house.withLock { $0 }?.mocks[id]?.serving.sessions
    }
}
