import UnderstudyCore
import UnderstudyServer

extension ServingInstance {
    /// The handiest address under which a mock server is reached here.
    func url(of mock: MockServer) -> String {
        let problems = mocks.problems.filter { $0.mock == mock.id }
        var mock = mock
        if problems.contains(where: { $0.port != nil }) { mock.port = nil }
        let addresses = mock.addresses(frontDoor: address, hasLabel: !problems.contains { $0.port == nil })
        return addresses.first ?? ""
    }
}
