import GRDB

/// Why the history cannot be opened, read or written.
public enum HistoryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// SQLite's own words, or the system's.
    case cannotOpen(path: String, reason: String)
    /// Not a database, cut short or malformed; and opened for reading, which sets nothing aside.
    case corrupt(path: String, reason: String)
    /// Written by a later Understudy.
    case newerSchema(path: String)
    /// Reading does not create one.
    case missing(path: String)
    /// A row that does not hold what we write.
    case damagedRow(id: Int64)
    case failed(reason: String)

    /// One line for a person.
    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "cannot open \(path): \(reason)"
        case .corrupt(let path, let reason): "\(path) is not a sound database: \(reason)"
        case .newerSchema(let path): "\(path) was written by a newer Understudy; update this one"
        case .missing(let path): "there is no history at \(path)"
        case .damagedRow(let id): "exchange \(id) cannot be read from the history"
        case .failed(let reason): "the history failed: \(reason)"
        }
    }

    init(_ error: any Error) {
        self = (error as? HistoryError) ?? .failed(reason: Self.reason(of: error))
    }

    /// SQLite's sentence without the statement, which may hold recorded values.
    static func reason(of error: any Error) -> String {
        guard let error = error as? DatabaseError else { return "\(error)" }
        return "\(error.message ?? "SQLite error") (\(error.extendedResultCode.rawValue))"
    }
}
