public import UnderstudyCore

/// Which exchanges are wanted. Every condition that is set must hold.
public struct HistoryQuery: Sendable, Hashable {
    /// At or after.
    public var since: Timestamp?
    /// Before.
    public var until: Timestamp?
    /// Case-sensitive, as methods are.
    public var method: String?
    /// Without port; case does not matter; `*` stands for anything.
    public var host: String?
    /// The path without query: `/users/*` as a pattern with `*`, anything else as a prefix.
    public var path: String?
    public var status: StatusFilter?
    public var result: Exchange.Result?
    public var run: Int64?
    /// Only of that session; the empty one has none.
    public var session: String?
    /// Text to be found in target, host, field lines or bodies, without regard to ASCII case. Bodies are searched as
    /// recorded: compressed ones and those in files are not looked into.
    public var search: String?
    /// Only exchanges before this one: the last id of a page asks for the next page.
    public var before: Int64?
    /// Only exchanges after this one.
    public var after: Int64?
    /// Only calls of that mock server, or only what was none.
    public var mock: MockFilter?
    public var order = Order.newestFirst
    /// The most entries returned.
    public var limit = 50
    /// How many of those found are passed over first.
    public var offset = 0
    /// With `search`: the most exchanges whose content is looked at. Only `History.page` heeds it.
    public var scan: Int?
    /// With `search`: how long content is looked at, beyond the first exchange. Only `History.page` heeds it.
    public var patience: Duration?

    public enum MockFilter: Sendable, Hashable {
        case id(String)
        case none
    }

    public enum Order: Sendable { case newestFirst, oldestFirst }

    public init() {}
}

/// A condition on a status: `200`, `4xx`, `>=400`, `<300`, `200-299`, or `failed` for no response at all.
public enum StatusFilter: Sendable, Hashable {
    case range(ClosedRange<Int>)
    case failed

    /// `nil` when the text is none of these.
    public init?(_ text: String) {
        func range(_ lower: Int, _ upper: Int) -> StatusFilter? { lower <= upper ? .range(lower...upper) : nil }
        let number = { (text: Substring) -> Int? in
            text.count == 3 && text.allSatisfy(\.isASCII) ? Int(text).flatMap { $0 >= 100 ? $0 : nil } : nil
        }
        let parsed: StatusFilter?
        if text == "failed" {
            parsed = .failed
        } else if let value = number(text[...]) {
            parsed = range(value, value)
        } else if text.count == 3, text.lowercased().hasSuffix("xx"), let digit = text.first?.wholeNumberValue,
            digit > 0
        {
            parsed = range(digit * 100, digit * 100 + 99)
        } else if text.hasPrefix(">="), let value = number(text.dropFirst(2)) {
            parsed = range(value, 999)
        } else if text.hasPrefix("<="), let value = number(text.dropFirst(2)) {
            parsed = range(100, value)
        } else if text.hasPrefix(">"), let value = number(text.dropFirst()) {
            parsed = range(value + 1, 999)
        } else if text.hasPrefix("<"), let value = number(text.dropFirst()) {
            parsed = range(100, value - 1)
        } else if text.count == 7, let lower = number(text.prefix(3)), let upper = number(text.suffix(3)),
            text.dropFirst(3).first == "-"
        {
            parsed = range(lower, upper)
        } else {
            parsed = nil
        }
        guard let parsed else { return nil }
        self = parsed
    }
}
