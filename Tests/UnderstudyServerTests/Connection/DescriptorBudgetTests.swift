import Testing
import UnderstudyCore

@testable import UnderstudyServer

@Suite struct `How descriptors are shared out` {
    private static let limits = Limits()

    /// What the system allows, loops, clients, upstream connections of each loop.
    @Test(arguments: [
        (128, 2, 40, 10), (128, 1, 40, 20), (1024, 2, 488, 122), (20_000, 2, 9976, 512), (1 << 20, 2, 10_000, 512),
        (60, 2, 6, 1), (10, 8, 2, 1), (0, 0, 2, 1),
    ])
    func `among those who need them`(limit: Int, loops: Int, clients: Int, upstream: Int) {
        let budget = DescriptorBudget(limit: limit, limits: Self.limits, loopCount: loops)
        #expect(budget.clients == clients)
        #expect(budget.upstreamPerLoop == upstream)
    }

    @Test(arguments: [1, 2, 64]) func `as many as are needed leave every limit as it is`(loops: Int) {
        let needed = DescriptorBudget.needed(Self.limits, loopCount: loops)
        let budget = DescriptorBudget(limit: needed, limits: Self.limits, loopCount: loops)
        #expect(budget.clients == Self.limits.clientConnections)
        #expect(budget.upstreamPerLoop == Self.limits.upstreamConnections)
    }
}
