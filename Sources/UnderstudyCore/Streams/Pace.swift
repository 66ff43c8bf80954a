/// When the pieces of a streamed response's content came: server-sent events, chunks, anything without a length.
///
/// Pieces are what libcurl delivered at one instant, so they are neither the chunks on the wire nor the events in them:
/// what arrives together is one piece, a large chunk may be several.
public struct Pace: Sendable, Hashable {
    public struct Piece: Sendable, Hashable {
        /// Milliseconds since the response's head.
        public var at: Int
        public var byteCount: Int

        public init(at: Int, byteCount: Int) {
            self.at = at
            self.byteCount = byteCount
        }
    }

    /// Pieces kept; what comes later counts with the last.
    public static let limit = 10_000
    /// A response whose content came faster has no pace worth keeping.
    public static let shortest = 10

    /// In order. Empty for nearly all responses.
    public private(set) var pieces: [Piece] = []

    public init() {}

    public var isEmpty: Bool { pieces.isEmpty }
    /// From the head to the last piece, in milliseconds.
    public var duration: Int { pieces.last?.at ?? 0 }

    public mutating func add(_ byteCount: Int, at milliseconds: Int) {
        guard byteCount > 0 else { return }
        if let last = pieces.last, last.at >= milliseconds || pieces.count >= Self.limit {
            pieces[pieces.count - 1].byteCount += byteCount
        } else {
            pieces.append(Piece(at: max(0, milliseconds), byteCount: byteCount))
        }
    }

    /// Nothing when all came at once.
    public var worthKeeping: Pace { duration >= Self.shortest ? self : Pace() }

    // MARK: Text

    /// `0:120 350:87`, for the history.
    public var text: String { pieces.map { "\($0.at):\($0.byteCount)" }.joined(separator: " ") }

    /// Nothing for a text that is none.
    public init(text: String) {
        for pair in text.split(separator: " ") {
            let numbers = pair.split(separator: ":").map { Int($0) ?? -1 }
            guard numbers.count == 2, numbers[0] >= 0, numbers[1] >= 0 else {
                pieces = []
                return
            }
            add(numbers[1], at: numbers[0])
        }
    }

    /// `[[0, 120], [350, 87]]`, for examples.
    public var json: JSONValue { .array(pieces.map { [.integer($0.at), .integer($0.byteCount)] }) }

    /// `nil` for a value that is none.
    public init?(_ json: JSONValue) {
        guard let list = json.elements else { return nil }
        for element in list {
            guard let numbers = element.elements?.map(\.int), numbers.count == 2, let at = numbers[0],
                let byteCount = numbers[1], at >= 0, byteCount >= 0
            else { return nil }
            add(byteCount, at: at)
        }
    }
}
