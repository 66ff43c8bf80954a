import NIOCore

/// A body as what it is for the matcher. What cannot be read as its media type says is text, and what is not text is
/// binary; so is what is not held in memory.
enum ParsedBody: Sendable {
    case empty
    case json(JSONValue)
    case graphQL(GraphQLRequest)
    case form([FormField])
    case multipart([FormField])
    case xml(XMLContent)
    /// Trimmed, with LF for CRLF.
    case text([UInt8])
    /// The digest is `nil` only where nobody knows it; then the length alone is compared.
    case binary(byteCount: Int, Digest?)

    init(_ bytes: ByteBuffer, mediaType: MediaType?) {
        guard bytes.readableBytes > 0 else {
            self = .empty
            return
        }
        if let structured = Self.structured(bytes, mediaType) {
            self = structured
        } else if let text = Self.text(of: bytes) {
            self = text.isEmpty ? .empty : .text(text)
        } else {
            self = .binary(byteCount: bytes.readableBytes, Digest(of: bytes))
        }
    }

    private static func structured(_ bytes: ByteBuffer, _ mediaType: MediaType?) -> ParsedBody? {
        guard let mediaType else {
            let first = bytes.readableBytesView.first { $0 > 0x20 }
            let isLikely = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
            return isLikely ? json(of: bytes) : nil
        }
        if mediaType.isJSON { return json(of: bytes) }
        if mediaType.isForm { return FormField.urlEncoded(bytes).map { $0.isEmpty ? .empty : .form($0) } }
        if mediaType.isMultipart {
            return mediaType.boundary.flatMap { MultipartReader.fields(of: bytes, boundary: $0) }.map { .multipart($0) }
        }
        if mediaType.isXML { return XMLContent(bytes).map { .xml($0) } }
        if mediaType.isGraphQL { return GraphQLRequest(document: bytes).map { .graphQL($0) } }
        return nil
    }

    private static func json(of bytes: ByteBuffer) -> ParsedBody? {
        guard let value = jsonValue(of: bytes) else { return nil }
        return GraphQLRequest(value).map { .graphQL($0) } ?? .json(value)
    }

    /// `nil` for what is not JSON, is nested too deep, or holds half of a surrogate pair, which no text can hold and
    /// two of which must not be taken for equal.
    static func jsonValue(of bytes: ByteBuffer) -> JSONValue? {
        guard !bytes.withUnsafeReadableBytes({ hasLoneSurrogate($0) }) else { return nil }
        return try? JSONValue(parsing: bytes)
    }

    /// Whether an escape stands for half of a surrogate pair. Backslashes occur in strings only, if this is JSON.
    private static func hasLoneSurrogate(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while let backslash = bytes[index...].firstIndex(of: UInt8(ascii: "\\")) {
            index = min(backslash + 2, bytes.count)
            guard let code = escapedCode(bytes, at: backslash), code & 0xF800 == 0xD800 else { continue }
            guard code < 0xDC00, let low = escapedCode(bytes, at: backslash + 6), low & 0xFC00 == 0xDC00 else {
                return true
            }
            index = backslash + 12
        }
        return false
    }

    /// The value of `\u` and four hexadecimal digits.
    private static func escapedCode(_ bytes: UnsafeRawBufferPointer, at index: Int) -> UInt32? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        var code: UInt32 = 0
        for byte in bytes[(index + 2)..<(index + 6)] {
            guard let digit = byte.hexDigitValue else { return nil }
            code = code << 4 | UInt32(digit)
        }
        return code
    }

    /// Trimmed, with LF for CRLF; `nil` when it is not UTF-8.
    static func text(of bytes: ByteBuffer) -> [UInt8]? {
        guard bytes.withUnsafeReadableBytes({ UTF8Check.firstInvalidOffset(in: $0) }) == nil else { return nil }
        return Array(withLineFeeds(Array(bytes.readableBytesView)[...].trimmingBlanks))
    }

    /// With LF for CRLF.
    static func withLineFeeds(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard text.contains(0x0D) else { return text }
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        for (index, byte) in zip(text.indices, text) {
            if byte == 0x0D, index + 1 < text.endIndex, text[index + 1] == 0x0A { continue }
            out.append(byte)
        }
        return out[...]
    }

    /// The document of a JSON or GraphQL body.
    var json: JSONValue? {
        switch self {
        case .json(let value): value
        case .graphQL(let request): request.json
        default: nil
        }
    }

    /// For messages.
    var kindName: String {
        switch self {
        case .empty: "no body"
        case .json: "JSON"
        case .graphQL: "a GraphQL request"
        case .form: "a form"
        case .multipart: "a multipart form"
        case .xml: "XML"
        case .text: "text"
        case .binary: "binary data"
        }
    }
}
