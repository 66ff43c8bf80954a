import NIOCore
import UnderstudyCore

@testable import UnderstudyServer

typealias Lines = [(String, String)]

func fields(_ lines: Lines) -> Fields {
    var fields = Fields()
    for (name, value) in lines { fields.append(name, value) }
    return fields
}

func request(_ method: String = "GET", _ lines: Lines = []) -> RequestHead {
    RequestHead(method: method, target: "/x", fields: fields(lines))
}

/// An example of ten digits, with both validators, unless told otherwise.
func saved(
    _ method: String = "GET", asked: Lines = [], status: Int = 200, _ lines: Lines = validators,
    body: ByteBuffer = ByteBuffer(string: "0123456789")
) -> Example {
    saved(method, asked: asked, status: status, lines, body: Body(body))
}

func saved(
    _ method: String = "GET", asked: Lines = [], status: Int = 200, _ lines: Lines = validators, body: Body
) -> Example {
    Example(
        id: "e", name: "e", collection: "test", request: Exchange.Request(head: request(method, asked)),
        response: Exchange.Response(
            head: ResponseHead(status: status, reason: "As Recorded", fields: fields(lines)), body: body))
}

let validators: Lines = [
    ("Content-Type", "text/plain"), ("ETag", "\"v1\""), ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
    ("Content-Length", "10"), ("X-Other", "kept"),
]

extension DerivedAnswer {
    /// What lies in memory, as text; a file's part as `[from..<to]`.
    var text: String {
        parts.map { part in
            switch part {
            case .bytes(let bytes): String(buffer: bytes)
            case .file(_, let range): "[\(range)]"
            }
        }.joined()
    }

    /// `Name: value` of each field, in order.
    var lines: [String] { head.fields.map { "\($0.nameText): \($0.valueText)" } }

    /// The status and the text; what the example would have been is `nil`.
    var summary: String { parts.isEmpty ? "\(head.status)" : "\(head.status) \(text)" }
}

/// What is sent to a request for an example; `nil` when it is sent as it is.
func derive(_ head: RequestHead, from example: Example, _ options: DerivedOptions = DerivedOptions()) -> DerivedAnswer?
{
    let answer = DerivedAnswer.derive(for: head, from: example, options: options)
    if let answer, case .counted(let count) = answer.framing {
        // What every answer promises.
        precondition(count == answer.parts.reduce(0) { $0 + $1.byteCount })
        precondition(answer.head.fields.all("content-length").map(\.valueText) == ["\(count)"])
    }
    return answer
}
