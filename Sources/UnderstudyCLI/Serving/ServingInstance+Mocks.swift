import UnderstudyCore
import UnderstudyServer

extension ServingInstance {
    /// The address under which a mock server is reached here: its own port, else its name, else its id.
    func url(of mock: MockServer) -> String {
        let refused = mocks.problems.filter { $0.mock == mock.id }
        if let port = mock.port, refused.isEmpty {
            return "http://\(settings.host.contains(":") ? "[\(settings.host)]" : settings.host):\(port)"
        }
        let hasName = !mock.hostLabel.isEmpty && refused.isEmpty
        return hasName ? "http://\(mock.hostLabel).localhost:\(port)" : "http://\(address)/__mock/\(mock.id)"
    }
}
