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
        case preflight
        case finalRecipient
        case gate(MockGate.Verdict)
        case limited(CallMeter.Refusal)
        /// A mock server's address without one.
        case nobody
        case refusal(Refusal)
        case page(Page)
    }

    private let connection: ClientConnection
    private let loopContext: LoopContext
    private let site: Site
    private let head: RequestHead
    private let session: RequestSession
    /// The client named the host, and speaks to it: redirects are followed there.
    private let isNamed: Bool
    /// Where the request would have gone; empty when nobody knows.
    private let upstream: String
    private let answer: Answer
    /// What the example's response is filled in by, kept from now: the examples may change while the answer waits.
    private let template: ReplyTemplate?
    private let startedAt = Timestamp.now()
    private let mode: Mode
    private var body = ByteBuffer()
    private var bodyByteCount = 0
    private var isOver = false
    private var isRequestEnded = false
    private let hasBody: Bool
    private var paced: PacedContent?
    private(set) var hasAnswered = false

    init(_ request: AddressedRequest, framing: BodyFraming, answer: Answer, on connection: ClientConnection) {
        self.connection = connection
        head = request.head
        isNamed = request.named != nil && !request.isTransparent
        session = request.session
        loopContext = connection.loopContext
        site = request.site ?? loopContext.frontSite
        upstream = (request.named ?? site.serving.upstream)?.origin ?? ""
        self.answer = answer
        template = if case .example(let hit) = answer { site.serving.template(of: hit) } else { nil }
        mode = site.serving.mode
        hasBody = framing != .none && framing != .counted(0)
    }

    func begin() {
        // What the client sends behind a request to switch protocols is no request.
        if head.wantsUpgrade { connection.closeAfterExchange() }
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
        guard let delay else { return respond() }
        loopContext.loop.assumeIsolated().scheduleTask(in: delay) { self.respond() }
    }

    /// What the client asks for, else what the example says, else what is configured.
    private var delay: TimeAmount? {
        switch answer {
        // A network that is slow is so for misses and outages too, as with Postman's mock servers.
        case .example, .miss, .gate(.serverResponse):
            if let delay = MatchControls(head.fields).delay { return .milliseconds(Int64(delay)) }
            let latency = site.serving.latency
            guard case .example(let hit) = answer else { return latency.delay }
            let example = hit.entry.example
            if let delay = example.delay { return delay.amount }
            return latency.delay(of: example, speed: site.serving.speed)
        case .explanation, .preflight, .finalRecipient, .gate, .limited, .nobody, .refusal, .page: return nil
        }
    }

    func becameWritable() { paced?.proceed() }
    func clientLost() {
        isOver = true
        paced?.cancel()
    }
    func cancel() {
        isOver = true
        paced?.cancel()
    }

    /// Whether the content comes in its recorded pieces.
    private func isPaced(_ example: Example) -> Bool {
        !example.response.pace.isEmpty && site.serving.latency == .recorded
    }

    /// Answers at once, whether or not the request's content has arrived.
    func respond() {
        guard !isOver, !hasAnswered else { return }
        hasAnswered = true
        switch answer {
        case .example(let hit): send(hit)
        case .miss(let miss):
            let profile = site.serving.index.options.profile
            let body = Problem.body(of: miss, profile: profile)
            // Who looks at the call later reads why, as the client did.
            record(
                .miss,
                response: Exchange.Response(
                    head: ResponseHead(status: 404, reason: Reason.phrase(404)),
                    body: Body(JSONWriter.bytes(body, style: .tabs))),
                note: miss.nearest.first.map { "nearest \($0.example.id): \($0.difference.reason)" },
                reason: Problem.noRequestMessage)
            // Programs written for Postman look for its media type.
            send(
                body, status: 404, result: .miss,
                contentType: profile == .postman ? "application/json; charset=utf-8" : "application/problem+json")
        case .explanation(let explanation):
            // A question about answers is no call: nothing of it is kept.
            send(explanation.json, status: 200, result: nil, contentType: "application/json")
        case .preflight: sendPreflight()
        case .finalRecipient: sendAsFinalRecipient()
        case .gate(.serverResponse): sendForcedResponse()
        case .gate: sendHidden()
        case .nobody: sendNobody()
        case .limited(let refusal):
            let body = Problem.body(of: refusal)
            record(.refused, status: 429, body: body, reason: Problem.message(of: refusal))
            send(body, status: 429, result: .refused, contentType: "application/json; charset=utf-8")
        case .refusal(let refusal): refuse(refusal)
        case .page(let page):
            loopContext.certificates.prepare(on: loopContext.loop).assumeIsolated().whenComplete { _ in
                if !self.isOver { self.send(page) }
            }
        }
    }

    private func send(
        _ body: JSONValue?, status: Int, result: Exchange.Result?, contentType: StaticString
    ) {
        var bytes = connection.allocator.buffer(capacity: 1024)
        Problem.write(
            body, status: status, result: result, annotates: site.serving.annotates,
            closes: !isRequestEnded || !connection.keepsAlive, to: head.method, contentType: contentType,
            adding: ownFields, into: &bytes)
        finish(with: bytes)
    }

    /// Of an answer of our own: who may read it, and how many more there may be.
    private var ownFields: Fields {
        var fields = site.serving.answering.cors == .none ? Fields() : CORS.fieldsToAdd(to: Fields(), for: head.fields)
        for field in limitFields { fields.append(field.name, field.value) }
        return fields
    }

    /// How many more calls are answered, where that is limited by the minute.
    private var limitFields: Fields { site.serving.meter?.fields() ?? Fields() }

    // MARK: Gate

    private func sendForcedResponse() {
        guard let forced = site.serving.answering.gate.serverResponse else { return sendHidden() }
        record(
            .refused, response: Exchange.Response(head: forced.head, body: logged(forced.body)), named: forced.name)
        let framing = ResponseFraming.counted(forced.body.readableBytes)
        var bytes = connection.allocator.buffer(capacity: 512 + forced.body.readableBytes)
        forced.head.writeStatusLine(into: &bytes)
        forced.head.fields.write(into: &bytes)
        bytes.writeString("Content-Length: \(forced.body.readableBytes)\r\n")
        if site.serving.answering.cors != .none {
            CORS.fieldsToAdd(to: forced.head.fields, for: head.fields).write(into: &bytes)
        }
        limitFields.write(into: &bytes)
        if site.serving.annotates { Annotation(result: .refused).write(into: &bytes) }
        if let field = connection.connectionField(for: head, framing: framing) { bytes.writeStaticString(field) }
        bytes.writeStaticString("\r\n")
        if head.method != "HEAD" { bytes.writeImmutableBuffer(forced.body) }
        finish(with: bytes)
    }

    /// There is no such mock server, or this client is not to know of it.
    private func sendHidden() {
        let gate = site.serving.answering.gate
        let complaint = gate.complaint(head.fields)
        guard gate.explainsAuth, let complaint else { return sendNobody(because: complaint) }
        record(.refused, status: 401, body: Problem.keyWanted, reason: complaint)
        send(Problem.keyWanted, status: 401, result: .refused, contentType: "application/problem+json")
    }

    private func sendPreflight() {
        let reply = CORS.preflightReply(head)
        record(.hit, response: Exchange.Response(head: reply))
        var bytes = connection.allocator.buffer(capacity: 512)
        reply.writeStatusLine(into: &bytes)
        reply.fields.write(into: &bytes)
        limitFields.write(into: &bytes)
        if site.serving.annotates { Annotation(result: .hit).write(into: &bytes) }
        if let field = connection.connectionField(for: head, framing: .none) { bytes.writeStaticString(field) }
        bytes.writeStaticString("\r\n")
        finish(with: bytes)
    }

    private func sendAsFinalRecipient() {
        record(.refused, status: 200)
        let redaction = site.serving.redaction
        let isTrace = head.method == "TRACE"
        let echo =
            isTrace ? FinalRecipient.echo(of: head, rules: redaction.isNone ? .default : redaction.rules) : ByteBuffer()
        var bytes = connection.allocator.buffer(capacity: 512 + echo.readableBytes)
        bytes.writeStaticString("HTTP/1.1 200 OK\r\n")
        bytes.writeString(isTrace ? "Content-Type: message/http\r\n" : "Allow: \(FinalRecipient.methods)\r\n")
        bytes.writeString("Content-Length: \(echo.readableBytes)\r\n")
        limitFields.write(into: &bytes)
        if site.serving.annotates { Annotation(result: .refused).write(into: &bytes) }
        if let field = connection.connectionField(for: head, framing: .counted(echo.readableBytes)) {
            bytes.writeStaticString(field)
        }
        bytes.writeStaticString("\r\n")
        bytes.writeImmutableBuffer(echo)
        finish(with: bytes)
    }

    private func send(_ page: Page) {
        let content = page.content(loopContext.certificates)
        var bytes = connection.allocator.buffer(capacity: 1024 + content.bytes.readableBytes)
        ResponseHead(status: content.status, reason: Reason.phrase(content.status)).writeStatusLine(into: &bytes)
        bytes.writeString("Content-Type: \(content.type)\r\nContent-Length: \(content.bytes.readableBytes)\r\n")
        bytes.writeStaticString("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n")
        if let field = connection.connectionField(for: head, framing: .counted(content.bytes.readableBytes)) {
            bytes.writeStaticString(field)
        }
        bytes.writeStaticString("\r\n")
        if head.method != "HEAD" { bytes.writeImmutableBuffer(content.bytes) }
        finish(with: bytes)
    }

    private func finish(with bytes: ByteBuffer) {
        connection.write(.byteBuffer(bytes))
        connection.flush()
        connection.responseEnded()
    }

    // MARK: Examples

    private func send(_ hit: ExampleIndex.Hit) {
        // Answers from `KnownRequests` need no mark: what they repeat has come this way.
        hit.entry.markUsed()
        let serving = site.serving
        let example = hit.entry.example
        let isCrossOrigin = serving.answering.cors == .all && head.fields.contains("origin")
        if !isPaced(example), head.version == .http11, connection.keepsAlive, !serving.rewritesLocation, !isCrossOrigin,
            serving.meter?.limits.perMinute == nil, let whole = site.renderedReplies.bytes(of: hit, in: serving),
            DerivedAnswer.derive(for: head, from: example, options: serving.answering.derived) == nil
        {
            let call = { self.call(.hit, response: example.response, of: hit) }
            if hit.isSettled, site.isSettled, !hasBody, delay == nil {
                connection.learn(reply: whole, of: site, call: call)
            }
            loopContext.turn.log(.hit, session: session.key, of: site, call)
            return finish(with: whole)
        }
        do throws(TemplateError) {
            send(try outgoing(hit), hit)
        } catch {
            refuse(Refusal(status: 500, name: "template-too-large", detail: "\(error)"))
        }
    }

    /// What the example becomes for this request.
    private func outgoing(_ hit: ExampleIndex.Hit) throws(TemplateError) -> OutgoingAnswer {
        let serving = site.serving
        let example = hit.entry.example
        var response = example.response
        if let template {
            let seed = serving.answering.seed
            let occurrence = seed.map { _ in
                serving.sessions.session(session.key).countAnswer(of: example.id)
            }
            var context = TemplateContext(
                captures: hit.captures, request: head, body: body,
                generator: ValueGenerator(
                    seed: seed, stream: ValueGenerator.stream(of: example.id, occurrence: occurrence ?? 0)))
            response = try template.fill(response, &context)
        }
        let derived = DerivedAnswer.derive(
            for: head, recorded: example.request.head, response: response, options: serving.answering.derived)
        return derived.map(OutgoingAnswer.init) ?? OutgoingAnswer(response, recorded: example.request.head)
    }

    private func send(_ answer: OutgoingAnswer, _ hit: ExampleIndex.Hit) {
        let serving = site.serving
        let example = hit.entry.example
        var answer = answer
        var files: [CInt] = []
        for case .file(let digest, let range) in answer.parts {
            guard
                let file = Self.descriptor(
                    of: loopContext.storedBodies.path(of: digest), byteCount: example.response.body.byteCount)
            else {
                for file in files { close(file) }
                return refuse(
                    Refusal(
                        status: 500, name: "body-file-missing",
                        detail:
                            "The example's body is in bodies/\(digest), which is not there or not whole (\(range.count) bytes of it are asked for): restore it or record again."
                    ))
            }
            files.append(file)
        }
        record(.hit, response: answer.recorded, of: hit)
        if head.version == .http10 { answer.adaptToHTTP10() }
        if serving.rewritesLocation, !isNamed {
            LocationRewrite.apply(
                to: &answer.head.fields, from: example.recordedFrom, host: head.fields.text("host"),
                prefix: session.prefix)
        }
        var bytes = connection.allocator.buffer(capacity: 1024)
        for interim in answer.interim { interim.write(into: &bytes) }
        answer.head.writeStatusLine(into: &bytes)
        answer.head.fields.write(into: &bytes)
        if serving.answering.cors == .all {
            CORS.fieldsToAdd(to: answer.head.fields, for: head.fields).write(into: &bytes)
        }
        limitFields.write(into: &bytes)
        if serving.annotates { Annotation.hit(example.id, score: hit.score.total).write(into: &bytes) }
        if let field = connection.connectionField(for: head, framing: answer.framing) {
            bytes.writeStaticString(field)
        }
        bytes.writeStaticString("\r\n")
        if isPaced(example), answer.framing == .chunked || answer.framing == .untilClose, answer.parts.count == 1,
            case .bytes(let content) = answer.parts[0]
        {
            connection.write(.byteBuffer(bytes))
            connection.flush()
            let paced = PacedContent(
                content, example.response.pace, speed: serving.speed, framing: answer.framing,
                trailers: answer.trailers, on: connection
            ) { [unowned self] in
                self.paced = nil
                connection.responseEnded()
            }
            self.paced = paced
            paced.proceed()
            return
        }
        write(answer, files, behind: bytes)
    }

    /// Writes the content behind its head; the kernel copies files. sendfile(2)
    private func write(_ answer: OutgoingAnswer, _ files: [CInt], behind head: ByteBuffer) {
        var bytes = head
        var files = files[...]
        let isChunked = answer.framing == .chunked
        for part in answer.parts where part.byteCount > 0 && answer.framing != .none {
            if isChunked { ChunkedEncoder.writeSize(part.byteCount, into: &bytes) }
            switch part {
            case .bytes(let content): bytes.writeImmutableBuffer(content)
            case .file(_, let range):
                guard let descriptor = files.popFirst() else { continue }
                connection.write(.byteBuffer(bytes))
                bytes = ByteBuffer()
                let file = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
                let region = FileRegion(fileHandle: file, readerIndex: range.lowerBound, endIndex: range.upperBound)
                connection.write(.fileRegion(region)) { try? file.close() }
            }
            if isChunked { bytes.writeStaticString("\r\n") }
        }
        for file in files { close(file) }
        if isChunked { ChunkedEncoder.writeEnd(trailers: answer.trailers, into: &bytes) }
        finish(with: bytes)
    }

    /// `nil` for a file that is not there or has another size: the head has promised this one.
    private static func descriptor(of path: String?, byteCount: Int) -> CInt? {
        guard let path, case let descriptor = open(path, O_RDONLY | O_CLOEXEC), descriptor >= 0 else { return nil }
        var status = stat()
        if fstat(descriptor, &status) == 0, Int(status.st_size) == byteCount { return descriptor }
        close(descriptor)
        return nil
    }

    private func refuse(_ refusal: Refusal) {
        record(.refused, status: refusal.status, reason: refusal.detail)
        var bytes = connection.allocator.buffer(capacity: 512)
        Problem.write(
            refusal, annotates: site.serving.annotates, closes: !isRequestEnded || !connection.keepsAlive,
            to: head.method, adding: limitFields, into: &bytes)
        finish(with: bytes)
    }

    /// - Parameter complaint: what the log says of it, where the client is not to know.
    private func sendNobody(because complaint: String? = nil) {
        record(
            .refused, status: 404, body: Problem.mockNotFound, reason: complaint ?? Problem.mockNotFoundMessage)
        send(Problem.mockNotFound, status: 404, result: .refused, contentType: "application/json; charset=utf-8")
    }

    // MARK: Call log

    private func record(_ result: Exchange.Result, status: Int, body: JSONValue? = nil, reason: String? = nil) {
        let body = body.map { Body(JSONWriter.bytes($0, style: .tabs)) } ?? Body()
        record(
            result,
            response: Exchange.Response(head: ResponseHead(status: status, reason: Reason.phrase(status)), body: body),
            reason: reason)
    }

    /// - Parameters:
    ///   - named: what answered instead of an example.
    ///   - reason: why no example did.
    private func record(
        _ result: Exchange.Result, response: Exchange.Response, of hit: ExampleIndex.Hit? = nil, note: String? = nil,
        named: String? = nil, reason: String? = nil
    ) {
        loopContext.turn.log(result, session: session.key, of: site) {
            call(result, response: response, of: hit, note: note, named: named, reason: reason)
        }
    }

    private func call(
        _ result: Exchange.Result, response: Exchange.Response, of hit: ExampleIndex.Hit?, note: String? = nil,
        named: String? = nil, reason: String? = nil
    ) -> Exchange {
        let example = hit?.entry.example
        var exchange = Exchange(
            startedAt: startedAt, mode: mode, result: result, upstream: upstream, session: session.key,
            request: Exchange.Request(head: head, body: Body(.memory(body), byteCount: bodyByteCount)))
        exchange.exampleID = example?.id
        exchange.note = note
        exchange.response = response
        if let mock = site.mock {
            exchange.call = MockCall(
                mock: mock.id, exampleName: example?.name ?? named, score: hit?.score.total, missReason: reason)
            exchange.response?.body = logged(response.body)
        } else if example != nil {
            // The example holds the content; a copy in every call would double the history for nothing.
            exchange.response?.body = Body(.memory(ByteBuffer()), byteCount: response.body.byteCount)
        }
        exchange.timings.total = Timestamp.now().microseconds - startedAt.microseconds
        return exchange
    }

    private func logged(_ bytes: ByteBuffer) -> Body { logged(Body(bytes)) }

    /// What the log of a mock server keeps of a response's content: examples change, and who reads the log wants to see
    /// what was sent. Large bodies that are in files are left there.
    private func logged(_ body: Body) -> Body {
        let limit = loopContext.limits.loggedResponse
        guard let bytes = body.bytesInMemory else { return Body(.memory(ByteBuffer()), byteCount: body.byteCount) }
        guard bytes.readableBytes > limit else { return body }
        return Body(.memory(bytes.getSlice(at: bytes.readerIndex, length: limit) ?? bytes), byteCount: body.byteCount)
    }
}
