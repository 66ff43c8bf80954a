import NIOCore
import UnderstudyCore

/// An exchange as an example keeps it: origin-form target, end-to-end fields only.
struct RecordedExchange {
    let request: Exchange.Request
    let response: Exchange.Response
    /// Milliseconds.
    let responseTime: Int
    /// `nil` for exchanges that are in no history.
    let order: RecordedOrder?
    /// Whether there was content that nobody kept: of a HAR file without bodies.
    let isContentMissing: Bool

    /// The note of an exchange whose content was not kept.
    static let contentMissing = "content missing"

    /// `nil` for what can never be replayed: incomplete exchanges and tunnels. Of a switched protocol the response's body is
    /// the `Transcript`.
    ///
    /// - Parameter run: the history's number of the run that recorded it.
    init?(_ exchange: Exchange, run: Int64? = nil) {
        guard exchange.isReplayable, var response = exchange.response,
            response.head.status >= 200 || response.head.status == 101,
            exchange.request.head.method != "CONNECT"
        else { return nil }
        var request = exchange.request
        let protocols = (request.head.fields.all("Upgrade"), response.head.fields.all("Upgrade"))
        request.head.target = OriginForm.target(request.head.target)
        request.head.fields.removeHopByHop()
        request.head.fields.remove("Proxy-Authorization")
        // The URL says where to; the recorded Host is this proxy's own address, which changes from run to run.
        request.head.fields.remove("Host")
        response.head.fields.removeHopByHop()
        for index in response.interim.indices { response.interim[index].fields.removeHopByHop() }
        if response.head.status == 101 {
            // Which protocol it is about belongs to more than the connection.
            for field in protocols.0 { request.head.fields.append(field.name, field.value) }
            for field in protocols.1 { response.head.fields.append(field.name, field.value) }
        }
        self.request = request
        self.response = response
        isContentMissing = exchange.note == Self.contentMissing
        responseTime = Int((exchange.timings.total + 500) / 1000)
        order = exchange.id > 0 ? run.map { RecordedOrder(run: Int($0), number: Int(exchange.id)) } : nil
    }

    /// The path, without the query.
    static func path(of request: Exchange.Request) -> String {
        TextBytes.text(of: request.head.target.readableBytesView.prefix { $0 != UInt8(ascii: "?") })
    }

    /// With the question mark; empty when there is none.
    static func query(of request: Exchange.Request) -> String {
        TextBytes.text(of: request.head.target.readableBytesView.drop { $0 != UInt8(ascii: "?") })
    }

    /// What makes two responses the same for recording: everything but `Date`, what answers a WebSocket's random key, and
    /// how long it took.
    static func fingerprint(of response: Exchange.Response) -> Digest {
        var out = ByteBuffer()
        for head in response.interim + [response.head] {
            head.writeStatusLine(into: &out)
            for field in head.fields where !field.isNamed("Date") && !field.isNamed("Sec-WebSocket-Accept") {
                out.writeField(field)
            }
            out.writeStaticString("\r\n")
        }
        response.trailers.write(into: &out)
        out.writeStaticString("\r\n")
        switch response.body.content {
        case .memory(let bytes) where response.head.status == 101:
            out.writeBytes((Transcript.fingerprint(bytes) ?? Digest(of: bytes)).bytes)
        case .memory(let bytes): if bytes.readableBytes > 0 { out.writeBytes(Digest(of: bytes).bytes) }
        case .stored(let digest, let byteCount): if byteCount > 0 { out.writeBytes(digest.bytes) }
        }
        return Digest(of: out)
    }
}
