import NIOCore
import UnderstudyCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An exchange that we answer ourselves: from an example, with a miss, or with a refusal. Nothing leaves.
final class RepliedExchange: ActiveExchange {
    enum Answer {
        case example(ExampleIndex.Hit)
        case miss(Miss)
        case explanation(Explanation)
        case refusal(Refusal)
    }

    private let connection: ClientConnection
    private let loopContext: LoopContext
    private let head: RequestHead
    private let answer: Answer
    private let startedAt = Timestamp.now()
    private let mode: Mode
    private var body = ByteBuffer()
    private var bodyByteCount = 0
    private var isOver = false
    private var isRequestEnded = false
    private let hasBody: Bool
    private(set) var hasAnswered = false

    init(_ head: RequestHead, framing: BodyFraming, answer: Answer, on connection: ClientConnection) {
        self.connection = connection
        self.head = head
        self.answer = answer
        loopContext = connection.loopContext
        mode = loopContext.serving.mode
        hasBody = framing != .none && framing != .counted(0)
    }

    func begin() {
        if case .refusal = answer { return respond() }
        guard hasBody, head.version == .http11, head.fields.list("expect", contains: "100-continue") else { return }
        connection.write(.byteBuffer(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")))
        connection.flush()
    }

    var takesBody: Bool { true }

    func bodyReceived(_ chunk: ByteBuffer) {
        bodyByteCount += chunk.readableBytes
        let room = loopContext.limits.bodyInMemory - body.readableBytes
        guard room > 0 else { return }
        body.writeImmutableBuffer(
            chunk.getSlice(at: chunk.readerIndex, length: min(room, chunk.readableBytes)) ?? chunk)
    }

    /// Content that came and was looked at, but not kept.
    func bodyPassed(_ byteCount: Int) { bodyByteCount += byteCount }

    func requestEnded(trailers: Fields) {
        isRequestEnded = true
        guard case .example(let hit) = answer, let delay = loopContext.serving.latency.delay(of: hit.entry.example)
        else { return respond() }
        loopContext.loop.assumeIsolated().scheduleTask(in: delay) { self.respond() }
    }

    func becameWritable() {}
    func clientLost() { isOver = true }
    func cancel() { isOver = true }

    /// Answers at once, whether or not the request's content has arrived.
    func respond() {
        guard !isOver, !hasAnswered else { return }
        hasAnswered = true
        switch answer {
        case .example(let hit): send(hit)
        case .miss(let miss):
            record(.miss, status: 404)
            let profile = loopContext.serving.index.options.profile
            // Programs written for Postman look for its media type.
            send(
                Problem.body(of: miss, profile: profile), status: 404, result: .miss,
                contentType: profile == .postman ? "application/json; charset=utf-8" : "application/problem+json")
        case .explanation(let explanation):
            record(.refused, status: 200)
            send(explanation.json, status: 200, result: .refused, contentType: "application/json")
        case .refusal(let refusal):
            record(.refused, status: refusal.status)
            var bytes = connection.allocator.buffer(capacity: 512)
            Problem.write(
                refusal, annotates: loopContext.serving.annotates, closes: !isRequestEnded || !connection.keepsAlive,
                to: head.method, into: &bytes)
            finish(with: bytes)
        }
    }

    private func send(
        _ body: JSONValue, status: Int, result: Exchange.Result, contentType: StaticString
    ) {
        var bytes = connection.allocator.buffer(capacity: 1024)
        Problem.write(
            body, status: status, result: result, annotates: loopContext.serving.annotates,
            closes: !isRequestEnded || !connection.keepsAlive, to: head.method, contentType: contentType, into: &bytes)
        finish(with: bytes)
    }

    private func finish(with bytes: ByteBuffer) {
        connection.write(.byteBuffer(bytes))
        connection.flush()
        connection.responseEnded()
    }

    // MARK: Examples

    private func send(_ hit: ExampleIndex.Hit) {
        let (entry, score) = (hit.entry, hit.score.total)
        record(.hit, status: entry.example.response.head.status, entry: entry)
        if head.version == .http11, connection.keepsAlive, !loopContext.serving.rewritesLocation,
            let whole = loopContext.serving.reply(to: hit)?.whole
        {
            return finish(with: whole)
        }
        let response = entry.example.response
        var bytes = connection.allocator.buffer(capacity: 1024)
        let framing = writeHead(of: entry, score: score, into: &bytes)
        guard framing != .none else { return finish(with: bytes) }
        switch response.body.content {
        case .memory(let body):
            framing.write(body, trailers: response.trailers, into: &bytes)
            finish(with: bytes)
        case .stored(let digest, let byteCount):
            sendFile(digest, byteCount: byteCount, behind: bytes, framing: framing, trailers: response.trailers)
        }
    }

    /// The head for this client: HTTP/1.0 knows no chunks, redirects may be turned to us.
    private func writeHead(
        of entry: Entry, score: Double, into bytes: inout ByteBuffer
    ) -> ResponseFraming {
        let example = entry.example
        var fields = example.response.head.fields
        var framing = ResponseFraming(replaying: &fields, of: example.response, to: example.request.head.method)
        if framing == .chunked, head.version == .http10 {
            fields.remove("transfer-encoding")
            framing = .untilClose
        }
        if loopContext.serving.rewritesLocation {
            LocationRewrite.apply(to: &fields, from: example.baseURL, host: head.fields.text("host"))
        }
        if head.version == .http11 {
            for interim in example.response.interim { interim.write(into: &bytes) }
        }
        example.response.head.writeStatusLine(into: &bytes)
        fields.write(into: &bytes)
        if loopContext.serving.annotates { Annotation.hit(example.id, score: score).write(into: &bytes) }
        if let field = connection.connectionField(for: head, framing: framing) { bytes.writeStaticString(field) }
        bytes.writeStaticString("\r\n")
        return framing
    }

    /// Lets the kernel copy a large body. sendfile(2)
    private func sendFile(
        _ digest: Digest, byteCount: Int, behind head: ByteBuffer, framing: ResponseFraming, trailers: Fields
    ) {
        var head = head
        guard let descriptor = Self.descriptor(of: loopContext.storedBodies.path(of: digest), byteCount: byteCount)
        else {
            return sendMissingBody(digest)
        }
        let file = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
        if framing == .chunked { ChunkedEncoder.writeSize(byteCount, into: &head) }
        connection.write(.byteBuffer(head))
        let region = FileRegion(fileHandle: file, readerIndex: 0, endIndex: byteCount)
        connection.write(.fileRegion(region)) { try? file.close() }
        if framing == .chunked {
            var end = ByteBuffer(staticString: "\r\n")
            ChunkedEncoder.writeEnd(trailers: trailers, into: &end)
            connection.write(.byteBuffer(end))
        }
        connection.flush()
        connection.responseEnded()
    }

    /// `nil` for a file that is not there or has another size: the head has promised this one.
    private static func descriptor(of path: String?, byteCount: Int) -> CInt? {
        guard let path, case let descriptor = open(path, O_RDONLY | O_CLOEXEC), descriptor >= 0 else { return nil }
        var status = stat()
        if fstat(descriptor, &status) == 0, Int(status.st_size) == byteCount { return descriptor }
        close(descriptor)
        return nil
    }

    private func sendMissingBody(_ digest: Digest) {
        let refusal = Refusal(
            status: 500, name: "body-file-missing",
            detail:
                "The example's body is in bodies/\(digest), which is not there or not whole: restore it or record again."
        )
        var bytes = connection.allocator.buffer(capacity: 512)
        Problem.write(
            refusal, annotates: loopContext.serving.annotates, closes: !isRequestEnded || !connection.keepsAlive,
            to: head.method, into: &bytes)
        finish(with: bytes)
    }

    // MARK: Call log

    private func record(_ result: Exchange.Result, status: Int, entry: Entry? = nil) {
        if result == .hit, loopContext.recorder.isCongested { return loopContext.recorder.dropCall() }
        var exchange = Exchange(
            startedAt: startedAt, mode: mode, result: result, upstream: loopContext.serving.upstream?.origin ?? "",
            request: Exchange.Request(head: head, body: Body(.memory(body), byteCount: bodyByteCount)))
        exchange.exampleID = entry?.example.id
        // The example holds the content; a copy in every call would double the history for nothing.
        if let entry {
            let response = entry.example.response
            exchange.response = Exchange.Response(
                head: response.head, body: Body(.memory(ByteBuffer()), byteCount: response.body.byteCount))
        } else {
            exchange.response = Exchange.Response(head: ResponseHead(status: status, reason: Reason.phrase(status)))
        }
        exchange.timings.total = Timestamp.now().microseconds - startedAt.microseconds
        loopContext.recorder.record(exchange, savingExample: false, committed: nil)
    }
}
