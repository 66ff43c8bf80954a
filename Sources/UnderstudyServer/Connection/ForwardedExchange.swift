import Curl
import NIOCore
import UnderstudyCore

/// An exchange that upstream answers: bytes to and from libcurl as they come, a copy to the recording, and the end
/// held back until that is durable.
///
/// `@unchecked Sendable`: travels through the engine's thread and the recorder's as a reference only; every method and
/// property is used on the connection's loop.
final class ForwardedExchange: ActiveExchange, @unchecked Sendable {
    /// Chunks up to this size are copied behind the head, so that a small response is one write.
    static let coalescingLimit = 16 << 10
    /// Interim responses kept and passed on.
    static let interimLimit = 16

    private let connection: ClientConnection
    private let loopContext: LoopContext
    private let head: RequestHead
    private let bodyFraming: BodyFraming
    private let session: RequestSession
    private let upstream: Upstream
    /// The client named the host; else it named us, and the upstream gets its own name.
    private let keepsHost: Bool
    private let target: ByteBuffer
    /// Settled with the response's head, or with its end where its size decides.
    private var savesExample: Bool
    private var facts: RecordingFacts?
    private let startedAt = Timestamp.now()
    private let mode: Mode

    // The request on its way up.
    private var source: UploadSource?
    private var expectsContinue: Bool
    private var requestTee: BodyTee
    private var requestTrailers = Fields()
    private var isRequestEnded = false
    private var hasUploadRoom = true

    // The transfer.
    private var transfer: CurlTransfer?
    private var sink: TransferSink?
    /// Instead of a transfer, when the client asks for another protocol.
    private var upgrade: UpgradeCall?
    /// What passes since the protocol was switched.
    private var transcriber: StreamTranscriber?
    private var isClientLost = false
    private var isCancelled = false

    // The response on its way down.
    private var interim: [ResponseHead] = []
    private var response: ResponseHead?
    private var responseTee: BodyTee
    private var framing = ResponseFraming.none
    /// Of a response that says no length.
    private var pace: Pace?
    private var headAt = NIODeadline.now()
    private var remaining = 0
    private(set) var hasAnswered = false
    /// Written but not flushed: the tail of it may be what completes the response.
    private var unflushed: [ByteBuffer] = []
    private var untakenByteCount = 0
    private var isSpoolCongested = false
    private var isComplete = false
    /// Microseconds from the request's head to the first line of the response.
    private var firstByte: Int64 = 0
    /// The client has seen the beginning of a response that will have no end.
    private var isCut = false

    init(
        _ request: AddressedRequest, framing: BodyFraming, upstream: Upstream, target: ByteBuffer,
        on connection: ClientConnection
    ) {
        self.connection = connection
        keepsHost = request.named != nil
        session = request.session
        var head = request.head
        MatchControls.remove(from: &head.fields)
        self.head = head
        self.upstream = upstream
        loopContext = connection.loopContext
        mode = loopContext.serving.mode
        let filter = loopContext.serving.recordingFilter
        facts = mode.savesExamples ? RecordingFacts(head, to: upstream) : nil
        savesExample = facts.map { filter.decision($0) ?? true } ?? false
        expectsContinue = head.version == .http11 && head.fields.list("expect", contains: "100-continue")
        requestTee = BodyTee(memoryLimit: loopContext.limits.bodyInMemory)
        responseTee = BodyTee(memoryLimit: loopContext.limits.bodyInMemory)
        self.bodyFraming = framing
        self.target = target
    }

    func begin() {
        if let refusal = loopContext.targets.refusal(of: upstream, options: loopContext.curlOptions(for: upstream)) {
            return fail(refusal, result: nil)
        }
        let bridge: EngineBridge
        do {
            bridge = try loopContext.bridge()
        } catch {
            fail(UpstreamFailure(.internalError, "libcurl could not be started: \(error)"), result: nil)
            return
        }
        let hasBody = bodyFraming != .none && bodyFraming != .counted(0)
        if head.wantsUpgrade, !hasBody {
            do {
                let call = UpgradeCall(self, method: head.method, to: upstream, loopContext: loopContext)
                upgrade = call
                let bytes = UpstreamRequest.upgrade(
                    head, upstream: upstream, keepsHost: keepsHost, target: target, via: loopContext.serving.via)
                try call.start(bytes, to: upstream, bridge)
            } catch {
                upgrade = nil
                fail(UpstreamFailure(.internalError, "libcurl could not be started: \(error)"), result: nil)
            }
            return
        }
        let request = UpstreamRequest.make(
            head, framing: bodyFraming, upstream: upstream, keepsHost: keepsHost, target: target,
            via: loopContext.serving.via, options: loopContext.curlOptions(for: upstream))
        if hasBody {
            let loop = loopContext.loop
            source = UploadSource(limits: loopContext.limits, isRepeatable: request.isRepeatable) {
                [weak self] notice in
                guard let self else { return }
                loop.execute { self.uploadNoticed(notice) }
            }
        }
        (transfer, sink) = bridge.start(request, source: source, for: self)
    }

    // MARK: Request

    var takesBody: Bool { hasUploadRoom && !isSpoolCongested }

    func bodyReceived(_ chunk: ByteBuffer) {
        expectsContinue = false
        if let spool = requestTee.append(chunk, to: loopContext.recorder) { wait(for: spool) }
        guard let source else { return }
        let (wake, hasRoom) = source.append(chunk)
        hasUploadRoom = hasRoom
        if wake { transfer?.resumeSending() }
    }

    func requestEnded(trailers: Fields) {
        isRequestEnded = true
        requestTrailers = trailers
        if source?.end() ?? false { transfer?.resumeSending() }
    }

    private func uploadNoticed(_ notice: UploadSource.Notice) {
        switch notice {
        case .drained:
            hasUploadRoom = true
            connection.resumeReading()
        case .wanted:
            guard expectsContinue, !hasAnswered, !isClientLost, !isComplete else { return }
            expectsContinue = false
            connection.write(.byteBuffer(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")))
            connection.flush()
        }
    }

    func clientLost() {
        isClientLost = true
        if source?.abort() ?? false { transfer?.resumeSending() }
        transfer?.cancel()
        upgrade?.cancel()
    }

    func cancel() {
        isCancelled = true
        transfer?.cancel()
        upgrade?.cancel()
    }

    // MARK: Response

    /// Takes what the engine's turn brought. On the loop.
    func handle(_ events: [UpstreamEvent]) {
        for event in events {
            switch event {
            case .interim(let head): relayInterim(head)
            case .head(let head): relay(head)
            case .data(let data): relay(data)
            case .finished(let result, let trailers, let refusal, let answeredAt):
                if let answeredAt { firstByte = max(0, answeredAt.microseconds - startedAt.microseconds) }
                finished(result, trailers: trailers, refusal: refusal)
            }
        }
        if !isComplete { flush() }
    }

    private func relayInterim(_ head: ResponseHead) {
        guard interim.count < Self.interimLimit else { return }
        interim.append(head)
        guard self.head.version == .http11, !isClientLost else { return }
        var bytes = ByteBuffer()
        var relayed = head
        relayed.fields.removeHopByHop()
        relayed.write(into: &bytes)
        unflushed.append(bytes)
    }

    private func relay(_ head: ResponseHead) {
        response = head
        if !head.fields.contains("content-length") { (pace, headAt) = (Pace(), .now()) }
        decide(
            size: head.hasNoBody(method: self.head.method) ? 0 : head.fields.text("content-length").flatMap { Int($0) })
        guard !isClientLost else { return }
        hasAnswered = true
        var fields = head.fields
        fields.removeHopByHop()
        if loopContext.serving.rewritesLocation, !keepsHost {
            LocationRewrite.apply(
                to: &fields, from: upstream.baseURL, host: self.head.fields.text("host"), prefix: session.prefix)
        }
        framing = ResponseFraming(relaying: &fields, status: head.status, to: self.head)
        if case .counted(let length) = framing { remaining = length }
        var bytes = connection.allocator.buffer(capacity: 1024)
        head.writeStatusLine(into: &bytes)
        fields.write(into: &bytes)
        if loopContext.serving.annotates { Annotation(result: result).write(into: &bytes) }
        // What the client sent behind a request to switch is no request.
        if upgrade != nil { connection.closeAfterExchange() }
        if let field = connection.connectionField(for: self.head, framing: framing) { bytes.writeStaticString(field) }
        bytes.writeStaticString("\r\n")
        unflushed.append(bytes)
    }

    /// Decides whether this becomes an example, as far as what is known of the response says.
    private func decide(size: Int?) {
        guard let response, facts != nil else { return }
        facts?.add(response, size: size)
        if let facts, let decision = loopContext.serving.recordingFilter.decision(facts) { savesExample = decision }
    }

    private var result: Exchange.Result { savesExample ? .recorded : .passthrough }

    private func relay(_ data: ByteBuffer) {
        let count = data.readableBytes
        untakenByteCount += count
        pace?.add(count, at: Int((NIODeadline.now() - headAt).nanoseconds / 1_000_000))
        if let spool = responseTee.append(data, to: loopContext.recorder) { wait(for: spool) }
        guard !isClientLost else { return }
        if framing == .chunked {
            var size = ByteBuffer()
            ChunkedEncoder.writeSize(count, into: &size)
            append(size)
            append(data)
            append(ByteBuffer(staticString: "\r\n"))
        } else if framing != .none {
            remaining -= count
            append(data)
        }
    }

    private func append(_ data: ByteBuffer) {
        if data.readableBytes <= Self.coalescingLimit, let last = unflushed.indices.last,
            unflushed[last].readableBytes <= Self.coalescingLimit
        {
            unflushed[last].writeImmutableBuffer(data)
        } else {
            unflushed.append(data)
        }
    }

    /// Writes what may be written: all but the bytes that would complete the response.
    private func flush() {
        guard !isEndHeld else { return settle() }
        writeUnflushed()
        settle()
    }

    /// Whether what waits is the end of the response: the last counted bytes, or a head that is all there is.
    private var isEndHeld: Bool {
        guard response != nil, !unflushed.isEmpty else { return false }
        switch framing {
        case .none: return true
        case .counted: return remaining <= 0
        case .chunked, .untilClose: return false
        }
    }

    private func writeUnflushed() {
        guard !unflushed.isEmpty else { return }
        if !isClientLost {
            for buffer in unflushed { connection.write(.byteBuffer(buffer)) }
            connection.flush()
        }
        unflushed = []
    }

    /// Tells the transfer how much the client has taken, which lets it go on.
    private func settle() {
        guard untakenByteCount > 0, !isSpoolCongested, isClientLost || connection.isWritable else { return }
        let count = untakenByteCount
        untakenByteCount = 0
        if sink?.taken(count) ?? false { transfer?.resumeReceiving() }
        upgrade?.taken(count)
    }

    func becameWritable() { settle() }

    private func wait(for spool: any BodySpooling) {
        isSpoolCongested = true
        spool.whenDrained { [weak self, door = loopContext.door] in
            guard let self else { return }
            door.execute {
                self.isSpoolCongested = false
                self.settle()
                self.connection.resumeReading()
            }
        }
    }

    // MARK: Another protocol

    /// Upstream agreed to switch: from here on bytes pass both ways, and what passes is written down.
    ///
    /// - Parameter rest: what came behind the head.
    func switched(_ head: ResponseHead, _ stream: UpstreamStream, rest: ByteBuffer, answeredAt: Timestamp?) {
        upgrade = nil
        if let answeredAt { firstByte = max(0, answeredAt.microseconds - startedAt.microseconds) }
        response = head
        decide(size: nil)
        guard !isClientLost else {
            stream.owner = nil
            stream.cancel()
            return fail(UpstreamFailure(.clientAborted, "\(upstream.origin): the client left"), result: nil)
        }
        hasAnswered = true
        var bytes = connection.allocator.buffer(capacity: 512)
        SwitchedHead.write(
            head, annotation: loopContext.serving.annotates ? Annotation(result: result) : nil, into: &bytes)
        unflushed.append(bytes)
        writeUnflushed()
        let transcriber = StreamTranscriber(loopContext, isWebSocket: WebSocketHandshake.isWanted(self.head.fields))
        self.transcriber = transcriber
        let relay = RelayedStream(connection, stream, observer: transcriber)
        transcriber.onRoom = { [weak relay] in relay?.observerHasRoom() }
        transcriber.onEnd = { result in self.streamEnded(result) }
        relay.begin(withUpstream: rest)
    }

    /// A client that leaves without a word is how many streams end, and our own leaving is no fault of theirs; one that
    /// upstream cut is not whole.
    private func streamEnded(_ curl: CurlResult?) {
        isClientLost = true
        isComplete = true
        let failure =
            curl?.kind == .cancelled ? nil : curl.flatMap { UpstreamFailure($0, refusal: nil, upstream: upstream) }
        record(curl, failure: failure, trailers: Fields())
    }

    // MARK: End

    private func finished(_ curl: CurlResult, trailers: Fields, refusal: String?) {
        // The sink holds this exchange, and the commit that ends it may come too late for the loop.
        transfer = nil
        sink = nil
        upgrade = nil
        var failure = UpstreamFailure(curl, refusal: refusal, upstream: upstream)
        if curl.kind == .cancelled, isCancelled || !isClientLost {
            // Not the client's doing: we stop, or have left the network for replay.
            failure = UpstreamFailure(
                .shutdown, "\(upstream.origin): we closed the connection before the answer was whole")
        }
        if failure == nil, response == nil {
            failure = UpstreamFailure(.protocolError, "\(upstream.origin): the response has no head")
        }
        if let failure {
            fail(failure, result: curl, trailers: trailers)
        } else {
            if framing == .chunked, !isClientLost {
                var end = ByteBuffer()
                ChunkedEncoder.writeEnd(trailers: trailers, into: &end)
                append(end)
            }
            isComplete = true
            record(curl, failure: nil, trailers: trailers)
        }
    }

    private func fail(_ failure: UpstreamFailure, result curl: CurlResult?, trailers: Fields = Fields()) {
        isComplete = true
        if !isClientLost, !hasAnswered {
            hasAnswered = true
            var bytes = connection.allocator.buffer(capacity: 512)
            // Upstream may have left the request half read; what follows it is anyone's guess.
            let closes = head.wantsUpgrade || !isRequestEnded || !connection.keepsAlive
            if closes { connection.closeAfterExchange() }
            Problem.write(
                Problem.body(of: failure), status: failure.status, result: .refused,
                annotates: loopContext.serving.annotates, closes: closes, to: head.method,
                proxyStatus: failure.kind.rawValue, into: &bytes)
            unflushed = [bytes]
        } else if !isClientLost {
            // A response already begun is cut, never completed.
            isCut = true
            if isEndHeld { unflushed = [] } else { writeUnflushed() }
        }
        record(curl, failure: failure, trailers: trailers)
    }

    /// Hands the exchange over once both bodies are whole, and ends the response when it is durable.
    private func record(_ curl: CurlResult?, failure: UpstreamFailure?, trailers: Fields) {
        settle()
        decide(size: transcriber?.byteCount ?? responseTee.byteCount)
        loopContext.turn.handOver()
        var exchange = Exchange(
            startedAt: startedAt, mode: mode, result: failure == nil ? result : .passthrough, upstream: upstream.origin,
            session: session.key, request: Exchange.Request(head: head, trailers: requestTrailers), failure: failure)
        loopContext.serving.sessions.count(exchange.result, for: session.key)
        if loopContext.isTrustedBlindly(upstream) { exchange.note = "the server's certificate was not verified" }
        if let curl { exchange.timings = Timings(curl.timings, firstByte: firstByte) }
        if let response {
            exchange.response = Exchange.Response(interim: interim, head: response, trailers: trailers)
            if let pace { exchange.response?.pace = pace.worthKeeping }
        }
        let waits = mode.savesExamples
        var bodies = (request: requestTee, response: responseTee)
        requestTee = BodyTee(memoryLimit: 0)
        responseTee = BodyTee(memoryLimit: 0)
        var pending = PendingRecord(
            exchange: exchange, savesExample: savesExample, owner: waits ? self : nil, loopContext: loopContext)
        var responseType = response?.fields.text("content-type")
        if let transcript = transcriber?.take() {
            (bodies.response, pending.leftOut) = transcript
            responseType = Transcript.mediaType
            transcriber = nil
        }
        bodies.request.finish(contentType: head.fields.text("content-type")) {
            [response = bodies.response, pending, responseType] body in
            pending.finish(requestBody: body, response: response, responseType: responseType)
        }
        if !waits { committed() }
    }

    /// The exchange is stored, or recording is degraded: the client gets the end.
    func committed() {
        guard !isClientLost else { return }
        if isCut {
            connection.abortResponse(framing)
            return
        }
        writeUnflushed()
        connection.responseEnded()
    }
}

/// An exchange that only waits for its bodies to be whole. Spilled bodies end on the spool's thread.
private struct PendingRecord: Sendable {
    var exchange: Exchange
    let savesExample: Bool
    /// Octets of a transcript that were not written down.
    var leftOut = 0
    /// Who must know when the exchange is durable.
    let owner: ForwardedExchange?
    let loopContext: LoopContext

    func finish(requestBody: Body, response: BodyTee, responseType: String?) {
        var response = response
        response.finish(contentType: responseType) { responseBody in
            var exchange = exchange
            exchange.request.body = requestBody
            exchange.response?.body = responseBody
            exchange.response?.body.byteCount += leftOut
            var committed: (@Sendable (Int64?) -> Void)?
            if let owner { committed = { _ in loopContext.commits.committed(owner) } }
            loopContext.recorder.record(
                exchange, savingExample: savesExample && exchange.isReplayable, committed: committed)
        }
    }
}

extension Timings {
    init(_ curl: CurlResult.Timings, firstByte: Int64) {
        self.init()
        nameLookup = curl.nameLookup
        connect = curl.connect
        tls = curl.appConnect
        self.firstByte = firstByte
        total = curl.total
    }
}
