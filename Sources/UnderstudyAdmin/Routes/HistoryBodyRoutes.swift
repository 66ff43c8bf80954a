import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyStore

/// The bodies of exchanges: to be kept as files, and to be looked at where they do nothing.
enum HistoryBodyRoutes {
    static let routes: [Route] = Side.allCases.flatMap { side in
        [
            Route(
                .get, "/api/v1/history/{number}/\(side.rawValue)/body",
                RouteDocument(
                    "Download the body of a \(side.rawValue)",
                    [
                        .bool("decoded", "Whether to take its content coding off."),
                        .int("offset", 0...Int.max, "Leaves out so many octets at the beginning. Default: 0."),
                        .int("limit", 0...Int.max, "At most so many octets. Default: all."),
                    ], gives: Schema.text, as: "application/octet-stream", refusing: [404, 409]),
                { call in try download(side, call) }),
            Route(
                .get, "/api/v1/history/{number}/\(side.rawValue)/preview",
                RouteDocument(
                    "Show the body of a \(side.rawValue) as what it is, in a sandbox", gives: Schema.text, as: "*/*",
                    refusing: [404, 409, 415]),
                { call in try preview(side, call) }),
        ]
    }

    enum Side: String, CaseIterable, Sendable { case request, response }

    private static func content(_ side: Side, _ call: Call) throws -> RecordedContent {
        let exchange = try HistoryRoutes.exchange(call)
        var content = RecordedContent(body: exchange.request.body, fields: exchange.request.head.fields)
        if side == .response {
            guard let response = exchange.response else { throw Refusal.notFound("no response came") }
            content = RecordedContent(body: response.body, fields: response.head.fields)
        }
        guard content.body.isEmpty || content.body.keptByteCount > 0 else {
            throw Refusal.notFound(
                exchange.result == .hit ? "its example has the content, the log has not" : "nothing of it was kept")
        }
        return content
    }

    /// - Throws: `Refusal` where the file is gone, which is not the server's fault.
    private static func reading<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch is FileError {
            throw Refusal.notFound("the file that holds its content is gone")
        }
    }

    // MARK: Downloads

    private static func download(_ side: Side, _ call: Call) throws -> Answer {
        let isDecoded = try call.bool("decoded") ?? false
        let offset = try call.int("offset", in: 0...Int.max) ?? 0
        let limit = try call.int("limit", in: 0...Int.max) ?? .max
        var seats = [try call.desk.downloads.take()]
        let content = try content(side, call)
        let reader: BodyReader
        if isDecoded, Redaction.isCoded(content.fields) {
            seats.append(try call.desk.decodings.take())
            reader = BodyReader(
                try reading { try content.decoded(call.desk.history.bodies, limit: call.desk.limits.decodedBytes) })
        } else {
            reader = try reading { try call.desk.history.bodies.reader(of: content.body) }
        }
        let start = min(offset, reader.byteCount)
        let pieces = BodyPieces(
            reader, start..<(start + min(limit, reader.byteCount - start)), on: call.desk.threads, holding: seats)
        var answer = Answer.download(pieces, name: "exchange-\(call["number"])-\(side.rawValue).body")
        answer.fields[.total] = "\(reader.byteCount)"
        return answer
    }

    // MARK: Previews

    /// Recorded content is anybody's: it gets a frame without an origin, scripts, forms and network.
    private static let policy =
        "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"

    private static func preview(_ side: Side, _ call: Call) throws -> Answer {
        let limit = call.desk.limits.previewBytes
        let seat = try call.desk.decodings.take()
        defer { withExtendedLifetime(seat) {} }
        let content = try content(side, call)
        guard let type = content.mediaType, let shown = shownType(type.essence) else {
            throw Refusal(
                .unsupportedMediaType, "unsupportedMediaTypeError",
                "only HTML, images and text are shown as what they are")
        }
        let beginning = try reading { try content.beginning(call.desk.history.bodies, limit: limit + 1) }
        guard beginning.bytes.readableBytes <= limit else { throw RecordedContent.tooLarge(limit) }
        guard beginning.isDecoded || !Redaction.isCoded(content.fields) || beginning.bytes.readableBytes == 0 else {
            throw Refusal.conflict("its content coding cannot be taken off")
        }
        var answer = Answer(bytes: beginning.bytes, type: shown)
        if shown == "text/html" || shown.hasSuffix("xml") {
            guard InertMarkup.isReadable(beginning.bytes, charset: type.charset) else {
                throw Refusal(
                    .unsupportedMediaType, "unsupportedMediaTypeError", "markup in this charset is not shown")
            }
            answer.content = .bytes(InertMarkup.of(beginning.bytes))
        }
        if shown.hasPrefix("text/"), let charset = charset(type, beginning.bytes) {
            answer.type += "; charset=\(charset)"
        }
        answer.fields[.contentSecurityPolicy] = policy
        answer.fields[.dnsPrefetchControl] = "off"
        // The policy forbids a frame in it; Chromium connects to the frame's host all the same, unless it is told here not to
        // (https://wicg.github.io/connection-allowlists).
        answer.fields[.connectionAllowlist] = "()"
        answer.fields[.referrerPolicy] = "no-referrer"
        answer.fields[.crossOriginResourcePolicy] = "same-origin"
        return answer
    }

    /// `nil` for what is not shown. Scripts and styles are shown as the texts they are: under their own types a page of our
    /// origin could be made to use them.
    static func shownType(_ essence: String) -> String? {
        guard essence.utf8.allSatisfy({ isPlain($0) || $0 == UInt8(ascii: "/") }) else { return nil }
        if essence == "text/html" || essence.hasPrefix("image/") && essence.utf8.count > 6 { return essence }
        return essence.hasPrefix("text/") ? "text/plain" : nil
    }

    private static func charset(_ type: MediaType, _ bytes: ByteBuffer) -> String? {
        if let charset = type.charset, !charset.isEmpty, charset.utf8.allSatisfy(isPlain) { return charset }
        return String(validating: bytes.readableBytesView, as: UTF8.self) == nil ? nil : "utf-8"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || "-+._".utf8.contains(byte)
    }
}

extension HTTPField.Name {
    fileprivate static let total = Self("Understudy-Total")!
    fileprivate static let dnsPrefetchControl = Self("X-DNS-Prefetch-Control")!
    fileprivate static let connectionAllowlist = Self("Connection-Allowlist")!
    fileprivate static let crossOriginResourcePolicy = Self("Cross-Origin-Resource-Policy")!
}
