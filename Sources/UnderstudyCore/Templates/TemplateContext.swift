public import NIOCore

/// What one answer is rendered from. Its body and its fields share one context, so that the request is taken apart at
/// most once, and only as far as a template asks.
public struct TemplateContext: Sendable {
    /// Longer request bodies are not looked into: `{{$body}}` is all of it, `{{$body 'name'}}` finds nothing.
    public static let parsedBodyLimit = 8 << 20

    /// What the path's wildcards took, by name, decoded.
    public var captures: [String: String]
    public var generator: ValueGenerator

    private let request: RequestHead
    private let body: ByteBuffer?
    private let mediaType: String?

    // Outer `nil`: not looked at yet.
    private var document: ObjectPathReader??
    private var query: NamedValues?
    private var segments: [[UInt8]]?

    /// - Parameters:
    ///   - request: with the target as the matcher sees it; a mock server's own prefix does not count as a segment.
    ///   - body: without its content coding. Empty is the same as none.
    ///   - mediaType: of the body; `nil` takes what the request says.
    public init(
        captures: [String: String] = [:], request: RequestHead, body: ByteBuffer? = nil, mediaType: String? = nil,
        generator: ValueGenerator
    ) {
        self.captures = captures
        self.request = request
        self.body = body?.readableBytes == 0 ? nil : body
        self.mediaType = mediaType ?? request.fields.text("Content-Type")
        self.generator = generator
    }

    /// What a helper puts in its place; `nil` when nothing is found. Its default is not looked at here.
    mutating func value(of helper: TemplateHelper) -> ByteBuffer? {
        switch helper.source {
        case .body: helper.key.map { bodyValue($0) } ?? body
        case .headers: helper.key.map { fieldValue($0) } ?? Self.json(.object(fieldObject))
        case .queryParams:
            helper.key.map { name in parsedQuery().first(name).map { ByteBuffer(bytes: $0) } }
                ?? Self.json(.object(parsedQuery().object))
        case .pathSegments: helper.key.map { segment($0) } ?? Self.json(.array(segmentTexts()))
        }
    }

    private static func json(_ value: JSONValue) -> ByteBuffer { JSONWriter.bytes(value, style: .compact) }

    // MARK: Body

    private mutating func bodyValue(_ key: String) -> ByteBuffer? {
        if document == nil { document = .some(parsedBody()) }
        let path = ObjectPath(key)
        // A form's names are flat and may hold dots.
        let whole = isForm ? document??.document[path.parts.joined(separator: ".")] : nil
        let value = whole ?? document??.value(at: path)
        return value.map { value in
            if case .string(let text) = value { ByteBuffer(string: text) } else { Self.json(value) }
        }
    }

    private func parsedBody() -> ObjectPathReader? {
        guard let body, body.readableBytes <= Self.parsedBodyLimit else { return nil }
        if isForm { return ObjectPathReader(.object(NamedValues(decoding: body.readableBytesView).object)) }
        // Whatever its type: many clients send JSON without saying so.
        return (try? JSONValue(parsing: body)).map { ObjectPathReader($0) }
    }

    private var isForm: Bool {
        let type = (mediaType ?? "").prefix { $0 != ";" && $0 != " " }
        return type.lowercased() == "application/x-www-form-urlencoded"
    }

    // MARK: Head

    /// The values of all lines of that name (RFC 9110 §5.3).
    private func fieldValue(_ name: String) -> ByteBuffer? {
        var out: ByteBuffer?
        request.fields.forEachLine { line, value in
            guard line.count == name.utf8.count,
                line.elementsEqual(name.utf8, by: { $0.asciiLowercased == $1.asciiLowercased })
            else { return }
            if out == nil { out = ByteBuffer() } else { out?.writeStaticString(", ") }
            out?.writeBytes(value)
        }
        return out
    }

    /// All lines, names in small letters because the client's spelling means nothing.
    private var fieldObject: JSONObject {
        var members: [JSONObject.Member] = []
        var positions: [String: Int] = [:]
        var values: [String] = []
        for field in request.fields {
            let name = field.nameText.lowercased()
            if let position = positions[name] {
                values[position] += ", " + field.valueText
            } else {
                positions[name] = members.count
                members.append(JSONObject.Member(name, .null))
                values.append(field.valueText)
            }
        }
        for (position, value) in values.enumerated() { members[position].value = .string(value) }
        return JSONObject(members: members)
    }

    // MARK: Target

    private mutating func parsedQuery() -> NamedValues {
        if let query { return query }
        let target = request.target.readableBytesView.prefix { $0 != UInt8(ascii: "#") }
        let values = NamedValues(decoding: target.drop { $0 != UInt8(ascii: "?") }.dropFirst())
        query = values
        return values
    }

    private mutating func segment(_ key: String) -> ByteBuffer? {
        let segments = parsedSegments()
        guard let index = ObjectPath.index(key), index < segments.count else { return nil }
        return ByteBuffer(bytes: segments[index])
    }

    private mutating func segmentTexts() -> [JSONValue] { parsedSegments().map { .string(TextBytes.text(of: $0)) } }

    /// What stands between slashes, decoded; a slash at the end begins no segment.
    private mutating func parsedSegments() -> [[UInt8]] {
        if let segments { return segments }
        var path = request.target.readableBytesView.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        if path.first != UInt8(ascii: "/") {
            // Absolute-form: behind the authority.
            var slashes = 0
            path = path.drop { byte in
                if byte == UInt8(ascii: "/") { slashes += 1 }
                return slashes < 3
            }
        }
        if path.last == UInt8(ascii: "/") { path = path.dropLast() }
        let parts = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let parsed = path.isEmpty ? [] : parts.map { PercentCoding.decoded($0, plusIsBlank: false) }
        segments = parsed
        return parsed
    }
}
