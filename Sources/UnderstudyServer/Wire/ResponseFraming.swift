import NIOCore
import UnderstudyCore

/// How a response's end is marked for the client. <https://www.rfc-editor.org/rfc/rfc9112#section-6.3>
enum ResponseFraming: Equatable, Sendable {
    /// The head is all there is.
    case none
    case counted(Int)
    case chunked
    /// HTTP/1.0 clients know no chunks: the connection's end is the body's end.
    case untilClose

    /// Of a response relayed from upstream. Changes `fields` only where the client could not read them as they are:
    /// a body that upstream ended by closing is sent in chunks, so that a cut can be told from an end.
    init(relaying fields: inout Fields, status: Int, to request: RequestHead) {
        let head = ResponseHead(status: status, reason: ByteBuffer(), fields: Fields())
        if head.hasNoBody(method: request.method) {
            if request.version == .http10 { fields.remove("transfer-encoding") }
            self = .none
            return
        }
        let isChunked = fields.contains("transfer-encoding")
        if !isChunked, let length = fields.first("content-length").flatMap({ Octets.decimal($0.value) }) {
            self = .counted(length)
        } else if request.version == .http10 {
            fields.remove("transfer-encoding")
            self = .untilClose
        } else {
            if !isChunked { fields.append("Transfer-Encoding", "chunked") }
            self = .chunked
        }
    }

    /// Of an example. The recorded fields stay, but for those of the connection it came on; a length that an edit by
    /// hand has made untrue is corrected in place.
    init(replaying fields: inout Fields, of response: Exchange.Response, to method: String) {
        fields.removeHopByHop()
        if response.head.hasNoBody(method: method) {
            self = .none
        } else if fields.contains("transfer-encoding") {
            fields.remove("content-length")
            self = .chunked
        } else if let field = fields.first("content-length") {
            let length = response.body.byteCount
            if Octets.decimal(field.value) != length { fields.replace("content-length", with: String(length)) }
            self = .counted(length)
        } else {
            fields.append("Transfer-Encoding", "chunked")
            self = .chunked
        }
    }

    /// Writes a whole body that is in memory, with its framing.
    func write(_ body: ByteBuffer, trailers: Fields, into out: inout ByteBuffer) {
        switch self {
        case .none: break
        case .counted, .untilClose: out.writeImmutableBuffer(body)
        case .chunked:
            ChunkedEncoder.write(body, into: &out)
            ChunkedEncoder.writeEnd(trailers: trailers, into: &out)
        }
    }
}

/// Puts the chunked transfer coding on. <https://www.rfc-editor.org/rfc/rfc9112#section-7.1>
enum ChunkedEncoder {
    /// One chunk; nothing for empty data, which would end the body.
    static func write(_ data: ByteBuffer, into out: inout ByteBuffer) {
        guard data.readableBytes > 0 else { return }
        writeSize(data.readableBytes, into: &out)
        out.writeImmutableBuffer(data)
        out.writeStaticString("\r\n")
    }

    static func writeSize(_ size: Int, into out: inout ByteBuffer) {
        out.writeString(String(size, radix: 16))
        out.writeStaticString("\r\n")
    }

    static func writeEnd(trailers: Fields, into out: inout ByteBuffer) {
        out.writeStaticString("0\r\n")
        trailers.write(into: &out)
        out.writeStaticString("\r\n")
    }
}
