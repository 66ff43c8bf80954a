import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Exchanges of the history become examples.
enum HistorySavingRoutes {
    /// Of those that an answer names one by one.
    static let namedLimit = 1000

    static let routes: [Route] = [
        Route(
            .post, "/api/v1/history/examples",
            RouteDocument(
                "Make examples of exchanges: of those numbers, or of all that the conditions find", [.progress],
                takes: .json(
                    Schema.object(
                        HistorySelection.input + [
                            ("collection?", Schema.text), ("group?", Schema.array(Schema.choice(["domain", "path"]))),
                        ])),
                gives: Schema.object([
                    (
                        "saved",
                        Schema.array(
                            Schema.object([
                                ("exchange", Schema.integer),
                                ("outcome", Schema.choice(["saved", "known", "unsuitable"])),
                                ("example", Schema.optional(Schema.text)),
                                ("collection", Schema.optional(Schema.text)),
                            ]))
                    ), ("savedCount", Schema.integer), ("knownCount", Schema.integer),
                    ("unsuitableCount", Schema.integer),
                ]), refusing: [404, 409, 413]), isSlow: true, save)
    ]

    private struct One {
        let exchange: Int64
        let outcome: String
        var example: String?
        var collection: String?
    }

    private static func save(_ call: Call) throws -> Answer {
        let object = try call.object()
        let fields = MemberReader(object, path: "$")
        let reference = try fields.text("collection")
        if let reference { try CollectionRoutes.check(name: reference, "collection") }
        let grouping = try grouping(fields)
        let selection = try HistorySelection(object, call)
        let suitable = selection.exchanges.filter(isSuitable)
        guard let first = suitable.first else {
            let number = selection.exchanges.first?.id ?? 0
            throw Refusal.conflict(
                "exchange \(number) is no whole answer of an upstream, and cannot become an example; nothing was saved"
            )
        }
        var outcomes = selection.exchanges.filter { !isSuitable($0) }.map {
            One(exchange: $0.id, outcome: "unsuitable")
        }
        if let reference, !grouping.isEmpty {
            outcomes += try grouped(suitable, reference, grouping, call)
        } else if let reference {
            let origins = Set(suitable.map(\.upstream))
            let (entry, isMade) = try call.desk.collections.findOrCreate(
                reference, origin: origins.count == 1 ? first.upstream : "")
            let home = CollectionHome(
                upstream: first.upstream, session: "", collection: entry.slug, baseURL: first.upstream)
            let saved = try call.desk.saver.save(suitable, in: entry.slug, home: home) {
                call.progress.tell($0, of: suitable.count, "writing")
            }
            if isMade, saved.allSatisfy({ $0.example == nil }) { try? call.desk.collections.delete(entry) }
            outcomes += saved.map { one($0, entry.slug) }
        } else {
            guard grouping.isEmpty else {
                throw Refusal.parameter("group", "it is for a new `collection`: give its name")
            }
            outcomes += try byHome(suitable, call)
        }
        return answer(outcomes)
    }

    private static func isSuitable(_ exchange: Exchange) -> Bool {
        exchange.isReplayable && [.recorded, .passthrough].contains(exchange.result)
    }

    private static func one(_ saved: ExampleSaver.Saved, _ collection: String) -> One {
        One(
            exchange: saved.exchange, outcome: saved.example == nil ? "unsuitable" : saved.isNew ? "saved" : "known",
            example: saved.example, collection: collection)
    }

    /// Into the collection of each exchange's API.
    private static func byHome(_ exchanges: [Exchange], _ call: Call) throws -> [One] {
        let saver = call.desk.saver
        var slugs: [CollectionHome: String] = [:]
        var groups: [(slug: String, home: CollectionHome, exchanges: [Exchange])] = []
        for exchange in exchanges {
            let home =
                try call.desk.history.run(ofExchange: exchange.id)?
                .home(upstream: exchange.upstream, session: exchange.session)
                ?? CollectionHome(upstream: exchange.upstream, session: exchange.session, collection: "", baseURL: "")
            let slug = try slugs[home] ?? saver.collection(home)
            slugs[home] = slug
            if let index = groups.firstIndex(where: { $0.slug == slug }) {
                groups[index].exchanges.append(exchange)
            } else {
                groups.append((slug, home, [exchange]))
            }
        }
        var outcomes: [One] = []
        for group in groups {
            let before = outcomes.count
            let progress = { call.progress.tell(before + $0, of: exchanges.count, "writing") }
            outcomes += try saver.save(group.exchanges, in: group.slug, home: group.home, progress: progress)
                .map { one($0, group.slug) }
        }
        return outcomes
    }

    /// Into a new collection with folders.
    private static func grouped(
        _ exchanges: [Exchange], _ name: String, _ grouping: CollectionMaker.Grouping, _ call: Call
    ) throws -> [One] {
        if let entry = try? call.desk.collections.find(name) {
            throw Refusal.conflict("collection '\(entry.name)' is there already: `group` is for a new one")
        }
        let made = try MockMaker(call.desk.workspace, redaction: call.desk.redaction).collection(
            name, of: exchanges, grouping: grouping
        ) { call.progress.tell($0, of: $1, "writing") }
        let leftOut = Set(made.leftOut)
        return exchanges.map { exchange in
            leftOut.contains(exchange.id)
                ? One(exchange: exchange.id, outcome: "unsuitable")
                : One(exchange: exchange.id, outcome: "saved", collection: made.collection.slug)
        }
    }

    static func grouping(_ fields: MemberReader) throws -> CollectionMaker.Grouping {
        var grouping: CollectionMaker.Grouping = []
        for group in try fields.texts("group") ?? [] {
            switch group {
            case "domain": grouping.insert(.domain)
            case "path": grouping.insert(.path)
            default: throw Refusal.parameter("group", "it is a list of domain and path")
            }
        }
        return grouping
    }

    private static func answer(_ outcomes: [One]) -> Answer {
        func count(_ outcome: String) -> JSONValue { .integer(outcomes.count { $0.outcome == outcome }) }
        let sorted = outcomes.sorted { $0.exchange < $1.exchange }
        return Answer([
            "saved": .array(
                sorted.prefix(namedLimit).map { one in
                    [
                        "exchange": .integer(one.exchange), "outcome": .string(one.outcome),
                        "example": one.example.map { .string($0) } ?? .null,
                        "collection": one.collection.map { .string($0) } ?? .null,
                    ]
                }), "savedCount": count("saved"), "knownCount": count("known"), "unsuitableCount": count("unsuitable"),
        ])
    }
}
