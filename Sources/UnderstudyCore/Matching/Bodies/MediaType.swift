/// A Content-Type, read once: the type without parameters, and the two parameters that matter for comparing.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1>
public struct MediaType: Sendable, Hashable {
    /// `type/subtype` in lower case, without parameters.
    public let essence: String
    /// What separates the parts of a multipart body.
    public let boundary: String?
    /// In lower case.
    public let charset: String?

    /// `nil` for a value that names no type.
    public init?(_ value: some Collection<UInt8>) {
        var parameters = HeaderParameters(value)
        guard let essence = parameters.value, !essence.isEmpty else { return nil }
        self.essence = essence.lowercased()
        var (boundary, charset): (String?, String?)
        while let (name, value) = parameters.next() {
            if name == "boundary", boundary == nil { boundary = value }
            if name == "charset", charset == nil { charset = value.lowercased() }
        }
        (self.boundary, self.charset) = (boundary, charset)
    }

    public init?(_ text: String) { self.init(text.utf8) }

    public var isJSON: Bool {
        essence == "application/json" || essence == "text/json" || essence.hasSuffix("+json")
    }
    public var isForm: Bool { essence == "application/x-www-form-urlencoded" }
    /// A multipart form; other multipart types are not taken apart.
    public var isMultipart: Bool { essence == "multipart/form-data" }
    public var isXML: Bool {
        essence == "application/xml" || essence == "text/xml" || essence.hasSuffix("+xml")
    }
    public var isText: Bool { essence.hasPrefix("text/") }
    public var isGraphQL: Bool { essence == "application/graphql" }
}

/// A field value of the shape `value; name=token; name="quoted"`, taken piece by piece.
struct HeaderParameters {
    /// What stands before the first semicolon.
    private(set) var value: String?
    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Collection<UInt8>) {
        rest = Array(bytes)[...]
        let end = rest.firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
        value = String(decoding: rest[..<end].trimmingBlanks, as: UTF8.self)
        rest = rest[end...]
    }

    /// The next parameter, its name in lower case and its value unquoted.
    mutating func next() -> (name: String, value: String)? {
        while rest.first == UInt8(ascii: ";") {
            rest = rest.dropFirst()
            let nameEnd = rest.firstIndex { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ";") } ?? rest.endIndex
            let name = String(decoding: rest[..<nameEnd].trimmingBlanks, as: UTF8.self).lowercased()
            rest = rest[nameEnd...]
            guard rest.first == UInt8(ascii: "=") else { continue }
            rest = rest.dropFirst().drop { $0 == 0x20 || $0 == 0x09 }
            return (name, String(decoding: parameterValue(), as: UTF8.self))
        }
        return nil
    }

    private mutating func parameterValue() -> [UInt8] {
        var value: [UInt8] = []
        if rest.first == UInt8(ascii: "\"") {
            var index = rest.startIndex + 1
            while index < rest.endIndex, rest[index] != UInt8(ascii: "\"") {
                if rest[index] == UInt8(ascii: "\\"), index + 1 < rest.endIndex { index += 1 }
                value.append(rest[index])
                index += 1
            }
            rest = rest[min(index + 1, rest.endIndex)...]
            rest = rest.drop { $0 != UInt8(ascii: ";") }
        } else {
            let end = rest.firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
            value = Array(rest[..<end].trimmingBlanks)
            rest = rest[end...]
        }
        return value
    }
}
