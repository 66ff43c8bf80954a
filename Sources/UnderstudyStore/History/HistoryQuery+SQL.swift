import GRDB
import UnderstudyCore

extension HistoryQuery {
    typealias Condition = (sql: String, arguments: StatementArguments)

    /// The condition for WHERE, with its arguments. No value is ever part of the text.
    func condition(in db: Database) throws -> Condition {
        let listed = try listedCondition(in: db)
        guard let found = try searchCondition(in: db) else { return listed }
        return ("\(listed.sql) AND \(found.sql)", listed.arguments + found.arguments)
    }

    /// All but the search: what a row's first page tells.
    func listedCondition(in db: Database) throws -> Condition {
        var parts: [String] = []
        var arguments = StatementArguments()
        func add(_ sql: String, _ values: [any DatabaseValueConvertible]) {
            parts.append(sql)
            arguments += StatementArguments(values)
        }
        if let since { add("started_at >= ?", [since.microseconds]) }
        if let until { add("started_at < ?", [until.microseconds]) }
        if let method { add("method = ?", [method]) }
        if let host { add("host GLOB ?", [Self.pattern(host.lowercased())]) }
        if let path {
            let prefix = path.contains("*") ? Self.pattern(path) : Self.pattern(path) + "*"
            add("path GLOB ?", [prefix])
        }
        switch status {
        case .range(let range): add("status BETWEEN ? AND ?", [range.lowerBound, range.upperBound])
        case .failed: parts.append("status IS NULL")
        case nil: break
        }
        if let result { add("result = ?", [result.rawValue]) }
        if let run { add("run = ?", [run]) }
        if let session {
            let column = try HistorySchema.session(in: db)
            if session.isEmpty { parts.append("\(column) IS NULL") } else { add("\(column) = ?", [session]) }
        }
        if let before { add("id < ?", [before]) }
        if let after { add("id > ?", [after]) }
        switch mock {
        case .id(let id): if try HistorySchema.knowsMocks(db) { add("mock = ?", [id]) } else { parts.append("0") }
        case .some(.none): if try HistorySchema.knowsMocks(db) { parts.append("mock IS NULL") }
        case nil: break
        }
        return (parts.isEmpty ? "1" : parts.joined(separator: " AND "), arguments)
    }

    /// Whether the text is in the row's content; `nil` when none is looked for.
    func searchCondition(in db: Database) throws -> Condition? {
        guard let search, !search.isEmpty else { return nil }
        var columns = [
            "upstream", "request_head", "request_trailers", "request_body", "response_head", "response_trailers",
            "response_body",
        ]
        if try SharedBodies.areKnown(to: db) {
            columns += [SharedBodies.bytes("request"), SharedBodies.bytes("response")]
        }
        return (
            "(" + columns.map { "understudy_contains(\($0), ?)" }.joined(separator: " OR ") + ")",
            StatementArguments(columns.map { _ in search })
        )
    }

    /// A GLOB pattern in which only `*` is special. Source: <https://www.sqlite.org/lang_expr.html#glob>
    private static func pattern(_ text: String) -> String {
        text.replacing("[", with: "[[]").replacing("?", with: "[?]")
    }
}
