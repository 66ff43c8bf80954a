import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// A mock server as the API shows it: with its address, and whether it still has its collection and environment.
final class MockView {
    private let desk: Desk
    private var collections: [String: CollectionCatalog.Entry]?
    /// Their names under their ids.
    private var environments: [String: String]?
    /// Under ids: how many calls are in their logs, where that was counted.
    private var calls: [String: Int]?
    /// Under each label the id of the one that it leads to.
    private var labels: [String: String]?

    init(_ desk: Desk) { self.desk = desk }

    /// Who shows all of them need not have them read again.
    ///
    /// - Parameter mocks: oldest first, as `MockFolder.all` gives them: the oldest has the label, as at the front door.
    func learn(_ mocks: [MockFolder.Stored]) { labels = MockNames.owners(mocks.map(\.mock)) }

    /// The same of the calls of all of them.
    func count(_ mocks: [MockFolder.Stored]) { calls = counts(mocks.map(\.mock.id)) }

    private func counts(_ ids: [String]) -> [String: Int] {
        (try? desk.history.callCounts(ofMocks: ids, limit: desk.limits.countedCalls)) ?? [:]
    }

    /// Its own port, `http://NAME.localhost:PORT`, or, for a name that can be no label of a host or that another mock server
    /// has too, `http://127.0.0.1:PORT/__mock/ID`. Without a slash at the end, as Postman's.
    func url(_ mock: MockServer) -> String {
        if labels == nil { learn(desk.mocks.all().mocks) }
        guard let server = desk.live.control else { return "" }
        // Who made it a moment ago need not wait until the server has noticed that the name is another's.
        if mock.port == nil, !mock.hostLabel.isEmpty, let owner = labels?[mock.hostLabel], owner != mock.id {
            return "http://\(server.frontDoor.host):\(server.frontDoor.port)/__mock/\(mock.id)"
        }
        return server.url(of: mock)
    }

    /// Whether its collection, that version of it, or its environment is gone.
    func isDeactivated(_ mock: MockServer) -> Bool {
        guard let collection = collection(of: mock),
            (try? desk.collections.path(of: collection, tag: mock.versionTag)) != nil
        else { return true }
        return mock.environment != nil && environmentName(of: mock) == nil
    }

    private func collection(of mock: MockServer) -> CollectionCatalog.Entry? {
        if collections == nil {
            collections = Dictionary(
                desk.collections.all().map { ($0.id.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        }
        return collections?[mock.collection.lowercased()]
    }

    /// `nil` for one without an environment, and for an environment that is gone.
    private func environmentName(of mock: MockServer) -> String? {
        guard let environment = mock.environment else { return nil }
        if environments == nil {
            environments = Dictionary(
                desk.environments.all().environments.map { ($0.id.lowercased(), $0.name) },
                uniquingKeysWith: { first, _ in first })
        }
        return environments?[environment.lowercased()]
    }

    /// As Postman's API shows it.
    ///
    /// `isPublic` is not about who may call it: it says whether Postman shows it to all its users, which nobody is here.
    func postman(_ mock: MockServer, isListed: Bool) -> JSONObject {
        let options = mock.matching.options
        var object = JSONObject([
            ("id", .string(mock.id)), ("owner", .string(mock.owner)),
            ("uid", PostmanID.uid(mock.id, owner: mock.owner)),
            ("collection", PostmanID.uid(mock.collection)),
        ])
        if let environment = mock.environment { object["environment"] = PostmanID.uid(environment) }
        object["mockUrl"] = .string(url(mock))
        object["name"] = .string(mock.name)
        object["config"] = [
            "headers": .array(mock.matching.headers.map { .string($0) }), "matchBody": .bool(options.matchBody),
            "matchHeader": .bool(mock.matching.matchHeader), "matchQueryParams": .bool(options.matchQueryParams),
            "matchWildcards": .bool(options.matchWildcards), "delay": mock.delay.json,
            "serverResponseId": .string(mock.activeServerResponse ?? ""),
        ]
        object["createdAt"] = .string(mock.createdAt.isoText)
        object["updatedAt"] = .string(mock.updatedAt.isoText)
        if isListed { object["isPublic"] = false }
        return object
    }

    /// All that can be set, under the names of its file.
    ///
    /// - Parameter isListed: one of all, without what would need their collections to be read.
    func own(_ mock: MockServer, isListed: Bool = false) -> JSONValue {
        var object = (try? JSONValue(parsing: MockDocument(mock).bytes()))?.object ?? JSONObject()
        object["uid"] = PostmanID.uid(mock.id, owner: mock.owner)
        object["url"] = .string(url(mock))
        object["deactivated"] = .bool(isDeactivated(mock))
        let collection = collection(of: mock)
        object["collectionName"] = collection.map { .string($0.name) } ?? .null
        object["environmentName"] = environmentName(of: mock).map { .string($0) } ?? .null
        object["calls"] = (calls ?? counts([mock.id]))[mock.id].map { .integer($0) } ?? .null
        object["curl"] =
            isListed
            ? .null
            : .string(
                MockCurlLine.text(
                    address: url(mock), isPrivate: mock.isPrivate,
                    request: collection.flatMap { desk.firstRequests.request(of: $0) }))
        return .object(object)
    }
}
