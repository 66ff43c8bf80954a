import NIOCore
import NIOEmbedded
import NIOHTTP1

/// What SwiftNIO's decoder, which is llhttp, makes of bytes: another reading to hold ours against.
struct NIOReading {
    private(set) var messages: [Message] = []
    private(set) var error: (any Error)?

    /// Requests on one connection.
    init(requests bytes: ByteBuffer) {
        let channel = EmbeddedChannel(
            handler: ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        do { try channel.writeInbound(bytes) } catch { self.error = error }
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head):
                messages.append(
                    Message(
                        start: "\(head.method.rawValue) \(head.uri)", version: "\(head.version)",
                        fields: Self.texts(head.headers)))
            case .body(let data): append(data)
            case .end(let trailers): end(trailers)
            }
        }
    }

    /// The answer to one request.
    init(response bytes: ByteBuffer, to method: String) {
        let channel = EmbeddedChannel(
            handler: ByteToMessageHandler(
                HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .forward)))
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        do {
            let request = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: "/")
            try channel.writeOutbound(HTTPClientRequestPart.head(request))
            try channel.writeInbound(bytes)
        } catch { self.error = error }
        while let part = try? channel.readInbound(as: HTTPClientResponsePart.self) {
            switch part {
            case .head(let head):
                messages.append(
                    Message(
                        start: "\(head.status.code)", version: "\(head.version)", fields: Self.texts(head.headers)))
            case .body(let data): append(data)
            case .end(let trailers): end(trailers)
            }
        }
    }

    private mutating func append(_ data: ByteBuffer) {
        messages[messages.count - 1].body += data.readableBytesView
    }

    private mutating func end(_ trailers: HTTPHeaders?) {
        messages[messages.count - 1].trailers = trailers.map(Self.texts) ?? []
        messages[messages.count - 1].isComplete = true
    }

    /// NIO leaves blanks behind a value.
    private static func texts(_ headers: HTTPHeaders) -> [String] {
        headers.map { name, value in
            let end = value.utf8.lastIndex { $0 != 0x20 && $0 != 0x09 }.map(value.utf8.index(after:))
            return fieldText(name.utf8, value.utf8[..<(end ?? value.startIndex)])
        }
    }
}
