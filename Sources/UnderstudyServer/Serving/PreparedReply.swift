import NIOCore
import UnderstudyCore

/// An example rendered once, so that a hit only writes bytes.
public struct PreparedReply: Sendable {
    /// Larger bodies are not copied behind their heads: they are written beside them.
    static let inlineBodyLimit = 16 << 10

    /// All of it as a keep-alive HTTP/1.1 client gets it for a match of that score, when that is one small buffer.
    let whole: ByteBuffer?
    let score: Double

    /// Renders `example`, whose body then is a part of what was rendered, so that it is in memory once.
    init(_ example: inout Example, annotates: Bool, score: Double) {
        self.score = score
        let response = example.response
        guard let bytes = response.body.bytesInMemory, bytes.readableBytes <= Self.inlineBodyLimit else {
            whole = nil
            return
        }
        var fields = response.head.fields
        let framing = ResponseFraming(replaying: &fields, of: response, to: example.request.head.method)
        var rendered = ByteBuffer()
        rendered.reserveCapacity(bytes.readableBytes + 512)
        for interim in response.interim { interim.write(into: &rendered) }
        response.head.writeStatusLine(into: &rendered)
        fields.write(into: &rendered)
        if annotates { Annotation.hit(example.id, score: score).write(into: &rendered) }
        rendered.writeStaticString("\r\n")
        let bodyStart = rendered.writerIndex
        framing.write(bytes, trailers: response.trailers, into: &rendered)
        // A copy of its own, without the room it grew into.
        let whole = ByteBuffer(bytes: rendered.readableBytesView)
        self.whole = whole
        if case .counted = framing, bytes.readableBytes > 0,
            let shared = whole.getSlice(at: bodyStart, length: bytes.readableBytes)
        {
            example.response.body.content = .memory(shared)
        }
    }
}
