import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyStore

/// `/mocks/{mockId}/call-logs`: who called a mock server, and what was answered.
enum PostmanCallLogs {
    /// Of one answer, beside the number of calls.
    static let byteLimit = 6_500_000
    /// Calls that are in memory with their bodies at one time.
    static let stepLimit = 10

    static let routes: [Route] = [
        Route(
            .get, "/mocks/{mockId}/call-logs",
            RouteDocument(
                "Calls of a mock server",
                [
                    .int("limit", 1...100, "The most calls answered. Default: 100."),
                    .text("cursor", "`meta.nextCursor` of the page before."),
                    .time("until", "Only before that time."), .time("since", "Only at or after that time."),
                    .int("responseStatusCode", 100...999, "Only answers with this status."),
                    .choice("responseType", ["success", "error"], "Whether an example answered."),
                    .text("requestMethod", "Only this method."),
                    .text("requestPath", "Only this path, which may have its query."),
                    .choice("sort", ["servedAt"], "Needs `direction`."),
                    .choice("direction", ["asc", "desc"], "Needs `sort`."),
                    .text(
                        "include",
                        "A list, separated by commas, of request.headers, request.body, response.headers and response.body."
                    ),
                ],
                gives: Schema.object([
                    ("call-logs", Schema.array(Schema.ref("CallLog"))),
                    ("meta", Schema.object([("nextCursor", Schema.optional(Schema.text))])),
                ]), refusing: [400]), list)
    ]

    private static let parts: Set<String> = ["request.headers", "request.body", "response.headers", "response.body"]

    private static func list(_ call: Call) throws -> Answer {
        let mock = try PostmanMocks.find(call).mock
        var query = try query(call, mock)
        let included = try included(call)
        let limit = query.limit
        var calls: [JSONValue] = []
        var size = 0
        var next: CallLogCursor?
        reading: repeat {
            query.limit = min(stepLimit, limit - calls.count)
            let page = try call.desk.history.callLog(query)
            for logged in page.entries {
                let entry = try json(logged, mock, included, call.desk.history.bodies)
                size += JSONWriter.bytes(entry, style: .compact).readableBytes
                // The first one always: else its log could never be read. A page that is cut short goes on behind its last call.
                if size > byteLimit, !calls.isEmpty { break reading }
                calls.append(entry)
                next = CallLogCursor(behind: logged)
            }
            next = page.nextCursor
            query.cursor = next
        } while next != nil && calls.count < limit
        return Answer([
            "call-logs": .array(calls), "meta": ["nextCursor": next.map { .string("\($0)") } ?? .null],
        ])
    }

    private static func query(_ call: Call, _ mock: MockServer) throws -> CallLogQuery {
        var query = CallLogQuery(mock: mock.id)
        query.limit = try call.int("limit", in: 1...100) ?? 100
        query.since = try call.time("since")
        query.until = try call.time("until")
        query.responseStatusCode = try call.int("responseStatusCode", in: 100...999)
        switch call.text("responseType")?.lowercased() {
        case nil: break
        case "success": query.responseType = .success
        case "error": query.responseType = .error
        default: throw Refusal.parameter("responseType", "it is success or error")
        }
        query.requestMethod = call.text("requestMethod")
        query.requestPath = call.text("requestPath")
        switch (call.text("sort"), call.text("direction")?.lowercased()) {
        case (nil, nil): break
        case ("servedAt", "asc"): query.order = .oldestFirst
        case ("servedAt", "desc"): query.order = .newestFirst
        case (nil, _): throw Refusal.parameter("sort", "direction needs sort=servedAt beside it")
        case ("servedAt", _): throw Refusal.parameter("direction", "sort needs direction=asc or desc beside it")
        default: throw Refusal.parameter("sort", "it is servedAt")
        }
        if let text = call.text("cursor") {
            guard let cursor = CallLogCursor(text) else {
                throw Refusal.parameter("cursor", "it is the nextCursor of an answer")
            }
            query.cursor = cursor
        }
        return query
    }

    private static func included(_ call: Call) throws -> Set<String> {
        let names = (call.text("include") ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
        guard names.allSatisfy({ parts.contains($0) }) else {
            throw Refusal.parameter("include", "it is a list of \(parts.sorted().joined(separator: ", "))")
        }
        return Set(names)
    }

    // MARK: One call

    private static func json(
        _ call: CallLogEntry, _ mock: MockServer, _ included: Set<String>, _ bodies: BodyStore
    ) throws -> JSONValue {
        let exchange = call.exchange
        var request: JSONObject = [
            "method": .string(exchange.request.head.method), "path": .string(exchange.request.head.targetText),
        ]
        if included.contains("request.headers") {
            request["headers"] = .array(
                exchange.request.head.fields.map { ["key": .string($0.nameText), "value": .string($0.valueText)] })
        }
        if included.contains("request.body"), !exchange.request.body.isEmpty {
            request["body"] = ["mode": "raw", "data": .string(text(exchange.request.body, bodies))]
        }
        var response: JSONObject = [
            "type": .string(call.responseType.rawValue),
            "statusCode": exchange.response.map { .integer($0.head.status) } ?? .null,
        ]
        if let answer = exchange.response {
            if included.contains("response.headers") {
                response["headers"] = .array(
                    answer.head.fields.map {
                        [
                            "description": ["content": "", "type": "text/plain"], "key": .string($0.nameText),
                            "value": .string($0.valueText),
                        ]
                    })
            }
            if included.contains("response.body"), !answer.body.isEmpty {
                response["body"] = ["data": .string(text(answer.body, bodies))]
            }
        }
        return [
            "id": .string("\(mock.id)-\(call.id)"), "responseName": .string(call.responseName),
            "servedAt": .string(call.servedAt.isoText), "request": .object(request), "response": .object(response),
        ]
    }

    /// What was kept of it; octets that are no text are replaced, as JSON has no others.
    private static func text(_ body: Body, _ bodies: BodyStore) -> String {
        let bytes = body.bytesInMemory ?? (try? bodies.contents(of: body)) ?? ByteBuffer()
        return String(decoding: bytes.readableBytesView, as: UTF8.self)
    }
}
