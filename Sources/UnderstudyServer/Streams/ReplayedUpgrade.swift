import NIOCore
import NIOPosix
import UnderstudyCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Answers a request for another protocol from an example: writes the 101 and hands the connection to a `ReplayedStream`.
final class ReplayedUpgrade: ActiveExchange {
    private let connection: ClientConnection
    private let loopContext: LoopContext
    private let head: RequestHead
    private let session: RequestSession
    private let site: Site
    /// Where the request would have gone.
    private let upstream: String
    private let hit: ExampleIndex.Hit
    private let startedAt = Timestamp.now()
    private let mode: Mode
    private var isOver = false
    private(set) var hasAnswered = false

    init(_ request: AddressedRequest, hit: ExampleIndex.Hit, on connection: ClientConnection) {
        self.connection = connection
        head = request.head
        session = request.session
        loopContext = connection.loopContext
        site = request.site ?? loopContext.frontSite
        upstream = (request.named ?? site.serving.upstream)?.origin ?? ""
        self.hit = hit
        mode = site.serving.mode
    }

    var takesBody: Bool { true }
    func begin() {}
    func bodyReceived(_ chunk: ByteBuffer) {}
    func becameWritable() {}
    func clientLost() { isOver = true }
    func cancel() { isOver = true }

    func requestEnded(trailers: Fields) {
        switch example.response.body.content {
        case .memory(let bytes): answer(Self.entries(bytes))
        case .stored(let digest, let byteCount):
            let path = loopContext.storedBodies.path(of: digest)
            let box = NIOLoopBound(self, eventLoop: loopContext.loop)
            // Files are not read on a loop, nor are long transcripts.
            NIOThreadPool.singleton.submit { [door = loopContext.door] _ in
                let entries = path.flatMap { Self.contents(of: $0, byteCount: byteCount) }.map { Self.entries($0) }
                door.execute {
                    if let entries { return box.value.answer(entries) }
                    box.value.refuse(
                        "body-file-missing", "The example's body is in bodies/\(digest), which is not there.")
                }
            }
        }
    }

    private static func entries(_ bytes: ByteBuffer) -> Result<[StreamEntry], StreamEntry.Fault> {
        do throws(StreamEntry.Fault) {
            return .success(try Transcript.entries(bytes))
        } catch {
            return .failure(error)
        }
    }

    private var example: Example { hit.entry.example }

    private static func contents(of path: String, byteCount: Int) -> ByteBuffer? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = ByteBuffer()
        bytes.reserveCapacity(byteCount)
        while bytes.readableBytes < byteCount {
            let count = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: 1) {
                max(0, read(descriptor, $0.baseAddress, $0.count))
            }
            if count == 0 { return nil }
        }
        return bytes
    }

    private func answer(_ transcript: Result<[StreamEntry], StreamEntry.Fault>) {
        guard !isOver else { return }
        let entries: [StreamEntry]
        switch transcript {
        case .success(let found): entries = found
        case .failure(let fault): return refuse("transcript-broken", "Example \(example.id): \(fault)")
        }
        var response = example.response.head
        let isWebSocket = WebSocketHandshake.isWanted(head.fields)
        let offers = head.fields.all("sec-websocket-extensions")
        if response.fields.contains("sec-websocket-extensions"), offers.isEmpty {
            guard !entries.contains(where: { $0.from == .server && $0.isCompressed }) else {
                return refuse(
                    "extension-not-offered",
                    "Example \(example.id) was recorded compressed (permessage-deflate), which this request does not offer."
                )
            }
            response.fields.remove("sec-websocket-extensions")
        }
        if let key = head.fields.first("sec-websocket-key") {
            let accept = WebSocketHandshake.accept(for: key.value)
            if response.fields.contains("sec-websocket-accept") {
                response.fields.replace("sec-websocket-accept", with: accept)
            } else {
                response.fields.append("Sec-WebSocket-Accept", accept)
            }
        }
        if !response.fields.contains("upgrade") {
            response.fields.append("Upgrade", head.fields.text("upgrade") ?? "websocket")
        }
        hasAnswered = true
        let annotates = site.serving.annotates
        var out = connection.allocator.buffer(capacity: 512)
        SwitchedHead.write(
            response, annotation: annotates ? .hit(example.id, score: hit.score.total) : nil, into: &out)
        connection.write(.byteBuffer(out))
        connection.flush()
        var exchange = Exchange(
            startedAt: startedAt, mode: mode, result: .hit, upstream: upstream, session: session.key,
            request: Exchange.Request(head: head), response: Exchange.Response(head: response))
        exchange.exampleID = example.id
        if let mock = site.mock {
            exchange.call = MockCall(mock: mock.id, exampleName: example.name, score: hit.score.total)
        }
        site.serving.sessions.count(.hit, for: session.key)
        let stream = ReplayedStream(connection, entries, exchange, of: site, isWebSocket: isWebSocket)
        connection.switchToRaw(stream)
        stream.begin()
    }

    private func refuse(_ name: String, _ detail: String) {
        guard !isOver else { return }
        hasAnswered = true
        connection.closeAfterExchange()
        let status = name == "extension-not-offered" ? 501 : 500
        var bytes = connection.allocator.buffer(capacity: 512)
        Problem.write(
            Refusal(status: status, name: name, detail: detail),
            annotates: site.serving.annotates, closes: true, to: head.method, into: &bytes)
        loopContext.turn.log(.refused, session: session.key, of: site) {
            var exchange = Exchange(
                startedAt: startedAt, mode: mode, result: .refused, upstream: upstream, session: session.key,
                request: Exchange.Request(head: head),
                response: Exchange.Response(head: ResponseHead(status: status, reason: "")))
            exchange.note = detail
            if let mock = site.mock { exchange.call = MockCall(mock: mock.id, missReason: detail) }
            return exchange
        }
        connection.write(.byteBuffer(bytes))
        connection.flush()
        connection.responseEnded()
    }
}
