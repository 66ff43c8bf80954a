import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// A call that missed becomes an example, with an answer that is given.
enum LearnRoutes {
    static let routes: [Route] = [
        Route(
            .post, "/api/v1/mocks/{mockId}/learn",
            RouteDocument(
                "Make an example of a call that no example answered: it answers from the next request on",
                takes: .json(
                    Schema.object([
                        ("call", Schema.any), ("status?", Schema.int(200...999)),
                        ("fields?", Schema.array(Schema.ref("FieldLine"))), ("body?", Schema.text),
                    ])), status: 201,
                gives: Schema.object([
                    ("example", Schema.text), ("collection", Schema.text), ("isNew", Schema.bool),
                ]), refusing: [404, 409]), bodyLimit: Route.BodyLimit.documents, learn)
    ]

    private static func learn(_ call: Call) throws -> Answer {
        let object = try call.object()
        let fields = MemberReader(object, path: "$")
        let mock = try call.desk.mocks.find(call["mockId"]).mock
        let missed = try missed(object["call"], mock, call)
        let entry = try call.desk.collections.find(id: mock.collection)
        let exchange = LearnedCall.exchange(
            missed, status: try fields.int("status", in: 200...999) ?? 200,
            fields: try MockMakingRoutes.lines(fields, "fields"),
            body: ByteBuffer(string: try fields.text("body") ?? ""))
        let learned = try call.desk.learner.learn(exchange, in: entry.slug, isFetched: false)
        return Answer(
            ["example": .string(learned.example), "collection": .string(entry.id), "isNew": .bool(learned.isNew)],
            status: .created)
    }

    /// - Parameter reference: its number, alone or, as in Postman's log, behind the mock server's id.
    private static func missed(_ reference: JSONValue?, _ mock: MockServer, _ call: Call) throws -> Exchange {
        guard let reference, !reference.isNull else { throw Refusal.missing(["call"]) }
        let number =
            reference.int.map { Int64($0) }
            ?? reference.text?.split(separator: "-").last.flatMap { Int64($0) }
        guard let number, let entry = try call.desk.history.call(id: number, ofMock: mock.id) else {
            throw Refusal.notFound("there is no such call in this log")
        }
        guard entry.result == .miss else { throw Refusal.conflict("this call did not miss: nothing is to be learnt") }
        guard !entry.exchange.request.body.isCut else {
            throw Refusal.conflict("this call's content was not kept whole, and it cannot be an example")
        }
        return entry.exchange
    }
}
