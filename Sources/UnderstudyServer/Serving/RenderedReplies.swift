import NIOCore
import UnderstudyCore

/// What all `RenderedReplies` of a loop keep together.
final class ReplyBudget {
    /// When it is full, what is not kept is rendered each time it is asked for, which costs a few microseconds; examples
    /// that change make room.
    static let byteLimit = 32 << 20
    fileprivate var byteCount = 0
}

/// Whole responses as bytes, rendered when they are first sent and then only written. One for each site of an event loop,
/// used on it.
///
/// Not rendered while loading, because most of very many examples are never asked for.
final class RenderedReplies {
    /// Larger bodies are not copied behind their heads: they are written beside them.
    static let inlineBodyLimit = 16 << 10

    private struct Reply {
        let score: Double
        /// `nil` for one that is written in parts.
        let bytes: ByteBuffer?
        var byteCount: Int { (bytes?.readableBytes ?? 0) + MemoryLayout<Reply>.stride }
    }

    private var replies: [Int: Reply] = [:]
    private var byteCount = 0 { didSet { budget.byteCount += byteCount - oldValue } }
    private let budget: ReplyBudget
    private var annotates = true
    private var generation: UInt64 = 0

    init(budget: ReplyBudget) { self.budget = budget }

    deinit { budget.byteCount -= byteCount }

    /// All of an example as a keep-alive HTTP/1.1 client without `Origin` gets it, when that is one small buffer and the
    /// same for everyone.
    func bytes(of hit: ExampleIndex.Hit, in serving: Serving) -> ByteBuffer? {
        let score = hit.score.total
        if annotates != serving.annotates || generation != serving.index.generation { forgetAll() }
        let position = hit.entry.position
        // An answer that was delayed may be of an example that is not there any more.
        guard position < serving.index.count, serving.index.entries[position] === hit.entry else { return nil }
        if let reply = replies[position], reply.score == score { return reply.bytes }
        annotates = serving.annotates
        generation = serving.index.generation
        let bytes = serving.template(of: hit) == nil ? Self.render(hit.entry.example, score: score, serving) : nil
        guard budget.byteCount <= ReplyBudget.byteLimit || replies[position] != nil else { return bytes }
        let reply = Reply(score: score, bytes: bytes)
        byteCount += reply.byteCount - (replies.updateValue(reply, forKey: position)?.byteCount ?? 0)
        return bytes
    }

    private func forgetAll() {
        replies = [:]
        byteCount = 0
    }

    private static func render(_ example: Example, score: Double, _ serving: Serving) -> ByteBuffer? {
        let response = example.response
        guard let body = response.body.bytesInMemory, body.readableBytes <= inlineBodyLimit else { return nil }
        var fields = response.head.fields
        let framing = ResponseFraming(replaying: &fields, of: response, to: example.request.head.method)
        var rendered = ByteBuffer()
        rendered.reserveCapacity(body.readableBytes + 512)
        for interim in response.interim { interim.write(into: &rendered) }
        response.head.writeStatusLine(into: &rendered)
        fields.write(into: &rendered)
        if serving.answering.cors == .all { CORS.fieldsToAdd(to: fields, for: Fields()).write(into: &rendered) }
        if serving.annotates { Annotation.hit(example.id, score: score).write(into: &rendered) }
        rendered.writeStaticString("\r\n")
        framing.write(body, trailers: response.trailers, into: &rendered)
        return rendered
    }
}
