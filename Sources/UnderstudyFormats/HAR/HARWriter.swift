public import NIOCore
public import UnderstudyCore

/// Writes exchanges as HTTP Archive 1.2, one after the other.
///
/// Content is written with its content coding taken off, as the format wants it, in base64 where it is no text.
public struct HARWriter {
    private var writer = JSONWriter(style: .twoSpaces, capacity: 1 << 16)

    /// - Parameter version: of the program.
    public init(version: String) {
        writer.open("{")
        writer.name("log")
        writer.open("{")
        writer.write(.init("version", "1.2"))
        writer.write(.init("creator", ["name": "Understudy", "version": .string(version)]))
        writer.name("entries")
        writer.open("[")
    }

    /// - Parameters:
    ///   - requestBody: its content, which may be in a file.
    ///   - responseBody: the same of the response.
    public mutating func add(_ exchange: Exchange, requestBody: ByteBuffer, responseBody: ByteBuffer) {
        writer.separate()
        writer.write(Self.entry(exchange, requestBody, responseBody))
    }

    /// What was written since the last call; for output that goes out piece by piece.
    public mutating func finish() -> ByteBuffer {
        writer.close("]")
        writer.close("}")
        writer.close("}")
        writer.newline()
        return writer.buffer
    }

    // MARK: Entries

    static func entry(_ exchange: Exchange, _ requestBody: ByteBuffer, _ responseBody: ByteBuffer) -> JSONValue {
        let timings = timings(exchange.timings)
        var entry = JSONObject([
            ("startedDateTime", .string(exchange.startedAt.isoText)), ("time", timings.total),
            ("request", request(exchange, requestBody)), ("response", response(exchange, responseBody)), ("cache", [:]),
            ("timings", timings.parts),
        ])
        if exchange.id > 0 { entry["_understudyExchange"] = .integer(exchange.id) }
        entry["_understudyResult"] = .string(exchange.result.rawValue)
        return .object(entry)
    }

    private static func request(_ exchange: Exchange, _ body: ByteBuffer) -> JSONValue {
        let head = exchange.request.head
        let target = TextBytes.text(of: OriginForm.target(head.target).readableBytesView)
        var origin = exchange.upstream
        if origin.isEmpty { origin = "http://" + (head.fields.text("Host") ?? "localhost") }
        var object = JSONObject([
            ("method", .string(head.method)), ("url", .string(origin + (target.hasPrefix("/") ? target : "/"))),
            ("httpVersion", .string(head.version.rawValue)), ("cookies", cookies(head.fields)),
            ("headers", headers(head.fields)), ("queryString", query(target)),
            ("headersSize", .integer(size(of: head))), ("bodySize", .integer(exchange.request.body.byteCount)),
        ])
        if body.readableBytes > 0 {
            var data = JSONObject([("mimeType", .string(head.fields.text("Content-Type") ?? ""))])
            if let text = String(validating: body.readableBytesView, as: UTF8.self) {
                data["text"] = .string(text)
            } else {
                data["text"] = .string(Base64.encode(body))
                // No member of 1.2, but several readers know it here, too.
                data["encoding"] = "base64"
            }
            object["postData"] = .object(data)
        }
        return .object(object)
    }

    private static func response(_ exchange: Exchange, _ body: ByteBuffer) -> JSONValue {
        guard let response = exchange.response else {
            return [
                "status": 0, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
                "content": ["size": 0, "mimeType": "x-unknown"], "redirectURL": "", "headersSize": -1, "bodySize": -1,
                "_error": .string(exchange.failure?.kind.rawValue ?? exchange.result.rawValue),
            ]
        }
        let head = response.head
        var content = JSONObject()
        let isKept = !response.body.isCut && response.head.status != 101
        let plain = isKept ? PlainContent.decoded(body, head.fields) : ByteBuffer()
        content["size"] = .integer(isKept ? plain.readableBytes : response.body.byteCount)
        content["mimeType"] = .string(head.fields.text("Content-Type") ?? "x-unknown")
        if plain.readableBytes > 0 {
            if let text = String(validating: plain.readableBytesView, as: UTF8.self) {
                content["text"] = .string(text)
            } else {
                content["text"] = .string(Base64.encode(plain))
                content["encoding"] = "base64"
            }
        } else if !isKept {
            content["comment"] = "the content was not kept whole"
        }
        var out = ByteBuffer()
        head.write(into: &out)
        return [
            "status": .integer(head.status), "statusText": .string(head.reasonText), "httpVersion": "HTTP/1.1",
            "cookies": setCookies(head.fields), "headers": headers(head.fields), "content": .object(content),
            "redirectURL": .string(head.fields.text("Location") ?? ""), "headersSize": .integer(out.readableBytes),
            "bodySize": .integer(response.body.byteCount),
        ]
    }

    // MARK: Parts

    private static func headers(_ fields: Fields) -> JSONValue {
        .array(fields.map { ["name": .string($0.nameText), "value": .string($0.valueText)] })
    }

    private static func cookies(_ fields: Fields) -> JSONValue {
        .array(
            fields.all("Cookie").flatMap { $0.valueText.split(separator: ";") }.map { pair in
                let text = pair.drop { $0 == " " }
                let name = text.prefix { $0 != "=" }
                return ["name": .string(String(name)), "value": .string(String(text.dropFirst(name.count + 1)))]
            })
    }

    private static func setCookies(_ fields: Fields) -> JSONValue {
        .array(
            fields.all("Set-Cookie").map { field in
                let parts = field.valueText.split(separator: ";", omittingEmptySubsequences: false)
                let pair = parts[0].drop { $0 == " " }
                let name = pair.prefix { $0 != "=" }
                var cookie = JSONObject([
                    ("name", .string(String(name))), ("value", .string(String(pair.dropFirst(name.count + 1)))),
                ])
                for part in parts.dropFirst() {
                    let text = part.drop { $0 == " " }
                    let value = String(text.dropFirst(text.prefix { $0 != "=" }.count + 1))
                    switch text.prefix(while: { $0 != "=" }).lowercased() {
                    case "path": cookie["path"] = .string(value)
                    case "domain": cookie["domain"] = .string(value)
                    case "httponly": cookie["httpOnly"] = true
                    case "secure": cookie["secure"] = true
                    default: break
                    }
                }
                return .object(cookie)
            })
    }

    /// Pairs as they stand in the target, decoded.
    private static func query(_ target: String) -> JSONValue {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        let pieces = target[target.index(after: mark)...].split(separator: "&")
        return .array(
            pieces.map { piece in
                let name = piece.prefix { $0 != "=" }
                let value = piece.dropFirst(name.count + 1)
                return ["name": .string(PercentText.decoded(name)), "value": .string(PercentText.decoded(value))]
            })
    }

    private static func size(of head: RequestHead) -> Int {
        var out = ByteBuffer()
        head.write(into: &out)
        return out.readableBytes
    }

    /// Milliseconds; -1 for what did not happen. `connect` includes `ssl`, and all but `ssl` make up the time.
    private static func timings(_ timings: Timings) -> (total: JSONValue, parts: JSONValue) {
        let dns = timings.nameLookup
        let connected = max(timings.tls, timings.connect)
        let connect = connected > 0 ? max(0, connected - dns) : -1
        let ssl = timings.tls > 0 ? max(0, timings.tls - timings.connect) : -1
        let start = max(dns, connected)
        let wait = max(0, timings.firstByte - start)
        let receive = max(0, timings.total - max(timings.firstByte, start))
        func text(_ microseconds: Int64) -> JSONValue {
            guard microseconds >= 0 else { return -1 }
            let fraction = String(microseconds % 1000)
            return .number(
                "\(microseconds / 1000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction)
        }
        let sum = max(dns, 0) + max(connect, 0) + wait + receive
        return (
            text(sum),
            [
                "blocked": -1, "dns": text(dns > 0 ? dns : -1), "connect": text(connect), "ssl": text(ssl), "send": 0,
                "wait": text(wait), "receive": text(receive),
            ]
        )
    }
}

extension PercentText {
    static func decoded(_ text: some StringProtocol) -> String {
        var out: [UInt8] = []
        let bytes = Array(text.utf8)
        var index = 0
        func digit(_ at: Int) -> UInt8? {
            at < bytes.count ? Character(Unicode.Scalar(bytes[at])).hexDigitValue.map(UInt8.init) : nil
        }
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), let high = digit(index + 1), let low = digit(index + 2) {
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(bytes[index] == UInt8(ascii: "+") ? 0x20 : bytes[index])
                index += 1
            }
        }
        return TextBytes.text(of: out)
    }
}
