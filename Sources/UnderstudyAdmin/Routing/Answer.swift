import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyStore

/// What a route answers.
struct Answer: Sendable {
    var status: HTTPResponse.Status = .ok
    var type = "application/json"
    var fields = HTTPFields()
    var content: Content

    enum Content: Sendable {
        case bytes(ByteBuffer)
        /// Of a known length, read while it is sent.
        case pieces(BodyPieces)
        /// Events until the client goes.
        case events(EventSeat)
    }

    init(_ value: JSONValue, status: HTTPResponse.Status = .ok, revision: Revision? = nil) {
        content = .bytes(JSONWriter.bytes(value, style: .twoSpaces))
        self.status = status
        if let revision { fields[.eTag] = "\"\(revision)\"" }
    }

    init(bytes: ByteBuffer, type: String) {
        content = .bytes(bytes)
        self.type = type
    }

    init(events: EventSubscription) {
        content = .events(EventSeat(events))
        type = "text/event-stream"
    }

    /// A file to be kept under that name.
    static func download(_ bytes: ByteBuffer, name: String, type: String = "application/json") -> Answer {
        var answer = Answer(bytes: bytes, type: type)
        answer.keep(as: name)
        return answer
    }

    static func download(_ pieces: BodyPieces, name: String) -> Answer {
        var answer = Answer(bytes: ByteBuffer(), type: "application/octet-stream")
        answer.content = .pieces(pieces)
        answer.keep(as: name)
        return answer
    }

    private mutating func keep(as name: String) {
        // Names come from people: what could end the field or the quoted text is left out.
        let safe = name.unicodeScalars.filter { $0.isASCII && $0.value > 0x20 && $0 != "\"" && $0 != "\\" && $0 != "/" }
        fields[.contentDisposition] = "attachment; filename=\"\(String(String.UnicodeScalarView(safe)))\""
    }
}
