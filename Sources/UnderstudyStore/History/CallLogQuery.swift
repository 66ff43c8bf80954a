public import UnderstudyCore

/// Which calls of a mock server's log are wanted. Every condition that is set must hold.
///
/// The log's order is that of the history: calls stand in the order in which they were answered.
public struct CallLogQuery: Sendable, Hashable {
    /// The mock server's id.
    public var mock: String
    /// Answered at or after.
    public var since: Timestamp?
    /// Answered before.
    public var until: Timestamp?
    public var responseStatusCode: Int?
    public var responseType: ResponseType?
    /// Whatever its case.
    public var requestMethod: String?
    /// The path, or path and query when it holds a `?`, whatever its case.
    public var requestPath: String?
    /// By the time at which they were answered.
    public var order = HistoryQuery.Order.newestFirst
    /// 1 to `maximum`.
    public var limit = CallLogQuery.maximum
    /// Where the page before ended: `CallLogPage.nextCursor`.
    public var cursor: CallLogCursor?

    /// Of one page.
    public static let maximum = 100

    /// Whether an example answered.
    public enum ResponseType: String, Sendable, CaseIterable { case success, error }

    public init(mock: String) { self.mock = mock }
}

/// A place in a call log. Opaque: what it is made of may change.
public struct CallLogCursor: Sendable, Hashable, CustomStringConvertible {
    let id: Int64

    init(id: Int64) { self.id = id }

    /// A page that begins behind this call.
    public init(behind entry: CallLogEntry) { id = entry.id }

    /// Behind the call of that number; 0 is before the first.
    public init(behind id: Int64) { self.id = id }

    /// `nil` for a text that is none.
    public init?(_ text: String) {
        guard text.hasPrefix("c"), text.count <= 14, let id = Int64(text.dropFirst(), radix: 36), id > 0 else {
            return nil
        }
        self.id = id
    }

    public var description: String { "c" + String(id, radix: 36) }
}

/// One page of a call log.
public struct CallLogPage: Sendable {
    public var entries: [CallLogEntry]
    /// Asks for the next page; `nil` behind the last.
    public var nextCursor: CallLogCursor?
}

/// A call to a mock server: both messages, and what became of it.
public struct CallLogEntry: Sendable {
    public let exchange: Exchange
    /// The history's number of it.
    public var id: Int64 { exchange.id }
    /// When the answer left.
    public var servedAt: Timestamp {
        Timestamp(microseconds: exchange.startedAt.microseconds + exchange.timings.total)
    }
    public var result: Exchange.Result { exchange.result }
    public var status: Int? { exchange.response?.head.status }
    public var responseType: CallLogQuery.ResponseType { exchange.result == .hit ? .success : .error }
    /// The name of the example that answered, else why none did.
    public var responseName: String { exchange.exampleName ?? exchange.missReason ?? "" }
    /// Of the response's body bytes are missing here: it was long. The example has them.
    public var isResponseCut: Bool { exchange.response?.body.isCut ?? false }
}
