import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Exchanges leave the history.
enum HistoryRemovalRoutes {
    /// Whose numbers one request has in memory.
    static let limit = 1_000_000

    static let routes: [Route] = [
        Route(
            .delete, "/api/v1/history/{number}",
            RouteDocument("Remove an exchange", gives: Schema.wrapped("removed", Schema.integer)), removeOne),
        Route(
            .post, "/api/v1/history/remove",
            RouteDocument(
                "Remove exchanges: those of these numbers, or all that the conditions find. Without any condition `all` says that all are meant. What is not an example yet and becomes one stays.",
                [.progress],
                takes: .json(
                    Schema.object(
                        HistorySelection.input + [
                            ("all?", Schema.bool), ("before?", Schema.integer),
                            ("except?", Schema.array(Schema.integer)),
                        ])),
                gives: Schema.wrapped("removed", Schema.integer)), isSlow: true, remove),
    ]

    private static func removeOne(_ call: Call) throws -> Answer {
        let removal = try call.desk.history.remove([try HistoryRoutes.number(call)])
        guard removal.exchanges > 0 else { throw Refusal.notFound("there is no exchange of that number") }
        return Answer(["removed": .integer(removal.exchanges)])
    }

    private static func remove(_ call: Call) throws -> Answer {
        let numbers = try numbers(call)
        let removal = try call.desk.history.remove(numbers) { call.progress.tell($0, of: numbers.count, "removing") }
        return Answer(["removed": .integer(removal.exchanges)])
    }

    private static func numbers(_ call: Call) throws -> [Int64] {
        let object = try call.object()
        if let numbers = object["exchanges"] { return try HistorySelection.numbers(numbers) }
        let fields = MemberReader(object, path: "$")
        var query = try HistorySelection.query(fields, call)
        // What finds everything is no condition: a program's empty variable must not cost the history.
        for name in ["search", "host", "path", "method"] where object[name]?.text?.isEmpty ?? false {
            throw Refusal.parameter(name, "it is empty")
        }
        guard try fields.bool("all") ?? false || query != HistoryQuery() else {
            throw Refusal.badRequest("nothing says which: name `exchanges` or conditions, or say `\"all\": true`")
        }
        query.before = try fields.int("before", in: 1...Int.max).map { Int64($0) }
        guard let numbers = try call.desk.history.removable(query, limit: limit) else {
            throw Refusal.badRequest("these are more than \(limit) exchanges: say fewer")
        }
        guard fields.has("except") else { return numbers }
        let kept = Set(try HistorySelection.numbers(object["except"], "except"))
        return numbers.filter { !kept.contains($0) }
    }
}
