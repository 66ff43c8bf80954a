import NIOCore

/// One name and value of a form, or one part of a multipart form.
struct FormField: Sendable {
    /// Fields in one form; more are compared as text.
    static let limit = 10_000

    var name: [UInt8]
    /// Decoded.
    var bytes: [UInt8]
    /// A multipart form's part: its type without parameters; `nil` where nothing or `text/plain` is said.
    var contentType: String?
    /// A multipart form's part with a file name. The name itself is the client's business.
    var isFile = false
    /// The content as data when its type says JSON.
    var json: JSONValue?

    /// `nil` when there are too many. Empty pieces are passed over; a name alone has an empty value.
    /// Source: <https://url.spec.whatwg.org/#urlencoded-parsing>
    static func urlEncoded(_ bytes: ByteBuffer) -> [FormField]? {
        var fields: [FormField] = []
        let view = bytes.readableBytesView
        var start = view.startIndex
        while start < view.endIndex {
            let end = view[start...].firstIndex(of: UInt8(ascii: "&")) ?? view.endIndex
            let piece = view[start..<end]
            start = end + 1
            guard !piece.isEmpty else { continue }
            guard fields.count < limit else { return nil }
            let equals = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
            fields.append(
                FormField(
                    name: PercentCoding.decoded(piece[..<equals], plusIsBlank: true),
                    bytes: PercentCoding.decoded(piece[equals...].dropFirst(), plusIsBlank: true)))
        }
        return fields
    }
}
