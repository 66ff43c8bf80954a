import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// An exchange of the history that missed becomes an example: with an answer that is given, or that the real API gives once.
enum MissRoutes {
    static let routes: [Route] = [
        Route(
            .post, "/api/v1/history/{number}/learn",
            RouteDocument(
                "Make an example of an exchange that no example answered; `fetch` asks the real API once (admins)",
                takes: .json(
                    Schema.object([
                        ("collection?", Schema.text), ("status?", Schema.int(200...999)),
                        ("fields?", Schema.array(Schema.ref("FieldLine"))), ("body?", Schema.text),
                        ("fetch?", Schema.bool), ("upstream?", Schema.text),
                    ]), isRequired: false), status: 201,
                gives: Schema.object([
                    ("example", Schema.text), ("collection", Schema.text), ("isNew", Schema.bool),
                ]), refusing: [403, 404, 409, 502]), bodyLimit: Route.BodyLimit.documents, asking: learn)
    ]

    private struct Wish: Sendable {
        let missed: Exchange
        let mock: MockServer?
        /// `nil` for a collection that is not there yet.
        let entry: CollectionCatalog.Entry?
        let slug: String
        let home: CollectionHome?
        let fields: Fields
        /// `nil` when an answer is given.
        let fetch: Fetch?
        let status: Int
        let body: ByteBuffer
    }

    private struct Fetch: Sendable {
        /// `nil` for the server's own.
        let address: String?
    }

    private static func learn(_ call: Call) async throws -> Answer {
        let wish = try await call.desk.threads.run { try Self.wish(call) }
        var exchange: Exchange
        if let fetch = wish.fetch {
            var address = fetch.address
            if address == nil { address = try await call.desk.server().status().upstream }
            guard let address else {
                throw Refusal.badRequest(
                    "nobody says where the real API is: the collection's variable baseUrl is empty; give `upstream`")
            }
            let question = try CallLearner.question(
                wish.missed.request, to: address, adding: wish.fields)
            exchange = question.answered(
                try await OutgoingCallRoutes.send(question.request, to: question.upstream, call))
            if let failure = exchange.failure { throw OutgoingCallRoutes.failed(failure, exchange: nil) }
        } else {
            exchange = LearnedCall.exchange(wish.missed, status: wish.status, fields: wish.fields, body: wish.body)
        }
        let answered = exchange
        return try await call.desk.threads.run {
            let learner = call.desk.learner
            let learned = try learner.learn(
                answered, in: wish.slug, home: wish.home, isFetched: wish.fetch != nil)
            let id = try wish.entry?.id ?? call.desk.collections.find(wish.slug).id
            return Answer(
                ["example": .string(learned.example), "collection": .string(id), "isNew": .bool(learned.isNew)],
                status: .created)
        }
    }

    private static func wish(_ call: Call) throws -> Wish {
        let fields = MemberReader(try call.objectOrNothing(), path: "$")
        let isFetched = try fields.bool("fetch") ?? false
        if isFetched { try Doorkeeper.check(call.caller, .admin) }
        if isFetched, fields.has("status") || fields.has("body") {
            throw Refusal.badRequest("`fetch` takes the real API's answer: leave out status and body")
        }
        let missed = try missed(call)
        let mock = missed.mock.flatMap { id in
            call.desk.mocks.all().mocks.first { ItemID.matches(id, $0.mock.id) }?.mock
        }
        let (entry, slug, home) = try collection(try fields.text("collection"), missed, mock, call)
        if let mock, let tag = mock.versionTag, entry?.id == mock.collection {
            throw Refusal.conflict(
                "\(mock.name) serves version \(tag) of its collection, which stays as it is: have it serve CURRENT first"
            )
        }
        var fetch: Fetch?
        if isFetched {
            let said = try entry.flatMap { try call.desk.learner.address(of: $0, for: mock) }
            let seen = missed.upstream.isEmpty ? nil : missed.upstream
            fetch = Fetch(address: try fields.text("upstream") ?? said ?? seen)
        }
        return Wish(
            missed: missed, mock: mock, entry: entry, slug: slug, home: home,
            fields: try MockMakingRoutes.lines(fields, "fields"), fetch: fetch,
            status: try fields.int("status", in: 200...999) ?? 200,
            body: ByteBuffer(string: try fields.text("body") ?? ""))
    }

    private static func missed(_ call: Call) throws -> Exchange {
        guard let number = Int64(call["number"]), number > 0,
            let exchange = try call.desk.history.exchange(id: number)
        else { throw Refusal.notFound("there is no exchange of that number") }
        guard exchange.result == .miss else {
            throw Refusal.conflict("this exchange did not miss: nothing is to be learnt")
        }
        guard !exchange.request.body.isCut else {
            throw Refusal.conflict("this exchange's content was not kept whole, and it cannot be an example")
        }
        return exchange
    }

    /// The collection that is named, else the mock server's, else that of the API's address, else the only one there is.
    private static func collection(
        _ reference: String?, _ missed: Exchange, _ mock: MockServer?, _ call: Call
    ) throws -> (entry: CollectionCatalog.Entry?, slug: String, home: CollectionHome?) {
        func known(_ entry: CollectionCatalog.Entry) -> (CollectionCatalog.Entry?, String, CollectionHome?) {
            (entry, entry.slug, nil)
        }
        if let reference { return known(try call.desk.collections.find(reference)) }
        if let mock { return known(try call.desk.collections.find(id: mock.collection)) }
        if !missed.upstream.isEmpty {
            let home =
                try call.desk.history.run(ofExchange: missed.id)?
                .home(upstream: missed.upstream, session: missed.session)
                ?? CollectionHome(upstream: missed.upstream, session: missed.session, collection: "", baseURL: "")
            let slug = try call.desk.saver.collection(home)
            return (call.desk.collections.all().first { $0.slug == slug }, slug, home)
        }
        let all = call.desk.collections.all()
        guard let only = all.first, all.count == 1 else {
            throw Refusal.badRequest("it is not known which API this was for: say which `collection` it goes into")
        }
        return known(only)
    }
}
