import NIOCore
import UnderstudyCore
import UnderstudyStore

/// Exchanges as JSON, under the names that `understudy history --json` has too.
enum HistoryJSON {
    static func entry(_ entry: HistoryEntry) -> JSONValue {
        let state =
            switch entry.exampleState {
            case .none: "none"
            case .pending: "pending"
            case .written: "written"
            }
        return [
            "id": .integer(entry.id), "time": .string(entry.startedAt.isoText), "mode": .string(entry.mode.rawValue),
            "result": .string(entry.result.rawValue), "method": .string(entry.method),
            "upstream": .string(entry.upstream), "host": .string(entry.host), "path": .string(entry.path),
            "query": entry.query.map { .string($0) } ?? .null, "status": entry.status.map { .integer($0) } ?? .null,
            "failure": entry.failure.map { .string($0.rawValue) } ?? .null,
            "requestCut": .bool(entry.flags.contains(.requestCut)),
            "responseCut": .bool(entry.flags.contains(.responseCut) && entry.result != .hit),
            "requestBytes": .integer(entry.requestSize), "responseBytes": .integer(entry.responseSize),
            "firstByteMs": milliseconds(entry.timings.firstByte), "totalMs": milliseconds(entry.timings.total),
            "example": entry.exampleID.map { .string($0) } ?? .null, "exampleState": .string(state),
            "session": entry.session.isEmpty ? .null : .string(entry.session),
            "mock": optional(entry.mock), "exampleName": optional(entry.exampleName), "score": score(entry.score),
            "missReason": optional(entry.missReason), "requestType": optional(entry.requestType),
            "responseType": optional(entry.responseType),
        ]
    }

    static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    static func score(_ score: Double?) -> JSONValue { score.map { .number(Score.text($0)) } ?? .null }

    /// With heads and contents: text as it is, other octets in Base64.
    ///
    /// - Parameters:
    ///   - collection: the slug of its collection, when it is known.
    ///   - limit: the most octets of each body, which has then no content coding any more; `nil` for what is shown of it as recorded.
    static func exchange(
        _ exchange: Exchange, collection: String?, _ bodies: BodyStore, limit: Int?, _ limits: AdminLimits
    ) throws -> JSONValue {
        let timings = exchange.timings
        func body(_ body: Body, _ fields: Fields) throws -> JSONValue {
            let content = RecordedContent(body: body, fields: fields)
            guard let limit else { return content.jsonAsRecorded(bodies, limit: limits.shownBytes) }
            return try content.json(bodies, limit: limit, limits)
        }
        return [
            "id": .integer(exchange.id), "time": .string(exchange.startedAt.isoText),
            "mode": .string(exchange.mode.rawValue), "result": .string(exchange.result.rawValue),
            "upstream": .string(exchange.upstream),
            "session": exchange.session.isEmpty ? .null : .string(exchange.session),
            "example": exchange.exampleID.map { .string($0) } ?? .null, "mock": optional(exchange.mock),
            "exampleName": optional(exchange.exampleName), "score": score(exchange.score),
            "missReason": optional(exchange.missReason), "collection": optional(collection),
            "failure": exchange.failure.map { ["kind": .string($0.kind.rawValue), "detail": .string($0.detail)] }
                ?? .null,
            "timings": [
                "nameLookupMs": milliseconds(timings.nameLookup), "connectMs": milliseconds(timings.connect),
                "tlsMs": milliseconds(timings.tls), "firstByteMs": milliseconds(timings.firstByte),
                "totalMs": milliseconds(timings.total),
            ],
            "request": [
                "method": .string(exchange.request.head.method), "target": .string(exchange.request.head.targetText),
                "version": .string(exchange.request.head.version.rawValue),
                "fields": fields(exchange.request.head.fields), "trailers": fields(exchange.request.trailers),
                "body": try body(exchange.request.body, exchange.request.head.fields),
            ],
            "response": try exchange.response.map { response in
                [
                    "interim": .array(
                        response.interim.map {
                            [
                                "status": .integer($0.status), "reason": .string($0.reasonText),
                                "fields": fields($0.fields),
                            ]
                        }),
                    "status": .integer(response.head.status), "reason": .string(response.head.reasonText),
                    "fields": fields(response.head.fields), "trailers": fields(response.trailers),
                    "body": try body(response.body, response.head.fields),
                ]
            } ?? .null,
        ]
    }

    static func fields(_ fields: Fields) -> JSONValue {
        .array(fields.map { ["name": .string($0.nameText), "value": .string($0.valueText)] })
    }

    /// Microseconds as milliseconds with their fraction.
    static func milliseconds(_ microseconds: Int64) -> JSONValue {
        let fraction = String(microseconds.magnitude % 1000)
        return .number("\(microseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction)
    }
}
