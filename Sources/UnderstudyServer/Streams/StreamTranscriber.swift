import Curl
import NIOCore
import UnderstudyCore

/// Writes down what passes through a switched connection: frames of WebSockets, bytes of anything else. Bounded by
/// `Limits.recordedFrames` and `.recordedFrame`, and as a whole like any body. Used on the loop.
final class StreamTranscriber: RelayObserver {
    /// Called once, when nothing follows.
    var onEnd: ((CurlResult?) -> Void)?
    /// Called when there is room again after `hasRoom` was false.
    var onRoom: (() -> Void)?
    private let loopContext: LoopContext
    private let start = NIODeadline.now()
    private let isWebSocket: Bool
    private var client: WebSocketFrameReader
    private var server: WebSocketFrameReader
    private var tee: BodyTee
    private var count = 0
    /// Octets that were not written down.
    private var leftOut = 0
    private(set) var hasRoom = true
    var byteCount: Int { tee.byteCount }

    init(_ loopContext: LoopContext, isWebSocket: Bool) {
        self.loopContext = loopContext
        self.isWebSocket = isWebSocket
        client = WebSocketFrameReader(payloadLimit: loopContext.limits.recordedFrame)
        server = client
        tee = BodyTee(memoryLimit: loopContext.limits.bodyInMemory)
    }

    private var now: Int64 { (NIODeadline.now() - start).nanoseconds / 1000 }

    func relayed(_ bytes: ByteBuffer, from side: RelayedStream.Side) {
        let from: StreamEntry.Side = side == .client ? .client : .server
        guard isWebSocket else { return add(bytes: bytes, from) }
        let take = { [self] (part: WebSocketFrameReader.Part) in
            switch part {
            case .opaque(let bytes): add(bytes: bytes, from)
            case .frame(let frame):
                var entry = StreamEntry(at: now, from: from, kind: frame.kind, payload: frame.payload)
                entry.isFinal = frame.isFinal
                entry.isCompressed = frame.isCompressed
                leftOut += frame.byteCount - frame.payload.readableBytes
                add(entry)
            }
        }
        if side == .client { client.read(bytes, take) } else { server.read(bytes, take) }
    }

    private func add(bytes: ByteBuffer, _ from: StreamEntry.Side) {
        add(StreamEntry(at: now, from: from, kind: .bytes, payload: bytes))
    }

    func add(_ entry: StreamEntry) {
        count += 1
        guard count <= loopContext.limits.recordedFrames else {
            leftOut += max(1, entry.payload.readableBytes)
            return
        }
        var line = ByteBuffer()
        Transcript.write(entry, into: &line)
        guard let spool = tee.append(line, to: loopContext.recorder) else { return }
        hasRoom = false
        let box = NIOLoopBound(self, eventLoop: loopContext.loop)
        spool.whenDrained { [door = loopContext.door] in
            door.execute {
                box.value.hasRoom = true
                box.value.onRoom?()
            }
        }
    }

    func ended(_ side: RelayedStream.Side) {
        add(StreamEntry(at: now, from: side == .client ? .client : .server, kind: .end))
    }

    func relayEnded(_ result: CurlResult?) {
        onRoom = nil
        let onEnd = onEnd
        self.onEnd = nil
        onEnd?(result)
    }

    /// The transcript, and how much of it is missing. Once.
    func take() -> (tee: BodyTee, leftOut: Int) {
        defer { tee = BodyTee(memoryLimit: 0) }
        return (tee, leftOut)
    }
}
