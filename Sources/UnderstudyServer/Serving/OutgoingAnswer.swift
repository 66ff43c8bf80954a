import NIOCore
import UnderstudyCore

/// A whole response as it goes to a client, but for what belongs to the connection.
struct OutgoingAnswer {
    var interim: [ResponseHead] = []
    var head: ResponseHead
    var parts: [DerivedAnswer.Part] = []
    var framing: ResponseFraming
    var trailers = Fields()

    /// As the example has it, or as its variables were filled in.
    ///
    /// - Parameter recorded: the example's request, which decides whether there is content.
    init(_ response: Exchange.Response, recorded: RequestHead) {
        interim = response.interim
        head = response.head
        framing = ResponseFraming(replaying: &head.fields, of: response, to: recorded.method)
        switch response.body.content {
        case .memory(let bytes): parts = [.bytes(bytes)]
        case .stored(let digest, let byteCount): parts = [.file(digest, 0..<byteCount)]
        }
        trailers = response.trailers
        if framing == .none { parts = [] }
    }

    init(_ derived: DerivedAnswer) {
        head = derived.head
        parts = derived.parts
        framing = derived.framing
    }

    /// Neither chunks nor interim responses.
    mutating func adaptToHTTP10() {
        interim = []
        guard framing == .chunked else { return }
        head.fields.remove("transfer-encoding")
        framing = .untilClose
    }

    /// For the call log: what was sent; of content in more than one piece, or in a file, only how much.
    var recorded: Exchange.Response {
        if parts.count == 1, case .bytes(let bytes) = parts[0] {
            return Exchange.Response(head: head, body: Body(bytes))
        }
        let byteCount = parts.reduce(0) { $0 + $1.byteCount }
        return Exchange.Response(head: head, body: Body(.memory(ByteBuffer()), byteCount: byteCount))
    }
}
