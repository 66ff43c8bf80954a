import GRDB
public import UnderstudyCore

extension History {
    /// A workspace's history for a command that adds to it, made if there is none yet; a server may run beside it.
    ///
    /// - Parameter workspace: opened for editing.
    public static func adding(to workspace: Workspace) throws -> History {
        do { return try History(workspace, opening: .editing) } catch HistoryError.missing {}
        // Whoever makes the file holds the workspace meanwhile. A server that came first has made it.
        guard let owner = try? Workspace(workspace.folder, opening: .serving) else {
            return try History(workspace, opening: .editing)
        }
        defer { owner.close() }
        return try History(workspace, opening: .serving)
    }

    /// Stores one exchange, redacted already, and gives its number.
    ///
    /// - Parameter run: what `beginRun` returned.
    public func add(_ exchange: Exchange, run: Int64) throws(HistoryError) -> Int64 {
        try write { db in
            var insert = ExchangeInsert()
            insert.shared.begin()
            let statement = try ExchangeInsert.statement(in: db)
            let note = ExchangeInsert.Note(run: run, example: nil, occurrence: nil)
            return try insert.run(exchange, note, with: statement, in: db)
        }
    }
}
