import NIOCore
import UnderstudyCore

/// An example rendered once, so that a hit only writes bytes.
public struct PreparedReply: Sendable {
    /// Bodies up to this size are kept in one buffer with the head: one write, one copy at load.
    static let inlineBodyLimit = 16 << 10

    let status: Int
    /// Interim responses, status line and fields; without annotations, Connection and the empty line.
    let head: ByteBuffer
    /// All of it as a keep-alive HTTP/1.1 client gets it for an exact match, when that is one small buffer.
    let whole: ByteBuffer?
    let body: Body
    let trailers: Fields
    let framing: ResponseFraming

    init(_ example: Example, annotates: Bool) {
        let response = example.response
        var fields = response.head.fields
        status = response.head.status
        trailers = response.trailers
        body = response.body
        framing = ResponseFraming(replaying: &fields, of: response, to: example.request.head.method)
        var head = ByteBuffer()
        for interim in response.interim { interim.write(into: &head) }
        response.head.writeStatusLine(into: &head)
        fields.write(into: &head)
        self.head = head
        guard let bytes = body.bytesInMemory, bytes.readableBytes <= Self.inlineBodyLimit else {
            whole = nil
            return
        }
        if annotates { Annotation.hit(example.id, score: 100).write(into: &head) }
        head.writeStaticString("\r\n")
        framing.write(bytes, trailers: trailers, into: &head)
        whole = head
    }
}
