import NIOCore
import UnderstudyCore

/// All mock servers and their addresses. A value that all loops have a copy of, replaced as a whole.
struct MockHouse: Sendable {
    /// By id.
    private(set) var mocks: [String: MountedMock] = [:]
    /// Ids in lower case, and names.
    private var names: [String: String] = [:]
    /// Ids by own port.
    private(set) var ports: [Int: String] = [:]
    /// Addresses that two of them want.
    private(set) var problems: [MockProblem] = []

    /// - Parameter all: of two that want one address the first has it.
    init(_ all: [MountedMock]) {
        for mock in all {
            mocks[mock.id] = mock
            names[mock.id.lowercased()] = mock.id
        }
        for mock in all {
            for name in mock.site.names.map({ $0.lowercased() }) where !name.isEmpty {
                if let other = names[name], other != mock.id {
                    problems.append(
                        MockProblem(mock: mock.id, reason: "the name \(name) is another mock server's, \(other)"))
                } else {
                    names[name] = mock.id
                }
            }
            guard let port = mock.site.port else { continue }
            if let other = ports[port] {
                problems.append(
                    MockProblem(mock: mock.id, port: port, reason: "port \(port) is another mock server's, \(other)"))
            } else {
                ports[port] = mock.id
            }
        }
    }

    /// The one of that id or name.
    func mock(named name: String) -> MountedMock? { names[name.lowercased()].flatMap { mocks[$0] } }

    func mock(at port: Int) -> MountedMock? { ports[port].flatMap { mocks[$0] } }

    /// The one that a connection to its own port reaches, as long as it has that port.
    func mock(behind entrance: Entrance) -> MountedMock? { mock(at: entrance.port) }
}

/// A mock server's own port. Connections that came in there can reach nothing else.
final class Entrance: Sendable {
    let port: Int
    init(port: Int) { self.port = port }
}

/// Which of all that is served a request is for.
enum Place {
    case frontDoor
    case mock(MountedMock)
    /// A mock server's address without one.
    case nowhere

    init(_ mock: MountedMock?) { self = mock.map { .mock($0) } ?? .nowhere }
}

extension FrontDoor {
    /// What stands before `.localhost` in a host; `nil` for all others.
    static func mockName(inHost host: String) -> String? {
        let suffix = ".localhost"
        guard host.utf8.count > suffix.utf8.count, host.suffix(suffix.utf8.count).lowercased() == suffix else {
            return nil
        }
        return String(host.dropLast(suffix.utf8.count))
    }
}
