import NIOCore
import UnderstudyCore

/// What happens to a request.
enum Disposition {
    /// An example answers.
    case reply(ExampleIndex.Hit)
    /// An example answers and goes on in another protocol.
    case replyWithStream(ExampleIndex.Hit)
    /// Which example answers depends on the request's content, which has to come first.
    case awaitContent(MatchRequest)
    /// The client asked why.
    case explain(Explanation)
    /// A browser asks whether it may.
    case preflight
    /// The request may go no further: we answer as the one it was for.
    case finalRecipient
    /// No example is looked at.
    case gate(MockGate.Verdict)
    /// None does, and upstream may not be called.
    case miss(Miss)
    /// Upstream answers.
    case forward(Upstream, target: ByteBuffer)
    /// We answer ourselves, because the request cannot be served here.
    case refuse(Refusal)
}

/// An answer of our own, in `application/problem+json` (RFC 9457).
struct Refusal: Equatable {
    let status: Int
    /// A word for programs, the last part of the problem's type.
    let name: String
    /// One sentence that says what to do.
    let detail: String
}

extension Serving {
    /// Decides what happens to a request by its head. Pure but for the turns among equal examples, which a hit takes.
    func disposition(of head: RequestHead, hasBody: Bool, cache: MatchCache) -> Disposition {
        if let refusal = refusal(of: head) { return .refuse(refusal) }
        let isLast = MaxForwards(head) == .left(0)
        guard mode.usesExamples else {
            if isLast { return .finalRecipient }
            return forward(head) ?? .miss(Miss(of: index.request(head, hasBody: hasBody), in: index, place: editPlace))
        }
        let gate = answering.gate.verdict(head.fields)
        guard gate == .open else { return .gate(gate) }
        // As it was answered while recording, when upstream did not get it either.
        if isLast { return .finalRecipient }
        let request = index.request(redaction.apply(to: head), hasBody: hasBody)
        if upgrades.count > 0, !hasBody, head.wantsUpgrade, !request.controls.explains,
            case .hit(let hit) = upgrades.match(request, in: sessions, cache: MatchCache())
        {
            return .replyWithStream(hit)
        }
        if index.needsContent(request) { return .awaitContent(request) }
        return disposition(of: request, from: head, cache: cache)
    }

    /// Decides by head and content.
    ///
    /// - Parameter head: as the client sent it, with its secrets.
    func disposition(of request: MatchRequest, from head: RequestHead, cache: MatchCache) -> Disposition {
        if request.controls.explains {
            return .explain(Explanation(of: request, in: index, sessions: sessions, place: editPlace))
        }
        let outcome = index.match(request, in: sessions, cache: cache)
        if case .hit(let hit) = outcome, hit.score.tier == .identical { return .reply(hit) }
        // An example that is only like it says nothing of what a browser asks.
        if answering.cors != .none, CORS.isPreflight(head) { return forward(head) ?? .preflight }
        if case .hit(let hit) = outcome { return .reply(hit) }
        if let hit = hitOfGet(request, head) { return .reply(hit) }
        // Why it missed is looked for only when nothing else answers: that costs more than forwarding.
        return forward(head) ?? .miss(Miss(of: request, in: index, place: editPlace))
    }

    /// HEAD is answered from a GET when it has no example of its own.
    private func hitOfGet(_ request: MatchRequest, _ head: RequestHead) -> ExampleIndex.Hit? {
        guard answering.derived.head, head.method == "HEAD", !mode.callsUpstream || upstream == nil else { return nil }
        var get = request.head
        get.method = "GET"
        let asked = index.request(get, hasBody: request.hasBody, content: request.content)
        // A GET's turn is the GET's: asking for the head alone leaves it.
        guard case .hit(let hit) = index.peek(asked, in: sessions) else { return nil }
        return hit
    }

    /// `nil` when upstream may not be called, or there is none.
    private func forward(_ head: RequestHead) -> Disposition? {
        guard mode.callsUpstream, let upstream else { return nil }
        // `OPTIONS *` asks about the server, not about a path on it (RFC 9112 §3.2.4).
        guard !upstream.basePath.isEmpty, !head.target.readableBytesView.elementsEqual("*".utf8) else {
            return .forward(upstream, target: head.target)
        }
        var target = ByteBuffer(string: upstream.basePath)
        target.writeImmutableBuffer(head.target)
        return .forward(upstream, target: target)
    }

    private func refusal(of head: RequestHead) -> Refusal? {
        if head.method == "CONNECT" {
            return Refusal(
                status: 405, name: "connect-not-supported",
                detail: "CONNECT asks for a tunnel, and this address is a reverse proxy: send requests to it directly.")
        }
        let target = head.target.readableBytesView
        if target.first != UInt8(ascii: "/"), !target.elementsEqual("*".utf8) {
            return Refusal(
                status: 501, name: "forward-proxy-not-supported",
                detail:
                    "The target is a whole address, as sent to a forward proxy: use this one as the API's base URL instead."
            )
        }
        if MaxForwards(head) == .malformed {
            return Refusal(
                status: 400, name: "malformed-max-forwards", detail: "Max-Forwards is not one line with one number.")
        }
        if let via, head.fields.all("via").contains(where: { Self.names($0, via.name) }) {
            return Refusal(
                status: 508, name: "loop-detected",
                detail: "This request has passed here before: an upstream leads back to this proxy.")
        }
        return nil
    }

    /// Whether an element of Via, `1.1 name (comment)`, is by that name.
    private static func names(_ field: Field, _ name: String) -> Bool {
        field.listElements.contains { element in
            element.split(separator: UInt8(ascii: " ")).dropFirst().first?.elementsEqual(name.utf8) ?? false
        }
    }
}
