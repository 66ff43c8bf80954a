import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// What a parser made of bytes: its parts in words, and the status it ended with if it refused.
struct ParserProbe: Equatable {
    /// `GET /x none`, `body hello`, `end` or `end X=1`; a body that came in pieces is one.
    var parts: [String] = []
    var refusal: Int?
    /// What was left in the input.
    var rest = ""

    /// - Parameter step: bytes given at a time.
    init(_ text: String, step: Int = .max, limits: Limits = Limits()) {
        var parser = RequestParser(limits: limits)
        var input = ByteBuffer()
        var bytes = text.latin1Bytes[...]
        repeat {
            input.writeBytes(bytes.prefix(step))
            bytes = bytes.dropFirst(step)
            do throws(WireError) {
                while let part = try parser.next(from: &input) { note(part) }
            } catch {
                refusal = error.status
                return
            }
        } while !bytes.isEmpty
        rest = Array(input.readableBytesView).latin1
    }

    private mutating func note(_ part: RequestParser.Part) {
        switch part {
        case .head(let head, let framing):
            parts.append("\(head.method) \(Array(head.target.readableBytesView).latin1) \(framing)")
        case .body(let data):
            let text = Array(data.readableBytesView).latin1
            if let last = parts.last, last.hasPrefix("body ") {
                parts[parts.count - 1] = last + text
            } else {
                parts.append("body " + text)
            }
        case .end(let trailers):
            parts.append((["end"] + trailers.map { "\($0.nameText)=\($0.valueText)" }).joined(separator: " "))
        }
    }
}

/// `CASE what` and the bytes, so that a failing row names itself.
struct WireRow: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: String
    let status: Int

    init(_ name: String, _ bytes: String, _ status: Int = 400) {
        (self.name, self.bytes, self.status) = (name, bytes, status)
    }

    /// A POST with a field line.
    static func field(_ name: String, _ line: String, _ status: Int = 400) -> WireRow {
        WireRow(name, "POST / HTTP/1.1\r\nHost: h\r\n\(line)\r\n\r\n", status)
    }

    /// A POST with a chunked body.
    static func chunked(_ name: String, _ body: String, _ status: Int = 400) -> WireRow {
        WireRow(name, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(body)", status)
    }

    var testDescription: String { name }
}
