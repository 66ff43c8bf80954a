import NIOCore
import NIOPosix
import Synchronization
import UnderstudyCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The listening sockets of mock servers with ports of their own: bound and closed while the server runs.
final class MockListeners: Sendable {
    /// Each takes a descriptor for as long as its mock server has the port.
    static let limit = 256

    private let open = Mutex<[Int: any Channel]>([:])
    private let bind: @Sendable (Entrance) async throws -> any Channel

    init(bind: @escaping @Sendable (Entrance) async throws -> any Channel) { self.bind = bind }

    var ports: [Int] { open.withLock { $0.keys.sorted() } }

    /// Listens on these ports and no others. Those that could not be had are tried again the next time.
    ///
    /// - Returns: why a port could not be had.
    func set(_ wanted: [Int: String]) async -> [MockProblem] {
        for (port, channel) in open.withLock({ $0 }) where wanted[port] == nil {
            open.withLock { $0[port] = nil }
            try? await channel.close()
        }
        var problems: [MockProblem] = []
        for (port, mock) in wanted.sorted(by: { $0.key < $1.key }) where open.withLock({ $0[port] }) == nil {
            guard open.withLock({ $0.count }) < Self.limit else {
                problems.append(
                    MockProblem(
                        mock: mock, port: port,
                        reason: "port \(port) is not opened: \(Self.limit) mock servers have one"))
                continue
            }
            do {
                let channel = try await bind(Entrance(port: port))
                open.withLock { $0[port] = channel }
            } catch {
                problems.append(MockProblem(mock: mock, port: port, reason: "port \(port) \(Self.reason(error))"))
            }
        }
        return problems
    }

    func close() async { _ = await set([:]) }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "cannot be opened: \(error)" }
        switch error.errnoCode {
        case EADDRINUSE: return "is in use"
        case EACCES: return "needs more rights: choose one above 1023"
        default: return "cannot be opened: \(String(cString: strerror(error.errnoCode)))"
        }
    }
}
