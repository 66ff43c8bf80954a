import NIOCore
import NIOHTTP1
import UnderstudyCore

@testable import UnderstudyServer

/// The bytes of one client connection.
///
/// However they are cut, they give the same parts; and SwiftNIO, when it reads the same bytes, finds the same messages in
/// them. We may refuse what it takes, never the other way round, but for a few things that do not say where a message
/// ends: see `mayDiffer`.
enum RequestTarget {
    @Sendable static func run(_ bytes: UnsafeRawBufferPointer) {
        let ways = Cuts.ways(bytes)
        let whole = OurReading(bytes, ways[0])
        for pieces in ways.dropFirst() {
            let other = OurReading(bytes, pieces)
            // Which refusal it is may depend on how much has come.
            require(
                other.messages == whole.messages && (other.refusal == nil) == (whole.refusal == nil),
                "cut at \(pieces.map(\.upperBound)): \(other), whole: \(whole)")
        }
        // llhttp takes `chunked` with a space behind it for chunked, and with a tab for another coding, which it refuses. Both
        // are optional whitespace (RFC 9110 §5.5), and what goes upstream is framed anew.
        guard !bytes.split(separator: 0x0A).contains(where: { $0.suffix(2).elementsEqual([0x09, 0x0D]) }) else {
            return
        }
        compare(whole, NIOReading(requests: ByteBuffer(bytes: bytes)), hasExtension: hasExtension(bytes))
    }

    private static func compare(_ ours: OurReading, _ nio: NIOReading, hasExtension: Bool) {
        for (index, message) in ours.messages.enumerated() {
            let isLast = index == ours.messages.count - 1
            guard index < nio.messages.count else {
                let before = index == 0 ? nil : ours.messages[index - 1]
                let mayDiffer = mayDiffer(nio.error, message: message) || before.map(endsConnection) ?? false
                return require(mayDiffer, "NIO refuses message \(index) (\(nio.error as Any)): \(ours)")
            }
            let other = nio.messages[index]
            require(message.start == other.start, "\(message) \(other)")
            require(message.version == other.version, "\(message) \(other)")
            require(message.fields == other.fields, "\(message) \(other)")
            // For NIO what follows is a tunnel's; we read its content, and refuse it then.
            if message.start.hasPrefix("CONNECT ") { return }
            if message.isComplete, other.isComplete {
                require(message.body == other.body, "\(message) \(other)")
                require(message.trailers == other.trailers.filter { !isLeftOut($0) }, "\(message) \(other)")
            } else if message.isComplete {
                if isFramingInTrailers(nio.error), message.body == other.body { return }
                if hasExtension, isStrictness(nio.error), message.body.starts(with: other.body) { return }
                return require(mayDiffer(nio.error, message: message), "NIO: \(nio.error as Any), ours \(message)")
            } else {
                require(
                    !other.isComplete || isLast && ours.refusal != nil, "only NIO sees the end: \(message) \(other)")
                if ours.refusal == nil, nio.error == nil { require(message.body == other.body, "\(message) \(other)") }
            }
            if endsConnection(message) { return }
        }
        require(nio.messages.count <= ours.messages.count || ours.refusal != nil, "only NIO sees: \(nio.messages)")
    }

    /// Whether NIO may refuse what we take. It knows a list of methods and is narrow about targets and the syntax of
    /// chunk extensions; none of them decides where a message ends.
    private static func mayDiffer(_ error: (any Error)?, message: Message) -> Bool {
        switch error as? HTTPParserError {
        case .invalidMethod, .invalidURL: true
        // `PRI * HTTP/2.0`, and RTSP's and ICE's own methods, which NIO takes apart by letters.
        case .invalidConstant: true
        default: false
        }
    }

    /// NIO wants chunk extensions to be `name` or `name=value`; we drop whatever visible characters they are.
    private static func isStrictness(_ error: (any Error)?) -> Bool {
        switch error as? HTTPParserError {
        case .strictModeAssertion, .invalidChunkSize: true
        default: false
        }
    }

    private static func hasExtension(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.split(separator: 0x0A).contains { line in
            let rest = line.drop { Octets.hexValue($0) != nil }
            return rest.first == UInt8(ascii: ";") && rest.startIndex > line.startIndex
        }
    }

    /// NIO refuses a length in a trailer section, and a coding, for which it has no name; we leave both out.
    private static func isFramingInTrailers(_ error: (any Error)?) -> Bool {
        switch error as? HTTPParserError {
        case .invalidContentLength, .unexpectedContentLength, .unknown: true
        default: false
        }
    }

    /// Whether NIO reads nothing more after this message: the connection becomes a tunnel or another protocol, or was
    /// asked to close, and then `ConnectionState` reads nothing more either.
    private static func endsConnection(_ message: Message) -> Bool {
        // llhttp obeys a trailer that says so, too.
        let fields = (message.fields + message.trailers).map { $0.lowercased() }
        let options = fields.filter { $0.hasPrefix("connection:") }
        return message.start.hasPrefix("CONNECT ") || message.version == "HTTP/1.0"
            || options.contains { $0.contains("close") || $0.contains("upgrade") }
    }

    private static func isLeftOut(_ trailer: String) -> Bool {
        let name = trailer.prefix { $0 != ":" }.lowercased()
        return ["content-length", "transfer-encoding", "host"].contains(name)
    }
}

/// What our parser makes of bytes that come in these pieces.
struct OurReading: Equatable {
    var messages: [Message] = []
    var refusal: Int?

    init(_ bytes: UnsafeRawBufferPointer, _ pieces: [Range<Int>]) {
        var parser = RequestParser(limits: Limits())
        var input = ByteBuffer()
        for piece in pieces {
            input.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[piece]))
            do throws(WireError) {
                while let part = try parser.next(from: &input) { note(part) }
            } catch {
                refusal = error.status
                return
            }
        }
    }

    private mutating func note(_ part: RequestParser.Part) {
        switch part {
        case .head(let head, _):
            messages.append(
                Message(
                    start: "\(head.method) \(String(buffer: head.target))", version: head.version.rawValue,
                    fields: head.fields.map { fieldText($0.name, $0.value) }))
        case .body(let data):
            require(data.readableBytes > 0, "an empty piece of a body")
            messages[messages.count - 1].body += data.readableBytesView
        case .end(let trailers):
            messages[messages.count - 1].trailers = trailers.map { fieldText($0.name, $0.value) }
            messages[messages.count - 1].isComplete = true
        }
    }
}
