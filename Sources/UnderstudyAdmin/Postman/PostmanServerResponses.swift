import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// `/mocks/{mockId}/server-responses`: answers that stand in for all examples, of which one may be active.
enum PostmanServerResponses {
    private static let content = RouteDocument.Content.json(
        Schema.wrapped("serverResponse", Schema.ref("ServerResponseInput")))

    static let routes: [Route] = [
        Route(
            .get, "/mocks/{mockId}/server-responses",
            RouteDocument("List server responses", gives: Schema.array(Schema.ref("ServerResponseListed"))), list),
        Route(
            .post, "/mocks/{mockId}/server-responses",
            RouteDocument(
                "Make a server response", takes: content, gives: Schema.ref("ServerResponse")),
            { try create(input($0), of: PostmanMocks.find($0), $0) }),
        Route(
            .get, "/mocks/{mockId}/server-responses/{serverResponseId}",
            RouteDocument("Show a server response", gives: Schema.ref("ServerResponse"), refusing: [400]), show),
        Route(
            .put, "/mocks/{mockId}/server-responses/{serverResponseId}",
            RouteDocument(
                "Change a server response", [.ifMatch], takes: content, gives: Schema.ref("ServerResponse"),
                refusing: [409]),
            { try replace(input($0), of: PostmanMocks.find($0), $0) }),
        Route(
            .delete, "/mocks/{mockId}/server-responses/{serverResponseId}",
            RouteDocument(
                "Delete a server response", gives: Schema.object([("id", Schema.text), ("name", Schema.text)]),
                refusing: [400]),
            { try delete(of: PostmanMocks.find($0), $0) }),
    ]

    /// Of one mock server: its file holds them.
    static let limit = 100

    private static func list(_ call: Call) throws -> Answer {
        let mock = try PostmanMocks.find(call).mock
        let shown = ["id", "name", "statusCode", "createdAt", "updatedAt", "createdBy", "updatedBy"]
        return Answer(
            .array(
                mock.serverResponses.map { response in
                    .object(JSONObject(shown.map { ($0, response.json[$0] ?? .null) }))
                }))
    }

    private static func show(_ call: Call) throws -> Answer {
        let stored = try PostmanMocks.find(call)
        return answer(try response(call, in: stored.mock), stored)
    }

    static func create(_ fields: MemberReader, of found: MockFolder.Stored, _ call: Call) throws -> Answer {
        let response = try fields.serverResponse(id: ItemID.make(), createdAt: .now(), createdBy: call.caller.owner)
        let stored = try call.desk.mocks.change(found.mock.id) { mock in
            guard mock.serverResponses.count < limit else {
                throw ItemError.invalid("a mock server has at most \(limit) server responses: delete some")
            }
            mock.serverResponses.append(response)
        }
        return answer(response, stored)
    }

    static func replace(_ fields: MemberReader, of found: MockFolder.Stored, _ call: Call) throws -> Answer {
        let id = try response(call, in: found.mock).id
        let stored = try call.desk.mocks.change(found.mock.id, ifRevision: call.revision) { mock in
            guard let index = mock.serverResponses.firstIndex(where: { $0.id == id }) else {
                throw ItemError.unknown(.serverResponse, id)
            }
            let before = mock.serverResponses[index]
            var after = try fields.serverResponse(id: id, createdAt: before.createdAt, createdBy: before.createdBy)
            (after.createdAt, after.createdBy) = (before.createdAt, before.createdBy)
            (after.updatedAt, after.updatedBy) = (max(.now(), before.updatedAt), call.caller.owner)
            mock.serverResponses[index] = after
        }
        return answer(try response(call, in: stored.mock), stored)
    }

    static func delete(of found: MockFolder.Stored, _ call: Call) throws -> Answer {
        let gone = try response(call, in: found.mock)
        _ = try call.desk.mocks.change(found.mock.id) { mock in
            mock.serverResponses.removeAll { $0.id == gone.id }
            if mock.activeServerResponse == gone.id { mock.activeServerResponse = nil }
        }
        return Answer(["id": .string(gone.id), "name": .string(gone.name)])
    }

    // MARK: Parts

    private static func input(_ call: Call) throws -> MemberReader {
        let object = try call.wrapped("serverResponse")
        try checkMembers(object)
        return MemberReader(object, path: "serverResponse")
    }

    static func checkMembers(_ object: JSONObject) throws(Refusal) {
        let missing = ["name", "statusCode"].filter { object[$0]?.isNull ?? true }
        guard missing.isEmpty else { throw .missing(missing) }
    }

    private static func response(_ call: Call, in mock: MockServer) throws -> ServerResponse {
        let id = call["serverResponseId"]
        guard let response = mock.serverResponses.first(where: { ItemID.matches(id, $0.id) }) else {
            throw ItemError.unknown(.serverResponse, id)
        }
        return response
    }

    private static func answer(_ response: ServerResponse, _ stored: MockFolder.Stored) -> Answer {
        var object = response.json.object ?? JSONObject()
        object["mock"] = .string(stored.mock.id)
        return Answer(.object(object), revision: stored.revision)
    }
}
