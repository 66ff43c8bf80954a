import NIOCore
import UnderstudyCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Cuts a connection's bytes into requests. No I/O; bytes in, parts out, one message after the other.
///
/// Stricter than the RFC where the RFC leaves a choice: Content-Length together with Transfer-Encoding, two
/// Content-Lengths (even equal), any transfer coding but `chunked`, bare line feeds and folded lines are refused.
struct RequestParser {
    enum Part {
        case head(RequestHead, BodyFraming)
        case body(ByteBuffer)
        case end(trailers: Fields)
    }

    private enum State {
        static let newHead = State.head(scanned: 0, isLineGood: false)

        /// - Parameters:
        ///   - scanned: bytes in which no end was found.
        ///   - isLineGood: the request line is there and was judged.
        case head(scanned: Int, isLineGood: Bool)
        case counted(remaining: Int)
        case chunked(ChunkedDecoder)
        case end(Fields)
    }

    private let parser: HeadParser
    private var state = State.newHead
    /// In front of the head that is awaited.
    private var emptyLineCount = 0

    init(limits: Limits) { parser = HeadParser(limits: limits) }

    /// Whether the bytes of a head are awaited.
    var isBetweenMessages: Bool { if case .head = state { true } else { false } }

    /// Whether part of a head has been looked at already.
    var hasBegun: Bool { if case .head(scanned: 0, _) = state { emptyLineCount > 0 } else { true } }

    /// The next part, or `nil` when more bytes are needed. Takes what it uses from `input`.
    mutating func next(from input: inout ByteBuffer) throws(WireError) -> Part? {
        switch state {
        case .head(let scanned, let isLineGood):
            return try nextHead(from: &input, scanned: scanned, isLineGood: isLineGood)
        case .counted(let remaining):
            guard let data = input.readSlice(length: min(remaining, input.readableBytes)), data.readableBytes > 0
            else { return nil }
            state =
                data.readableBytes == remaining ? .end(Fields()) : .counted(remaining: remaining - data.readableBytes)
            return .body(data)
        case .chunked(var decoder):
            // Leaves the decoder uniquely held while it changes.
            state = .end(Fields())
            let piece = try decoder.next(from: &input, trailers: parser)
            switch piece {
            case .data(let data):
                state = .chunked(decoder)
                return .body(data)
            case .needsMore:
                state = .chunked(decoder)
                return nil
            case .end(let trailers):
                state = .newHead
                return .end(trailers: trailers)
            }
        case .end(let trailers):
            state = .newHead
            return .end(trailers: trailers)
        }
    }

    private mutating func nextHead(
        from input: inout ByteBuffer, scanned: Int, isLineGood: Bool
    ) throws(WireError) -> Part? {
        if scanned == 0 { skipEmptyLines(&input) }
        guard let length = Self.headLength(input, from: scanned) else {
            let isLineGood = isLineGood ? true : try judgeStart(of: input, from: scanned)
            guard input.readableBytes <= parser.limits.head else { throw .headTooLarge }
            state = .head(scanned: max(0, input.readableBytes - 3), isLineGood: isLineGood)
            return nil
        }
        guard length <= parser.limits.head else {
            if !isLineGood { try parser.checkRequestLine(input) }
            throw .headTooLarge
        }
        emptyLineCount = 0
        let bytes = input.readSlice(length: length) ?? ByteBuffer()
        let head = try parser.parseRequest(bytes)
        let framing = try Self.framing(of: head)
        switch framing {
        case .none, .counted(0): state = .end(Fields())
        case .counted(let length): state = .counted(remaining: length)
        case .chunked: state = .chunked(ChunkedDecoder())
        }
        return .head(head, framing)
    }

    /// A client may send empty lines before a request line (RFC 9112 §2.2); at most two, so that they cannot go on.
    private mutating func skipEmptyLines(_ input: inout ByteBuffer) {
        while emptyLineCount < 2, input.getInteger(at: input.readerIndex, as: UInt16.self) == 0x0D0A {
            input.moveReaderIndex(forwardBy: 2)
            emptyLineCount += 1
        }
    }

    /// Length of the head with its empty line, or `nil` while that has not arrived. Also ends at an empty line
    /// made of bare line feeds, which the parser then refuses: else such a head would wait for its timeout.
    static func headLength(_ input: ByteBuffer, from scanned: Int) -> Int? {
        input.withUnsafeReadableBytes { bytes in
            var index = scanned
            while index < bytes.count {
                // The loop runs once per line: memchr does the walking.
                guard let base = bytes.baseAddress, let hit = memchr(base + index, 0x0A, bytes.count - index) else {
                    return nil
                }
                let feed = UnsafeRawPointer(hit) - base
                if feed >= 1, bytes[feed - 1] == 0x0A { return feed + 1 }
                if feed >= 2, bytes[feed - 1] == 0x0D, bytes[feed - 2] == 0x0A { return feed + 1 }
                if feed == 0 { return 1 }
                index = feed + 1
            }
            return nil
        }
    }

    /// Refuses what can already be told not to be a request of ours: a TLS hello, another protocol's greeting or noise
    /// must not hold the connection until the timeout. Returns whether the request line is there, and good.
    private func judgeStart(of input: ByteBuffer, from scanned: Int) throws(WireError) -> Bool {
        let view = input.readableBytesView
        guard let first = view.first else { return false }
        if view.dropFirst(scanned).contains(0x0A) {
            try parser.checkRequestLine(input)
            return true
        }
        let isLine = Octets.isToken[Int(first)] || first == 0x0D && view.count == 1
        // A carriage return may be the last byte that has come.
        let news = view.dropFirst(scanned)
        guard isLine, news.dropLast().allSatisfy({ Octets.isLine[Int($0)] }),
            news.last.map({ Octets.isLine[Int($0)] || $0 == 0x0D }) ?? true
        else { throw .bad("These bytes are not an HTTP request.") }
        guard view.count > parser.limits.target + Self.methodRoom else { return false }
        throw view.contains(0x20) ? .targetTooLong : .method
    }

    /// What may stand before a target that is just within its limit: the longest method and a space.
    private static let methodRoom = HeadParser.methodLimit + 1

    /// Where the content ends (RFC 9112 §6.3), and the checks of Host and target that make a head one of ours.
    static func framing(of head: RequestHead) throws(WireError) -> BodyFraming {
        var hostCount = 0
        var length: Int?
        var isChunked = false
        var error: WireError?
        head.fields.forEachLine { name, value in
            switch name.count {
            case 4 where name.equalsIgnoringCase("host"):
                hostCount += 1
                if !value.allSatisfy({ Octets.isAuthority[Int($0)] }) { error = .bad("Host is not a host and port.") }
            case 14 where name.equalsIgnoringCase("content-length"):
                if length != nil { error = .bad("There is more than one Content-Length.") }
                length = Octets.decimal(value)
                if length == nil { error = .bad("Content-Length is not a number.") }
            case 17 where name.equalsIgnoringCase("transfer-encoding"):
                if isChunked || !value.equalsIgnoringCase("chunked") {
                    error = .bad("The only transfer coding taken is chunked, once.")
                }
                isChunked = true
            default: break
            }
        }
        if let error { throw error }
        guard hostCount == 1 || (hostCount == 0 && head.version == .http10) else {
            throw .bad("A request needs exactly one Host.")
        }
        try checkTarget(head)
        guard isChunked else { return length.map(BodyFraming.counted) ?? .none }
        guard length == nil else { throw .bad("Content-Length and Transfer-Encoding stand together.") }
        guard head.version == .http11 else { throw .bad("HTTP/1.0 knows no Transfer-Encoding.") }
        return .chunked
    }

    private static func checkTarget(_ head: RequestHead) throws(WireError) {
        let target = head.target.readableBytesView
        guard let first = target.first else { throw .bad("The request target is empty.") }
        if head.method == "CONNECT" { return }
        if first == UInt8(ascii: "/") { return }
        if head.method == "OPTIONS", target.elementsEqual("*".utf8) { return }
        let scheme = String(decoding: target.prefix(8), as: UTF8.self).lowercased()
        guard scheme.hasPrefix("http://") || scheme.hasPrefix("https://") else {
            throw .bad("The request target is neither a path nor an http address.")
        }
    }
}
