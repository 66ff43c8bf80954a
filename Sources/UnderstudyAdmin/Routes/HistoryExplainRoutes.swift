import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// What can be done with the request of an exchange: sent again by hand, and understood.
enum HistoryExplainRoutes {
    static let routes: [Route] = [
        Route(
            .get, "/api/v1/history/{number}/curl",
            RouteDocument(
                "Show the request of an exchange as a curl command line",
                gives: Schema.object([("command", Schema.text), ("bodyFile", Schema.optional(Schema.text))]),
                refusing: [404, 409]), curl),
        Route(
            .get, "/api/v1/history/{number}/explain",
            RouteDocument(
                "Explain which example answers the request of an exchange",
                [.int("limit", 1...Explanation.lineLimit, "The most examples explained. Default: 3.")],
                gives: MatchRoutes.explanation, refusing: [404]), explain),
    ]

    /// Octets of a body that a command line holds: Linux takes no word above 128 KiB.
    static let wordLimit = 96 << 10

    private static func curl(_ call: Call) throws -> Answer {
        let exchange = try HistoryRoutes.exchange(call)
        guard let reader = try? call.desk.history.bodies.reader(of: exchange.request.body) else {
            throw Refusal.notFound("the file that holds its content is gone")
        }
        let isLong = reader.byteCount > wordLimit
        let body = isLong ? ByteBuffer() : try reader.piece(at: 0, count: reader.byteCount)
        var request = CurlLine.request(exchange.request, origin: try origin(of: exchange, call.desk), body: body)
        // A program that asked us for the API called us by our name, which the API was not told either.
        let isReverse = !exchange.upstream.isEmpty && exchange.request.head.targetText.hasPrefix("/")
        if isReverse { request.fields.removeAll { $0.name.lowercased() == "host" } }
        guard isLong else {
            return Answer(["command": .string(CurlLine.text(request)), "bodyFile": .null])
        }
        // The file is that of the download.
        let file = "exchange-\(exchange.id)-request.body"
        if !request.fields.contains(where: { $0.name.lowercased() == "content-type" }) {
            request.fields.append(("Content-Type", ""))
        }
        let line = CurlLine.text(request) + " --data-binary @\(file)"
        return Answer(["command": .string(line), "bodyFile": .string(file)])
    }

    /// Where the request went: to its upstream, else to us.
    private static func origin(of exchange: Exchange, _ desk: Desk) throws -> String {
        if let mock = try mock(of: exchange, desk) { return try desk.server().url(of: mock) }
        guard exchange.upstream.isEmpty else { return exchange.upstream }
        let door = try desk.server().frontDoor
        return "http://\(door.host.contains(":") ? "[\(door.host)]" : door.host):\(door.port)"
    }

    /// - Returns: `nil` where none was called.
    private static func mock(of exchange: Exchange, _ desk: Desk) throws(Refusal) -> MockServer? {
        guard let id = exchange.mock else { return nil }
        guard let mock = try? desk.mocks.find(id).mock else {
            throw .notFound("the mock server that was called is gone")
        }
        return mock
    }

    /// The decoder for compressed content is the matcher's own.
    private static func explain(_ call: Call) throws -> Answer {
        let limit = try call.int("limit", in: 1...Explanation.lineLimit) ?? 3
        let exchange = try HistoryRoutes.exchange(call)
        // A body that is very long, or gone, decides by nothing that could be shown.
        var body = ByteBuffer()
        if let reader = try? call.desk.history.bodies.reader(of: exchange.request.body),
            reader.byteCount <= Route.BodyLimit.documents
        {
            body = (try? reader.piece(at: 0, count: reader.byteCount)) ?? body
        }
        let mock = try mock(of: exchange, call.desk)
        let head = exchange.request.head
        return Answer(
            try call.desk.matching.explain(head, body, mock, from: exchange.upstream, limit: limit, call.desk))
    }
}
