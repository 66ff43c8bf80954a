import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// "From an API call": one request to an API, recorded, and perhaps the beginning of a mock server.
enum OutgoingCallRoutes {
    static let routes: [Route] = [
        Route(
            .post, "/api/v1/calls",
            RouteDocument(
                "Send one request to an API, record it, and make an example or a mock server of the answer",
                takes: .json(
                    Schema.object([
                        ("method?", Schema.text), ("url", Schema.text),
                        ("fields?", Schema.array(Schema.ref("FieldLine"))), ("body?", Schema.text),
                        ("collection?", Schema.text), ("mock?", Schema.text), ("private?", Schema.bool),
                    ])), status: 201,
                gives: Schema.object([
                    ("exchange", Schema.integer), ("status", Schema.integer),
                    ("example", Schema.optional(Schema.text)), ("collection", Schema.optional(Schema.text)),
                    ("mock", Schema.optional(Schema.text)),
                ]), refusing: [403, 404, 409, 502]),
            for: .role(.admin), bodyLimit: Route.BodyLimit.documents, asking: call)
    ]

    private struct Wish: Sendable {
        let upstream: Upstream
        let message: Exchange.Request
        let collection: String?
        /// A mock server's name.
        let mock: String?
        let isPrivate: Bool
        let owner: String

        func mock(_ name: String, of collection: String) -> MockServer {
            var mock = MockServer(
                id: ItemID.make(), name: name, collection: collection, createdAt: .now(), owner: owner)
            mock.isPrivate = isPrivate
            return mock
        }
    }

    private static func call(_ call: Call) async throws -> Answer {
        let wish = try await call.desk.threads.run { try Self.wish(call) }
        let exchange = try await send(wish.message, to: wish.upstream, call)
        return try await call.desk.threads.run { try keep(exchange, wish, call) }
    }

    /// One request to an API.
    static func send(_ message: Exchange.Request, to upstream: Upstream, _ call: Call) async throws -> Exchange {
        let server = try call.desk.server()
        return try await call.desk.outgoing.run { try await server.call(message, to: upstream) }
    }

    /// An API that did not answer, in the API's words.
    static func failed(_ failure: UpstreamFailure, exchange: Int64?) -> Refusal {
        let number = exchange.map { "; it is exchange \($0) of the history" } ?? "; nothing was saved"
        return Refusal(
            .badGateway, "upstreamError", "\(failure.detail) (\(failure.kind.rawValue))\(number)",
            details: exchange.map { ["exchange": .integer($0)] })
    }

    // MARK: Steps

    /// Whatever can be said before anything is sent.
    private static func wish(_ call: Call) throws -> Wish {
        let fields = MemberReader(try call.object(), path: "$")
        guard let url = try fields.text("url") else { throw Refusal.missing(["url"]) }
        let lines = try MockMakingRoutes.lines(fields, "fields")
        let body = try fields.text("body") ?? ""
        let method = try fields.text("method") ?? (body.isEmpty ? "GET" : "POST")
        let request = CurlRequestValue(
            method: method, url: url.contains("://") ? url : "http://\(url)",
            fields: lines.map { ($0.nameText, $0.valueText) },
            body: body.isEmpty ? .none : .bytes(ByteBuffer(string: body)))
        let version = "understudy"
        let (upstream, message) = try CallKeeper.message(request, agent: version)
        let name = try fields.text("mock")
        let isPrivate = try fields.bool("private") ?? false
        if let name { try CollectionRoutes.check(name: name, "mock") }
        let collection = try fields.text("collection") ?? name
        if let collection { try CollectionRoutes.check(name: collection, "collection") }
        let entry = try collection.flatMap { try existing($0, call) }
        let wish = Wish(
            upstream: upstream, message: message, collection: collection, mock: name, isPrivate: isPrivate,
            owner: call.caller.owner)
        if let name {
            let mock = wish.mock(name, of: entry?.id ?? "")
            try call.desk.mocks.checkNew(mock, hasCollection: entry != nil)
        }
        return wish
    }

    /// - Throws: `ItemError` where the reference could be of several.
    private static func existing(_ collection: String, _ call: Call) throws(ItemError) -> CollectionCatalog.Entry? {
        do throws(ItemError) {
            return try call.desk.collections.find(collection)
        } catch .unknown {
            return nil
        }
    }

    private static func keep(_ exchange: Exchange, _ wish: Wish, _ call: Call) throws -> Answer {
        let keeper = call.desk.keeper
        let kept = try keeper.record([exchange])[0]
        if let failure = exchange.failure { throw failed(failure, exchange: kept.id) }
        var answer = JSONObject([
            ("exchange", .integer(kept.id)), ("status", .integer(kept.response?.head.status ?? 0)),
            ("example", .null), ("collection", .null), ("mock", .null),
        ])
        if let collection = wish.collection {
            let saved = try keeper.save(kept, in: collection)
            answer["example"] = .string(saved.example)
            answer["collection"] = .string(saved.collection.id)
            if let name = wish.mock {
                answer["mock"] = .string(try make(wish.mock(name, of: saved.collection.id), saved, call).id)
            }
        }
        return Answer(.object(answer), status: .created)
    }

    private static func make(_ mock: MockServer, _ saved: CallKeeper.Saved, _ call: Call) throws -> MockServer {
        do {
            return try call.desk.mocks.create(mock).mock
        } catch {
            // What was made for it alone goes with it: somebody was quicker while the API was asked.
            if saved.isCollectionNew { try? call.desk.collections.delete(saved.collection) }
            throw error
        }
    }
}
