import NIOCore
import UnderstudyCore

/// A request about which nothing can be decided before its content has come. It keeps the content, decides, and hands
/// the connection over to the exchange that answers.
final class AwaitingExchange: ActiveExchange {
    private let connection: ClientConnection
    private let loopContext: LoopContext
    private let request: AddressedRequest
    private let site: Site
    private var head: RequestHead { request.head }
    private let framing: BodyFraming
    private let search: Search
    /// The beginning of the content, at most `holdLimit`.
    private var held: [ByteBuffer] = []
    /// `Limits.bodyInMemory`, or as much as an example with a larger body makes worth while: what is redacted can only be
    /// compared as a whole.
    private let holdLimit: Int
    private var byteCount = 0
    /// Of all of it, once it is longer than what is held.
    private var digest: DigestBuilder?
    private var isOver = false

    init(
        _ request: AddressedRequest, framing: BodyFraming, search: Search, on connection: ClientConnection
    ) {
        self.request = request
        self.framing = framing
        self.search = search
        self.connection = connection
        loopContext = connection.loopContext
        site = request.site ?? loopContext.frontSite
        let limits = loopContext.limits
        let longest = site.serving.index.longestStoredContent
        holdLimit =
            longest == 0 ? limits.bodyInMemory : min(longest + Self.redactionSlack, limits.recordedBody)
    }

    /// By how much a body may have shrunk when its secrets were replaced.
    private static let redactionSlack = 64 << 10

    var takesBody: Bool { true }
    var hasAnswered: Bool { false }

    func begin() {
        guard head.version == .http11, head.fields.list("expect", contains: "100-continue") else { return }
        connection.write(.byteBuffer(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")))
        connection.flush()
    }

    func bodyReceived(_ chunk: ByteBuffer) {
        let room = holdLimit - byteCount
        byteCount += chunk.readableBytes
        guard chunk.readableBytes > room else { return held.append(chunk) }
        if site.serving.mode.callsUpstream, (request.named ?? site.serving.upstream) != nil {
            // What upstream may have to get cannot wait in memory without a bound: it is compared by its length alone,
            // which is to say that no example answers.
            held.append(chunk)
            decide(RequestContent(bytes: nil, byteCount: byteCount, digest: nil, mediaType: mediaType), trailers: nil)
            return
        }
        if digest == nil {
            var builder = DigestBuilder()
            for chunk in held { builder.update(chunk) }
            digest = builder
            // The beginning goes into the call log.
            if room > 0, let piece = chunk.getSlice(at: chunk.readerIndex, length: room) { held.append(piece) }
        }
        digest?.update(chunk)
    }

    func requestEnded(trailers: Fields) {
        if let digest {
            let content = RequestContent(
                bytes: nil, byteCount: byteCount, digest: digest.finish(), mediaType: mediaType)
            return decide(content, trailers: trailers)
        }
        var bytes = held.first ?? ByteBuffer()
        for chunk in held.dropFirst() { bytes.writeImmutableBuffer(chunk) }
        decide(
            site.serving.content(of: head, bytes, inMemory: loopContext.limits.bodyInMemory), trailers: trailers)
    }

    private var mediaType: MediaType? { head.fields.text("content-type").flatMap { MediaType($0) } }

    /// - Parameter trailers: `nil` as long as the request goes on.
    private func decide(_ content: RequestContent, trailers: Fields?) {
        guard !isOver else { return }
        isOver = true
        search.give(content)
        let disposition = site.serving.disposition(of: search, from: request, cache: site.matchCache)
        var request = request
        // The client was told to go on already.
        request.head.fields.remove("expect")
        let exchange = loopContext.exchange(for: request, framing: framing, disposition, on: connection)
        connection.handOver(to: exchange)
        exchange.begin()
        for chunk in held { exchange.bodyReceived(chunk) }
        let heldCount = held.reduce(0) { $0 + $1.readableBytes }
        (exchange as? RepliedExchange)?.bodyPassed(byteCount - heldCount)
        held = []
        if let trailers { exchange.requestEnded(trailers: trailers) }
    }

    func becameWritable() {}
    func clientLost() { isOver = true }
    func cancel() { isOver = true }
}
