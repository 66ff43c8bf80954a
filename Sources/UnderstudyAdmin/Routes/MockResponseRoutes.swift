import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Answers that stand in for all examples of a mock server, as Postman's `server-responses`, without their wrapping. The one
/// whose id is `config.serverResponseId` is active.
enum MockResponseRoutes {
    private static let content = RouteDocument.Content.json(Schema.ref("ServerResponseInput"))
    private static let one = Schema.ref("ServerResponse")

    static let routes: [Route] = [
        Route(
            .post, "/api/v1/mocks/{mockId}/responses",
            RouteDocument("Make a server response", takes: content, status: 201, gives: one), create),
        Route(
            .put, "/api/v1/mocks/{mockId}/responses/{serverResponseId}",
            RouteDocument("Change a server response", [.ifMatch], takes: content, gives: one, refusing: [409]),
            replace),
        Route(
            .delete, "/api/v1/mocks/{mockId}/responses/{serverResponseId}",
            RouteDocument(
                "Delete a server response", gives: Schema.object([("id", Schema.text), ("name", Schema.text)])),
            delete),
    ]

    private static func create(_ call: Call) throws -> Answer {
        let fields = try input(call)
        var answer = try PostmanServerResponses.create(fields, of: call.desk.mocks.find(call["mockId"]), call)
        answer.status = .created
        return answer
    }

    private static func replace(_ call: Call) throws -> Answer {
        let fields = try input(call)
        return try found { try PostmanServerResponses.replace(fields, of: call.desk.mocks.find(call["mockId"]), call) }
    }

    private static func delete(_ call: Call) throws -> Answer {
        try found { try PostmanServerResponses.delete(of: call.desk.mocks.find(call["mockId"]), call) }
    }

    private static func input(_ call: Call) throws -> MemberReader {
        let object = try call.object()
        try PostmanServerResponses.checkMembers(object)
        return MemberReader(object, path: "$")
    }

    /// Postman's routes answer 400 where there is no such response.
    private static func found(_ body: () throws -> Answer) throws -> Answer {
        do { return try body() } catch ItemError.unknown(.serverResponse, _) {
            throw Refusal.notFound("this mock server has no such response")
        }
    }
}
