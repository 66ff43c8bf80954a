import NIOCore

/// A saved body that takes more than one request: it holds placeholders, or its JSON is a subset.
///
/// In JSON a string that is a placeholder stands for a value of that type: `"{{number}}"` for a number, `"{{any}}"` for
/// anything, null too; `"{{absent}}"` says that the member is not there. Outside of quotes they mean the same, so
/// `{"n": {{number}}}` can be written as Postman users do. A body that is nothing but `{{any}}` takes every body, and
/// `{{absent}}` none.
public struct BodyPattern: Sendable {
    private let example: ParsedBody
    private let comparison: BodyComparison
    /// The body's only content.
    private let whole: ValuePattern?

    /// Whether a saved body holds placeholders; if not, its `CanonicalBody` says all. One pass over the bytes.
    public static func isNeeded(for content: RequestContent) -> Bool {
        guard let bytes = content.bytes else { return false }
        let (brace, percent) = (UInt8(ascii: "{"), UInt8(ascii: "%"))
        let isForm = content.mediaType?.isForm == true
        let mayHold = bytes.withUnsafeReadableBytes { bytes in
            var last: UInt8 = 0
            for byte in bytes {
                if byte == brace, last == brace { return true }
                if isForm, byte == percent { return true }
                last = byte
            }
            return false
        }
        guard mayHold else { return false }
        let text = Array(bytes.readableBytesView)
        return PlaceholderText.isFound(in: isForm ? PercentCoding.decoded(text, plusIsBlank: true) : text)
    }

    /// - Parameters:
    ///   - ignoring: only `form:` and `json:` rules matter here.
    ///   - loosely: whether redacted values compare equal to one another.
    ///   - subset: whether JSON objects of the request may have more members. Arrays may not be longer.
    /// - Throws: the first placeholder that is refused.
    public init(
        _ content: RequestContent, ignoring: [IgnoreRule] = [], loosely: Bool = false, subset: Bool = false
    ) throws(ValuePattern.Fault) {
        let text = content.text.map { String(decoding: $0, as: UTF8.self) }
        whole = text == "{{any}}" ? .any : text == "{{absent}}" ? .absent : nil
        if let bytes = content.bytes, content.mediaType?.isJSON ?? true, let quoted = Self.quotingPlaceholders(bytes),
            case let parsed = ParsedBody(quoted, mediaType: content.mediaType), parsed.json != nil
        {
            example = parsed
        } else {
            example = content.parsed
        }
        comparison = BodyComparison(
            scope: BodyScope(ignoring: ignoring, loosely: loosely), isSubset: subset,
            patterns: try PatternTable(example))
    }

    /// The first difference, `nil` when the request's body matches.
    public func difference(from request: RequestContent) -> BodyDifference? {
        guard let whole else { return comparison.difference(example, request) }
        let isThere = if case .empty = request.parsed { false } else { true }
        guard whole.isAbsent == isThere else { return nil }
        return BodyDifference(
            place: "body", expected: whole.isAbsent ? BodyDifference.nothing : whole.description,
            actual: request.parsed.kindName)
    }

    /// The JSON text with placeholders that stand outside of strings put into quotes; `nil` when there are none.
    private static func quotingPlaceholders(_ buffer: ByteBuffer) -> ByteBuffer? {
        let bytes = Array(buffer.readableBytesView)
        var out = ByteBuffer()
        var copied = 0
        var isInString = false
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "\\") where isInString: index += 1
            case UInt8(ascii: "{") where !isInString && index + 1 < bytes.count && bytes[index + 1] == bytes[index]:
                // Nothing but a placeholder begins so: an object does not follow an opening brace.
                switch PlaceholderText.token(in: bytes, at: index) {
                case .placeholder(let greedyEnd):
                    let end = PlaceholderText.balancedEnd(in: bytes, at: index) ?? greedyEnd
                    out.writeBytes(bytes[copied..<index])
                    out.writeString(JSONWriter.quoted(String(decoding: bytes[index..<end], as: UTF8.self)))
                    (copied, index) = (end, end - 1)
                case .endless: return nil
                case .none: break
                }
            default: break
            }
            index += 1
        }
        guard copied > 0 else { return nil }
        out.writeBytes(bytes[copied...])
        return out
    }
}
