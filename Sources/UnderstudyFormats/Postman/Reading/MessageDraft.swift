import NIOCore
import UnderstudyCore

/// Field lines whose octets are in an arena.
struct FieldsDraft {
    /// `name: value` CRLF, line by line.
    var range = 0..<0
    /// Relative to the range.
    var lines: [Fields.Line] = []
    /// Whether one of them is a Content-Type.
    var hasContentType = false

    func fields(in bytes: ByteBuffer) -> Fields {
        lines.isEmpty ? Fields() : Fields(buffer: bytes.part(range), lines: lines)
    }
}

/// A body whose octets may be in an arena.
enum BodyDraft {
    case part(Range<Int>)
    case whole(Body)

    func body(in bytes: ByteBuffer) -> Body {
        switch self {
        case .part(let range): range.isEmpty ? Body() : Body(bytes.part(range))
        case .whole(let body): body
        }
    }
}

/// A request whose octets are in an arena.
struct RequestDraft {
    var method: String
    var target: Range<Int>
    var fields: FieldsDraft
    var body: BodyDraft
    var trailers: FieldsDraft
    /// What the body's mode says, where no field does.
    var impliedContentType: String?
    /// Takes the place of the field's value: with the boundary that a form was rendered with.
    var contentType: String?

    func request(in bytes: ByteBuffer) -> Exchange.Request {
        var fields = fields.fields(in: bytes)
        if let contentType { fields.replace("Content-Type", with: contentType) }
        return Exchange.Request(
            head: RequestHead(method: method, target: bytes.part(target), fields: fields), body: body.body(in: bytes),
            trailers: trailers.fields(in: bytes))
    }
}

/// A response whose octets are in an arena.
struct ResponseDraft {
    struct Head {
        var status: Int
        var reason: Range<Int>
        var fields: FieldsDraft

        func head(in bytes: ByteBuffer) -> ResponseHead {
            let reason = reason.isEmpty ? ByteBuffer() : bytes.part(reason)
            return ResponseHead(status: status, reason: reason, fields: fields.fields(in: bytes))
        }
    }

    var interim: [Head]
    var head: Head
    var body: BodyDraft
    var trailers: FieldsDraft
    var pace = Pace()

    func response(in bytes: ByteBuffer) -> Exchange.Response {
        Exchange.Response(
            interim: interim.map { $0.head(in: bytes) }, head: head.head(in: bytes), body: body.body(in: bytes),
            trailers: trailers.fields(in: bytes), pace: pace)
    }
}

extension ByteBuffer {
    fileprivate func part(_ range: Range<Int>) -> ByteBuffer {
        getSlice(at: range.lowerBound, length: range.count) ?? ByteBuffer()
    }
}
