import NIOCore
import UnderstudyCoding
import UnderstudyCore

/// What a GET of an example yields for one client: its fields and its content, in a coding the client takes. Conditions
/// and ranges are about this. <https://www.rfc-editor.org/rfc/rfc9110#section-3.2>
struct SelectedRepresentation {
    /// Without those of the connection.
    var fields: Fields
    var content: Body.Content

    init(of response: Exchange.Response) {
        fields = response.head.fields
        fields.removeHopByHop()
        content = response.body.content
    }

    var byteCount: Int {
        switch content {
        case .memory(let bytes): bytes.readableBytes
        case .stored(_, let byteCount): byteCount
        }
    }

    /// Octets `range` of the content, which lie within it.
    func part(_ range: Range<Int>) -> DerivedAnswer.Part {
        switch content {
        case .memory(let bytes):
            .bytes(bytes.getSlice(at: bytes.readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer())
        case .stored(let digest, _): .file(digest, range)
        }
    }

    // MARK: Coding

    /// Whether the client may not take the content as it was recorded; if it may, false without allocating, where there
    /// is one coding or none.
    static func needsRecoding(_ fields: Fields, for accept: AcceptEncoding) -> Bool {
        var lineCount = 0
        var isAcceptable = false
        fields.forEachLine { name, value in
            guard name.equalsIgnoringCase("content-encoding") else { return }
            lineCount += 1
            let coding = ContentCoding(value)
            isAcceptable = lineCount == 1 && coding != .identity && coding.map(accept.accepts) ?? false
        }
        return lineCount == 0 ? !accept.accepts(.identity) : !isAcceptable
    }

    /// Recodes the content when `accept` asks for it, and tells whether it did. Content in a file stays as it is, for
    /// it cannot be read here; so does what is in an unknown coding, damaged, or larger than
    /// `DerivedAnswer.decodedLimit` without its coding.
    mutating func recode(for accept: AcceptEncoding) -> Bool {
        guard case .memory(let bytes) = content, bytes.readableBytes > 0,
            let stored = try? ContentCoding.list(fields.all("content-encoding").map(\.value)),
            let coding = accept.alternative(to: stored),
            let plain = try? ContentCoding.decode(bytes, codings: stored, limit: DerivedAnswer.decodedLimit),
            let recoded = try? ContentCoding.encode(plain, as: coding)
        else { return false }
        content = .memory(recoded)
        if coding == .identity {
            fields.remove("content-encoding")
        } else {
            fields.set("Content-Encoding", to: coding.rawValue)
        }
        weakenTag()
        // They are of the bytes as they were recorded; the last two take the coding to be part of what they digest.
        fields.removeAll(named: ["content-md5", "content-digest", "repr-digest", "digest"])
        if !fields.list("vary", contains: "accept-encoding"), !fields.list("vary", contains: "*") {
            fields.append("Vary", "Accept-Encoding")
        }
        return true
    }

    /// A strong tag names exact bytes, and these are others (RFC 9110 §8.8.3.3). A tag that
    /// is none by the grammar cannot be made weak and is taken off.
    private mutating func weakenTag() {
        guard let field = fields.first("etag"), let tag = EntityTag(field.value), !tag.isWeak else { return }
        if tag.isQuoted, field.value.allSatisfy({ $0 < 0x80 }) {
            fields.set("ETag", to: "W/" + field.valueText)
        } else {
            fields.remove("etag")
        }
    }
}
