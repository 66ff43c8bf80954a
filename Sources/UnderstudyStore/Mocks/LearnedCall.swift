public import NIOCore
public import UnderstudyCore
import UnderstudyFormats

/// A call that nothing answered, with an answer that somebody gives: what becomes an example.
public enum LearnedCall {
    /// - Parameter missed: with its whole content.
    public static func exchange(_ missed: Exchange, status: Int, fields: Fields, body: ByteBuffer) -> Exchange {
        let head = ResponseHead(status: status, reason: ReasonPhrase.text(of: status), fields: fields)
        return Exchange(
            startedAt: .now(), mode: .replay, result: .passthrough, upstream: "", request: missed.request,
            response: .init(head: head, body: Body(body)))
    }

    /// Without what was said to the mock server, and not to the API that it stands for.
    public static func ownFieldsRemoved(_ fields: Fields) -> Fields {
        var own = fields
        own.removeAll { field in
            let name = TextBytes.text(of: field.name).lowercased()
            return name.hasPrefix("x-mock-") || name.hasPrefix("understudy-") || name == "x-api-key"
        }
        return own
    }
}
