public import NIOCore

/// What a request or an example brings as its body, read at most once however many comparisons ask.
///
/// Belongs to the event loop that made it; content codings are undone before.
public final class RequestContent {
    /// `nil` when it is too large to be held: then it is compared by length and digest only.
    public let bytes: ByteBuffer?
    public let byteCount: Int
    public let mediaType: MediaType?
    private let givenDigest: Digest?

    public init(bytes: ByteBuffer?, byteCount: Int, digest: Digest? = nil, mediaType: MediaType?) {
        self.bytes = bytes
        self.byteCount = byteCount
        self.mediaType = mediaType
        givenDigest = digest
    }

    /// A whole body in memory.
    public convenience init(_ bytes: ByteBuffer, mediaType: MediaType?) {
        self.init(bytes: bytes, byteCount: bytes.readableBytes, mediaType: mediaType)
    }

    public var isEmpty: Bool { byteCount == 0 }

    private(set) lazy var parsed: ParsedBody = {
        guard let bytes else { return .binary(byteCount: byteCount, givenDigest) }
        return ParsedBody(bytes, mediaType: mediaType)
    }()

    /// Trimmed, with LF; `nil` when it is not UTF-8 or not held.
    private(set) lazy var text: [UInt8]? = {
        if case .text(let text) = parsed { return text }
        return bytes.flatMap { ParsedBody.text(of: $0) }
    }()

    /// As data, whatever else it is; `nil` when it is not JSON.
    var json: JSONValue? { parsed.json }

    /// The values of a form's or a multipart form's field.
    func formValues(_ name: String) -> [[UInt8]] {
        switch parsed {
        case .form(let fields), .multipart(let fields):
            fields.filter { $0.name.elementsEqual(name.utf8) }.map(\.bytes)
        default: []
        }
    }
}

extension Condition {
    /// Whether a condition on the body holds; `nil` for places outside of it. A path that chooses several values holds
    /// when one of them matches.
    public func holds(for content: RequestContent) -> Bool? {
        switch place {
        case .header, .query: return nil
        case .form(let name): return holds(forValues: content.formValues(name))
        case .json(let selector):
            let values = content.json.map { selector.values(in: $0) } ?? []
            let isMatch = values.isEmpty ? pattern.isAbsent : values.contains { pattern.matches(json: $0) }
            return isMatch != isNegated
        }
    }
}
