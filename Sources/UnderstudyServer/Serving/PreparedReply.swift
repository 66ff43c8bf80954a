import NIOCore
import UnderstudyCore

/// An example rendered once, so that a hit only writes bytes.
public struct PreparedReply: Sendable {
    /// Larger bodies are not copied behind their heads: they are written beside them.
    static let inlineBodyLimit = 16 << 10

    /// All of it as a keep-alive HTTP/1.1 client gets it for a match of that score, when that is one small buffer and
    /// the same for everyone.
    let whole: ByteBuffer?
    let score: Double
    /// What is filled in per request; then nothing is rendered before.
    let template: ReplyTemplate?

    /// Renders `example`, whose body then is a part of what was rendered, so that it is in memory once.
    init(_ example: inout Example, annotates: Bool, score: Double, answering: Answering) {
        self.score = score
        template =
            example.rules?.isTemplate ?? answering.fillsTemplates ? ReplyTemplate(&example) : nil
        guard template == nil else {
            whole = nil
            return
        }
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
        // As for a request without Origin; one that has an Origin is answered apart.
        if answering.cors == .all { CORS.fieldsToAdd(to: fields, for: Fields()).write(into: &rendered) }
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
