import NIOCore
import UnderstudyCore

/// How many proxies a TRACE or an OPTIONS may still pass; with other methods the field means nothing.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-7.6.2>
enum MaxForwards: Equatable {
    case unlimited
    case left(Int)
    case malformed

    init(_ head: RequestHead) {
        guard head.method == "OPTIONS" || head.method == "TRACE" else {
            self = .unlimited
            return
        }
        let lines = head.fields.all("max-forwards")
        guard let line = lines.first else {
            self = .unlimited
            return
        }
        let digits = line.value
        guard lines.count == 1, !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            self = .malformed
            return
        }
        // More than fits is more than there are proxies.
        self = .left(Int(String(decoding: digits, as: UTF8.self)) ?? .max)
    }
}

/// What we say when we are the last one that a request may reach.
enum FinalRecipient {
    static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE"

    /// TRACE: the request as it came, but for fields that hold secrets. <https://www.rfc-editor.org/rfc/rfc9110#section-9.3.8>
    static func echo(of head: RequestHead, rules: Redaction.Rules) -> ByteBuffer {
        var head = head
        head.fields.removeAll { field in
            ["authorization", "proxy-authorization", "cookie"].contains { field.isNamed($0) }
                || rules.fields.contains(field.name)
        }
        var bytes = ByteBuffer()
        head.write(into: &bytes)
        return bytes
    }
}
