import NIOCore
import NIOSSL
import NIOTLS
import UnderstudyCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One client's connection: bytes in, one exchange after the other, bytes out. Lives on its event loop.
///
/// The rules of who may speak next are in `ConnectionState`, of what the bytes mean in `RequestParser`; this carries
/// them out. Pipelined requests wait in `input`, which is bounded because reading stops.
final class ClientConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Bytes of the next requests taken in while an exchange is still running.
    static let pipelineLimit = 64 << 10
    /// What is read and thrown away after an answer that came before the request's end, and for how long.
    static let lingerByteLimit = 4 << 20
    static let lingerTime = TimeAmount.seconds(2)

    let loopContext: LoopContext
    private var context: ChannelHandlerContext?
    private var input = ByteBuffer()
    private var parser: RequestParser
    private var state = ConnectionState()
    private var current: (any ActiveExchange)?
    /// Who has the bytes once they are no longer HTTP.
    private var raw: (any RawPeer)?
    private var hasRawEnded = false
    /// When a byte last passed of what is no longer HTTP.
    private var rawMovedAt = NIODeadline.now()
    private var hasEndedOutput = false
    private var isProcessing = false
    private var hasHeldRead = false
    private var isWaiting = false
    /// What was read and thrown away since the connection lingers; `nil` before.
    private var lingeredByteCount: Int?
    private var isLastWriteDone = false
    private var isInputClosed = false
    /// Something was written that a flush at the end of `process` will send, with what comes behind it.
    private var isFlushDue = false
    /// The head of the request in hand, while its answer may be learned.
    private var headBytes: ByteBuffer?
    private var clock: ConnectionClock
    /// What a granted CONNECT made of the connection.
    private(set) var tunnel: Tunnel?
    /// The mock server's port it came in at; `nil` for the front door.
    let entrance: Entrance?
    /// The first byte inside the tunnel tells what is spoken there.
    private var isAtTunnelStart = false
    private var isInHandshake = false

    init(loopContext: LoopContext, entrance: Entrance? = nil) {
        self.loopContext = loopContext
        self.entrance = entrance
        parser = RequestParser(limits: loopContext.limits)
        clock = ConnectionClock(limits: loopContext.limits)
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }
    var allocator: ByteBufferAllocator { context?.channel.allocator ?? ByteBufferAllocator() }

    // MARK: Channel events

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        loopContext.connections[ObjectIdentifier(self)] = self
        clock.becameIdle()
        context.fireChannelActive()
        // Accepted while the server stopped: nobody would close it in time.
        if loopContext.isStopping { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        loopContext.connections[ObjectIdentifier(self)] = nil
        let (lost, lostRaw) = (current, raw)
        (current, raw) = (nil, nil)
        lost?.clientLost()
        lostRaw?.clientLost()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The client ended its side without saying so in TLS: what it asked for is answered all the same.
        if case NIOSSLError.uncleanShutdown = error { return }
        if isInHandshake, let tunnel {
            isInHandshake = false
            loopContext.handshakeFailed(in: tunnel, error)
        }
        // A reset or a broken pipe: the client is gone, which `channelInactive` handles.
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        if let count = lingeredByteCount {
            lingeredByteCount = count + bytes.readableBytes
            if count > Self.lingerByteLimit { context.close(promise: nil) }
            return
        }
        if input.readableBytes == 0 {
            input = bytes
        } else {
            // What was taken must not pile up in front of what was not.
            input.discardReadBytes()
            input.writeBuffer(&bytes)
        }
        process()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is TLSUserEvent { isInHandshake = false }
        guard case ChannelEvent.inputClosed? = event as? ChannelEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        isInputClosed = true
        // The client has said all it wants to say and may still listen: what it asked for is answered first.
        if lingeredByteCount == nil { process() } else if isLastWriteDone { context.close(promise: nil) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            if let raw {
                raw.becameWritable()
            } else if let current {
                current.becameWritable()
            } else {
                resumeReading()
            }
        }
        context.fireChannelWritabilityChanged()
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { hasHeldRead = true }
    }

    private var mayRead: Bool {
        if lingeredByteCount != nil { return true }
        if let raw { return raw.takesBytes }
        if state.awaitsBody { return current?.takesBody ?? true }
        let isNextHeld = isWaiting || state.isInExchange || !isWritable
        return !isNextHeld || input.readableBytes < Self.pipelineLimit
    }

    /// Reads on when reading was held back and the reason is gone.
    func resumeReading() {
        process()
        guard hasHeldRead, mayRead, let context else { return }
        hasHeldRead = false
        context.read()
    }

    // MARK: Requests

    /// Takes as many parts from the input as the current exchange allows.
    private func process() {
        guard !isProcessing, !isWaiting, lingeredByteCount == nil else { return }
        isProcessing = true
        defer { isProcessing = false }
        if let raw { return feed(raw) }
        var isStarved = false
        while raw == nil, context != nil, lingeredByteCount == nil {
            if isAtTunnelStart, !beginTunnel() {
                isStarved = isAtTunnelStart
                break
            }
            if parser.isBetweenMessages {
                guard !state.isInExchange, !state.mustClose else { break }
                isStarved = input.readableBytes == 0
                // A client that asks on and on without reading its answers waits until it has.
                guard !isStarved, isWritable, !mustWait() else { break }
                if answerKnown() { continue }
                clock.headBegan()
            } else if state.awaitsBody, !(current?.takesBody ?? true) {
                break
            }
            do throws(WireError) {
                guard let part = try parser.next(from: &input) else {
                    isStarved = true
                    break
                }
                take(part)
            } catch {
                refuse(error)
                break
            }
        }
        if isFlushDue { flush() }
        if let raw { return feed(raw) }
        if input.readableBytes == 0 { input = ByteBuffer() }
        // Nothing more is asked, or the client ended its side in the middle of a request.
        guard isInputClosed, isStarved else { return }
        if current == nil { perform(state.closeWhenDone()) } else { context?.close(promise: nil) }
    }

    /// Whether the next request must wait: for the recorder, or for examples that changed on disk.
    private func mustWait() -> Bool {
        guard let obstacle = loopContext.obstacle else { return false }
        isWaiting = true
        loopContext.wait(for: obstacle) { [weak self] in
            guard let self else { return }
            isWaiting = false
            resumeReading()
        }
        return true
    }

    /// Answers what was answered before, byte for byte the same request. Takes note of the bytes if they are new.
    private func answerKnown() -> Bool {
        headBytes = nil
        guard loopContext.usesExamples, !loopContext.isStopping, !parser.hasBegun,
            let length = RequestParser.headLength(input, from: 0)
        else { return false }
        guard let known = loopContext.knownRequests.find(input, length: length, in: tunnel, at: entrance) else {
            headBytes = input.getSlice(at: input.readerIndex, length: length)
            return false
        }
        input.moveReaderIndex(forwardBy: length)
        clock.becameIdle()
        loopContext.turn.log(.hit, session: known.session, of: known.site ?? loopContext.frontSite) {
            var call = known.call
            call.startedAt = .now()
            return call
        }
        write(.byteBuffer(known.reply))
        isFlushDue = true
        return true
    }

    /// The answer to the request in hand depended on nothing but its bytes.
    func learn(reply: ByteBuffer, of site: Site, call: () -> Exchange) {
        guard let headBytes else { return }
        loopContext.knownRequests.learn(headBytes, in: tunnel, at: entrance, of: site, reply: reply, call: call)
    }

    private func take(_ part: RequestParser.Part) {
        switch part {
        case .head(let head, let framing): begin(head, framing)
        case .body(let chunk):
            clock.bodyMoved()
            current?.bodyReceived(chunk)
        case .end(let trailers):
            clock.requestEnded()
            let exchange = current
            let action = state.requestEnded()
            if action == .none { exchange?.requestEnded(trailers: trailers) }
            perform(action)
        }
    }

    private func begin(_ head: RequestHead, _ framing: BodyFraming) {
        var head = head
        // Before anybody looks at it. What `KnownRequests` learns about such bytes is an answer to what is left.
        head.fields.removePageSessions()
        // Old clients say it to a proxy under another name.
        let wantsKeepAlive =
            head.version == .http11
            ? !head.fields.list("connection", contains: "close")
            : head.fields.list("connection", contains: "keep-alive")
                || head.fields.list("proxy-connection", contains: "keep-alive")
        state.requestBegan(keepAlive: wantsKeepAlive && !loopContext.isStopping)
        clock.bodyMoved()
        let exchange = loopContext.exchange(for: head, framing: framing, on: self)
        current = exchange
        exchange.begin()
    }

    /// The bytes are no request we take: say so once, and close.
    private func refuse(_ error: WireError) {
        loopContext.refusedRequests += 1
        if let exchange = current {
            // Inside a request's content. Upstream must not take what it got for the whole.
            current = nil
            exchange.clientLost()
            if exchange.hasAnswered {
                context?.close(promise: nil)
                return
            }
        }
        let refusal = Refusal(status: error.status, name: "malformed-request", detail: error.reason)
        var bytes = allocator.buffer(capacity: 512)
        Problem.write(refusal, annotates: loopContext.serving.annotates, closes: true, to: nil, into: &bytes)
        write(.byteBuffer(bytes))
        flush()
        lingerAndClose()
    }

    /// The exchange that decided about the request gives way to the one that answers it.
    func handOver(to exchange: any ActiveExchange) { current = exchange }

    // MARK: Tunnels

    /// The CONNECT is answered: what comes now is for the host it named.
    func enter(_ tunnel: Tunnel) {
        self.tunnel = tunnel
        isAtTunnelStart = true
        current = nil
        state = ConnectionState()
        clock.becameIdle()
        if loopContext.isStopping { return stop() }
        if !isProcessing { resumeReading() }
    }

    /// - Returns: whether requests can be read from what has come.
    private func beginTunnel() -> Bool {
        guard let context, let first = input.readableBytesView.first else { return false }
        isAtTunnelStart = false
        guard first == Self.handshakeRecord else {
            // Plain HTTP in a tunnel, as some clients do with whatever their proxy is for.
            if let origin = tunnel.flatMap({ try? Upstream("http://\($0.origin.hostAndPort)") }) {
                tunnel?.origin = origin
            }
            return true
        }
        let hello = input
        input = ByteBuffer()
        isInHandshake = true
        do {
            try TunnelSecurity.begin(
                with: hello, host: tunnel?.origin.host ?? "", certificates: loopContext.certificates, in: context,
                of: self)
        } catch {
            context.close(promise: nil)
        }
        return false
    }

    /// The type of a TLS record that holds a ClientHello (RFC 8446 §5.1).
    private static let handshakeRecord: UInt8 = 22
    // MARK: Other protocols

    /// From here on the connection's bytes, those that came already included, are `peer`'s; what the exchange wrote goes
    /// out before anything of its. The request must have ended.
    func switchToRaw(_ peer: any RawPeer) {
        guard context != nil else { return peer.clientLost() }
        state.becameRaw()
        clock.stop()
        current = nil
        headBytes = nil
        raw = peer
        rawMovedAt = .now()
        resumeReading()
    }

    private func feed(_ raw: any RawPeer) {
        if input.readableBytes > 0, raw.takesBytes {
            let bytes = input
            input = ByteBuffer()
            rawMovedAt = .now()
            raw.received(bytes)
        }
        guard isInputClosed, input.readableBytes == 0, !hasRawEnded else { return }
        hasRawEnded = true
        raw.clientEnded()
    }

    /// The client sees our side end behind what was written; it may go on sending.
    func endOutput() {
        guard let context else { return }
        hasEndedOutput = true
        rawMovedAt = .now()
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(.byteBuffer(ByteBuffer()))).whenComplete { _ in
            channel.close(mode: .output, promise: nil)
        }
    }

    /// Closes after what was written: an empty write keeps the order.
    func closeAfterWrites() {
        guard let context else { return }
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(.byteBuffer(ByteBuffer()))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    // MARK: Responses

    /// The field that tells the client what becomes of the connection; `nil` when the default says it.
    func connectionField(for head: RequestHead, framing: ResponseFraming) -> StaticString? {
        if framing == .untilClose || loopContext.isStopping { _ = state.closeWhenDone() }
        if state.mustClose { return "Connection: close\r\n" }
        return head.version == .http10 ? "Connection: keep-alive\r\n" : nil
    }

    var keepsAlive: Bool { !state.mustClose && !loopContext.isStopping }

    func write(_ data: IOData) {
        if raw != nil { rawMovedAt = .now() }
        context?.write(Self.wrapOutboundOut(data), promise: nil)
    }

    func write(_ data: IOData, then done: @escaping @Sendable () -> Void) {
        guard let context else { return done() }
        context.write(Self.wrapOutboundOut(data)).whenComplete { _ in done() }
    }

    func flush() {
        isFlushDue = false
        context?.flush()
    }

    /// The answer said so: the connection ends with the current exchange.
    func closeAfterExchange() { _ = state.closeWhenDone() }

    func responseEnded() {
        current = nil
        let action = state.responseEnded()
        perform(action)
        // Called from within `process` when the answer was at hand: its loop goes on by itself.
        if action == .readNext, !isProcessing { resumeReading() }
    }

    /// The response cannot be completed: after what came of it the client must see a cut, not an end (RFC 9112 §8).
    ///
    /// - Parameter framing: with `untilClose` the cut is a reset, because an orderly close would be the body's end.
    func abortResponse(_ framing: ResponseFraming) {
        guard let context else { return }
        current = nil
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(.byteBuffer(ByteBuffer()))).whenComplete { _ in
            guard framing == .untilClose, let sockets = channel as? any SocketOptionProvider else {
                return channel.close(promise: nil)
            }
            sockets.setSoLinger(linger(l_onoff: 1, l_linger: 0)).assumeIsolated().whenComplete { _ in
                // Behind TLS, which would say that this is the end.
                let security = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
                if let security { security.close(promise: nil) } else { channel.close(promise: nil) }
            }
        }
    }

    private func perform(_ action: ConnectionState.Action) {
        switch action {
        case .none: break
        case .readNext: clock.becameIdle()
        case .close where input.readableBytes > 0 && !isInputClosed: lingerAndClose()
        case .close: closeAfterWrites()
        case .lingeringClose: lingerAndClose()
        }
    }

    private func lingerAndClose() {
        guard let context else { return }
        lingeredByteCount = 0
        input = ByteBuffer()
        clock.stop()
        let channel = context.channel
        let written = context.writeAndFlush(Self.wrapOutboundOut(.byteBuffer(ByteBuffer())))
        written.assumeIsolated().whenComplete { _ in
            self.isLastWriteDone = true
            guard !self.isInputClosed else { return channel.close(promise: nil) }
            channel.close(mode: .output, promise: nil)
            channel.eventLoop.scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
        }
        if hasHeldRead {
            hasHeldRead = false
            context.read()
        }
    }

    // MARK: Time

    /// Called about once a second: ends what takes too long.
    func check(now: NIODeadline) {
        guard let context else { return }
        if raw != nil {
            let limits = loopContext.limits
            let isHalfClosed = hasEndedOutput || hasRawEnded
            let limit = isHalfClosed ? limits.halfClosedTimeout : limits.switchedIdleTimeout
            if now - rawMovedAt > limit.amount { context.close(promise: nil) }
            return
        }
        switch clock.verdict(now: now, unwritten: bufferedByteCount, isReading: mayRead && !isWaiting) {
        case .none: break
        case .close: context.close(promise: nil)
        case .timeOut: refuse(WireError(status: 408, reason: "The request took too long to arrive."))
        }
    }

    private var bufferedByteCount: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// The server stops: idle connections close, others after their exchange.
    func stop() { perform(state.closeWhenDone()) }

    /// The time for a graceful stop is over.
    func cancel() {
        current?.cancel()
        raw?.cancel()
        context?.close(promise: nil)
    }
}
