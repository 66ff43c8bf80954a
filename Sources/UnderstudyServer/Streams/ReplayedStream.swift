import NIOCore
import UnderstudyCore

/// Upstream's part of a recorded stream, played to a live client.
///
/// What the server said before the client's first message comes at once; what it said after the client's k-th message
/// comes after the live k-th message, whether or not that is the same: one that differs is marked in the call's own
/// transcript. Pings are answered and a close is, as RFC 6455 wants; recorded pongs are left out. Of other protocols
/// bytes are counted instead of messages.
final class ReplayedStream: RawPeer {
    private let connection: ClientConnection
    private let loopContext: LoopContext
    private let site: Site
    private let entries: [StreamEntry]
    private let isWebSocket: Bool
    private let transcriber: StreamTranscriber
    private var exchange: Exchange
    private let start = NIODeadline.now()

    /// The next entry to play.
    private var position = 0
    /// Live messages (or bytes) that the script has not passed yet.
    private var available = 0
    private var reader: WebSocketFrameReader
    /// The live message so far, when it comes in several frames.
    private var message = ByteBuffer()
    private var messageKind = StreamEntry.Kind.text
    /// The recorded messages of the client, in order, and how many live ones came.
    private lazy var expected = Self.messages(entries)
    private var messageCount = 0
    private var timer: Scheduled<Void>?
    /// The entry at `position` has waited its time.
    private var hasWaited = false
    private var hasClosed = false
    private var hasClientEnded = false
    private var isOver = false
    private var isPlaying = false
    private var mustPlayOn = false

    init(
        _ connection: ClientConnection, _ entries: [StreamEntry], _ exchange: Exchange, of site: Site, isWebSocket: Bool
    ) {
        self.site = site
        self.connection = connection
        self.entries = entries
        self.exchange = exchange
        self.isWebSocket = isWebSocket
        loopContext = connection.loopContext
        transcriber = StreamTranscriber(loopContext, isWebSocket: false)
        reader = WebSocketFrameReader(payloadLimit: loopContext.limits.recordedFrame)
    }

    func begin() { play() }

    // MARK: The server's part

    /// Says what is due, as far as the client takes it. A flush may make the channel writable again, which calls back from
    /// within it.
    private func play() {
        guard !isPlaying else {
            mustPlayOn = true
            return
        }
        isPlaying = true
        repeat {
            mustPlayOn = false
            if !isOver, timer == nil { advance() }
            connection.flush()
        } while mustPlayOn
        isPlaying = false
        if hasClientEnded, timer == nil, connection.isWritable { close() }
    }

    private func advance() {
        while position < entries.count, !hasClosed {
            let entry = entries[position]
            guard entry.from == .server else {
                guard hasClientDone(entry) else { return }
                next()
                continue
            }
            // Answers to pings that this client did not send, or that are answered as they come.
            if entry.kind == .pong {
                next()
                continue
            }
            guard connection.isWritable else { return }
            if !hasWaited, let delay = delay(of: entry) {
                hasWaited = true
                timer = loopContext.loop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
                    self?.timer = nil
                    self?.play()
                }
                return
            }
            next()
            say(entry)
        }
    }

    private func next() {
        position += 1
        hasWaited = false
    }

    /// How long after what came before it. A zero is no wait.
    private func delay(of entry: StreamEntry) -> TimeAmount? {
        let serving = site.serving
        let before = position > 0 ? entries[position - 1] : nil
        switch serving.latency {
        case .none: return nil
        // As for a response: it takes so long to answer, not to say every word.
        case .fixed, .drawn: return before?.from == .client ? serving.latency.delay : nil
        case .recorded:
            let microseconds = Double(entry.at - (before?.at ?? 0)) / serving.speed
            return microseconds >= 1 ? .microseconds(Int64(min(microseconds, 1e12))) : nil
        }
    }

    private func hasClientDone(_ entry: StreamEntry) -> Bool {
        switch entry.kind {
        case .text, .binary, .continuation:
            // A message counts by its last frame.
            guard entry.isFinal else { return true }
            guard available > 0 else { return false }
            available -= 1
            return true
        case .bytes:
            guard available >= entry.payload.readableBytes else { return false }
            available -= entry.payload.readableBytes
            return true
        case .ping, .pong: return true
        // What follows was said to a client that had left.
        case .close: return hasClosed
        case .end: return hasClientEnded
        }
    }

    private func say(_ entry: StreamEntry) {
        switch entry.kind {
        case .end:
            log(entry)
            hasClosed = true
            connection.endOutput()
        case .bytes:
            log(entry)
            connection.write(.byteBuffer(entry.payload))
        default:
            if entry.kind == .close { hasClosed = true }
            write(entry)
        }
    }

    private func write(_ entry: StreamEntry) {
        log(entry)
        var bytes = connection.allocator.buffer(capacity: entry.payload.readableBytes + 10)
        WebSocketFrame(
            kind: entry.kind, isFinal: entry.isFinal, isCompressed: entry.isCompressed, payload: entry.payload,
            byteCount: entry.payload.readableBytes
        ).write(into: &bytes)
        connection.write(.byteBuffer(bytes))
    }

    private func log(_ entry: StreamEntry) {
        var entry = entry
        entry.at = (NIODeadline.now() - start).nanoseconds / 1000
        transcriber.add(entry)
    }

    // MARK: The client's part

    var takesBytes: Bool { !isOver && connection.isWritable && transcriber.hasRoom }

    func received(_ bytes: ByteBuffer) {
        guard !isOver else { return }
        if isWebSocket {
            reader.read(bytes) { part in
                switch part {
                case .frame(let frame): take(frame)
                case .opaque: fail()
                }
            }
        } else {
            log(StreamEntry(at: 0, from: .client, kind: .bytes, payload: bytes))
            available += bytes.readableBytes
        }
        play()
    }

    private func take(_ frame: WebSocketFrame) {
        guard !isOver else { return }
        var entry = StreamEntry(at: 0, from: .client, kind: frame.kind, payload: frame.payload)
        entry.isFinal = frame.isFinal
        entry.isCompressed = frame.isCompressed
        switch frame.kind {
        case .ping:
            log(entry)
            write(StreamEntry(at: 0, from: .server, kind: .pong, payload: frame.payload))
            connection.flush()
        case .pong, .bytes, .end: log(entry)
        case .close:
            log(entry)
            if !hasClosed {
                hasClosed = true
                // What the server said to a close when it was recorded; else what RFC 6455 §5.5.1 makes of it.
                let recorded = entries[position...].first { $0.from == .server && $0.kind == .close }
                let code = frame.payload.getSlice(at: 0, length: min(2, frame.payload.readableBytes)) ?? ByteBuffer()
                write(StreamEntry(at: 0, from: .server, kind: .close, payload: recorded?.payload ?? code))
            }
            close()
        case .text, .binary, .continuation:
            if entry.beginsMessage { (message, messageKind) = (ByteBuffer(), frame.kind) }
            let room = loopContext.limits.recordedFrame - message.readableBytes
            if room >= frame.payload.readableBytes { message.writeImmutableBuffer(frame.payload) }
            guard frame.isFinal else { return log(entry) }
            var whole = StreamEntry(at: 0, from: .client, kind: messageKind, payload: message)
            whole.isCompressed = frame.isCompressed
            whole.payload = site.serving.redaction.apply(to: whole) ?? message
            entry.differs = messageCount >= expected.count || expected[messageCount] != whole.payload
            messageCount += 1
            available += 1
            message = ByteBuffer()
            log(entry)
        }
    }

    /// The client's messages, put together.
    private static func messages(_ entries: [StreamEntry]) -> [ByteBuffer] {
        var messages: [ByteBuffer] = []
        var message = ByteBuffer()
        for entry in entries where entry.from == .client && entry.isData && entry.kind != .bytes {
            if entry.beginsMessage { message = ByteBuffer() }
            message.writeImmutableBuffer(entry.payload)
            if entry.isFinal { messages.append(message) }
        }
        return messages
    }

    /// It does not speak WebSocket: RFC 6455 §7.4.1 has a number for that.
    private func fail() {
        var payload = ByteBuffer()
        payload.writeInteger(UInt16(1002))
        hasClosed = true
        write(StreamEntry(at: 0, from: .server, kind: .close, payload: payload))
        close()
    }

    private func close() {
        guard !isOver else { return }
        connection.closeAfterWrites()
        finish()
    }

    func clientEnded() {
        hasClientEnded = true
        // What is still due comes first; then nothing else can end it.
        play()
    }

    func becameWritable() {
        play()
        connection.resumeReading()
    }

    func clientLost() { finish() }
    func cancel() { finish() }

    private func finish() {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        timer = nil
        loopContext.turn.handOver()
        let transcript = transcriber.take()
        let leftOut = transcript.leftOut
        var tee = transcript.tee
        exchange.timings.total = Timestamp.now().microseconds - exchange.startedAt.microseconds
        tee.finish(contentType: Transcript.mediaType) { [exchange, recorder = loopContext.recorder] body in
            var exchange = exchange
            exchange.response?.body = body
            exchange.response?.body.byteCount += leftOut
            recorder.record(exchange, savingExample: false, committed: nil)
        }
    }
}
