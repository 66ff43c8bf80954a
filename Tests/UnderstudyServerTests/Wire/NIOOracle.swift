import Foundation
import NIOCore
import NIOEmbedded
import NIOHTTP1
import TestSupport
import UnderstudyCore

@testable import UnderstudyServer

/// A whole request as a parser read it: what two parsers must agree on.
struct ReadRequest: Equatable, CustomStringConvertible {
    var method: String
    var target: String
    /// Latin-1.
    var body = ""
    var description: String { "\(method) \(target.prefix(80).debugDescription) \(body.prefix(80).debugDescription)" }
}

/// What NIO's HTTP/1 decoder, which is llhttp, makes of bytes. It and `RequestParser` share no line.
struct NIOOracle {
    private(set) var requests: [ReadRequest] = []
    private(set) var refusal: (any Error)?

    init(_ bytes: [UInt8]) {
        let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
        let channel = EmbeddedChannel(handler: decoder)
        do { try channel.writeInbound(ByteBuffer(bytes: bytes)) } catch { refusal = error }
        var current: ReadRequest?
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head):
                // NIO's own name for it has no hyphen.
                let method = head.method == .MSEARCH ? "M-SEARCH" : head.method.rawValue
                current = ReadRequest(method: method, target: head.uri)
            case .body(let data): current?.body += Array(data.readableBytesView).latin1
            case .end:
                if let current { requests.append(current) }
                current = nil
            }
        }
        // Complains of a message that is not whole.
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// It knows the registered methods only, and few bytes above 0x7F in targets. Neither moves a message's end.
    var refusesWords: Bool {
        switch refusal as? HTTPParserError {
        case .invalidMethod, .invalidURL: true
        default: false
        }
    }

    /// How the two read the same bytes differently; `nil` when they do not. We may refuse more, never less, and what both
    /// take must have the same boundaries.
    static func disagreement(on bytes: [UInt8]) -> String? {
        let (ours, nio) = (OurReading(bytes), NIOOracle(bytes))
        if nio.refusal as? HTTPParserError == .invalidContentLength {
            // A tab behind a length is optional whitespace (RFC 9112 §5), which llhttp does not take there.
            let text = bytes.latin1.replacingOccurrences(of: "\t\r\n", with: "\r\n").latin1Bytes
            if text != bytes { return disagreement(on: text) }
        }
        for (number, request) in ours.requests.enumerated() {
            guard number < nio.requests.count else {
                let refusal = nio.refusal.map { "refused: \($0)" } ?? "incomplete"
                return nio.refusesWords ? nil : "request \(number) is \(request) to us, to NIO \(refusal)"
            }
            guard nio.requests[number] == request else {
                return "request \(number) is \(request) to us, to NIO \(nio.requests[number])"
            }
        }
        guard !ours.isOver, nio.requests.count > ours.requests.count else { return nil }
        return "NIO reads \(nio.requests[ours.requests.count]) where we wait"
    }
}

/// The same of `RequestParser`, up to where a connection ends.
struct OurReading {
    private(set) var requests: [ReadRequest] = []
    private(set) var refusal: Int?
    /// Refused, or behind a request with which the connection ends: the rest is nobody's request.
    private(set) var isOver = false

    init(_ bytes: [UInt8]) {
        var parser = RequestParser(limits: Limits())
        var input = ByteBuffer(bytes: bytes)
        var current = ReadRequest(method: "", target: "")
        var isLast = false
        do throws(WireError) {
            while let part = try parser.next(from: &input) {
                switch part {
                case .head(let head, _):
                    // A tunnel has no requests.
                    isOver = head.method == "CONNECT"
                    current = ReadRequest(
                        method: head.method, target: String(decoding: head.target.readableBytesView, as: UTF8.self))
                    isLast =
                        head.fields.list("connection", contains: "close")
                        || head.fields.list("connection", contains: "upgrade") && head.fields.contains("upgrade")
                        || head.version == .http10 && !head.fields.list("connection", contains: "keep-alive")
                case .body(let data): current.body += Array(data.readableBytesView).latin1
                case .end:
                    requests.append(current)
                    isOver = isLast
                }
                if isOver { return }
            }
        } catch {
            refusal = error.status
            isOver = true
        }
    }
}
