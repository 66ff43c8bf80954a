import NIOCore
import UnderstudyCore

/// What happens to a request.
enum Disposition {
    /// An example answers.
    case reply(ExampleIndex.Hit)
    /// An example answers and goes on in another protocol.
    case replyWithStream(ExampleIndex.Hit)
    /// Which example answers depends on the request's content, which has to come first.
    case awaitContent(Search)
    /// The client asked why.
    case explain(Explanation)
    /// A browser asks whether it may.
    case preflight
    /// The request may go no further: we answer as the one it was for.
    case finalRecipient
    /// No example is looked at.
    case gate(MockGate.Verdict)
    /// The mock server answers no more calls for now.
    case limited(CallMeter.Refusal)
    /// None does, and upstream may not be called.
    case miss(Miss)
    /// Upstream answers.
    case forward(Upstream, target: ByteBuffer)
    /// One of our own pages.
    case page(Page)
    /// We answer ourselves, because the request cannot be served here.
    case refuse(Refusal)
}

/// An answer of our own, in `application/problem+json` (RFC 9457).
struct Refusal: Error, Equatable {
    let status: Int
    /// A word for programs, the last part of the problem's type.
    let name: String
    /// One sentence that says what to do.
    let detail: String
}

extension Serving {
    /// Decides what happens to a request by its head. Pure but for the turns among equal examples, which a hit takes, and
    /// for counting calls that are limited.
    ///
    /// - Parameter used: told the key that opened a private mock server.
    func disposition(
        of request: AddressedRequest, hasBody: Bool, cache: MatchCache, used: (Digest) -> Void = { _ in }
    ) -> Disposition {
        let head = request.head
        if let named = request.named, FrontDoor.isPages(named.host) { return .page(Page(head)) }
        if let refusal = refusal(of: request) { return .refuse(refusal) }
        let isLast = MaxForwards(head) == .left(0)
        guard mode.usesExamples else {
            if isLast { return .finalRecipient }
            return forward(request) ?? .refuse(Self.noUpstream)
        }
        if let closed = admission(of: head, used) { return closed }
        // As it was answered while recording, when upstream did not get it either.
        if isLast { return .finalRecipient }
        if upgrades.count > 0, !hasBody, head.wantsUpgrade, let hit = streamHit(request) {
            return .replyWithStream(hit)
        }
        let search = search(for: request, hasBody: hasBody)
        if search.requests.contains(where: index.needsContent) { return .awaitContent(search) }
        return disposition(of: search, from: request, cache: cache)
    }

    /// Whether a call is answered from examples: `nil` when it is.
    private func admission(of head: RequestHead, _ used: (Digest) -> Void) -> Disposition? {
        let gate = answering.gate
        let isOpenToAll = gate.keys == nil && gate.serverResponse == nil && meter == nil
        // Browsers send no key ahead, and a page must be able to see what became of its call. An example of OPTIONS is for
        // those who have a key.
        if !isOpenToAll, !gate.isDeactivated, answering.cors != .none, CORS.isPreflight(head) { return .preflight }
        let verdict = gate.verdict(head.fields, used: used)
        if verdict == .hidden { return .gate(.hidden) }
        if let refusal = meter?.take() { return .limited(refusal) }
        return verdict == .open ? nil : .gate(verdict)
    }

    /// Decides by head and content.
    ///
    /// - Parameter request: as the client sent it, with its secrets.
    func disposition(of search: Search, from request: AddressedRequest, cache: MatchCache) -> Disposition {
        if search.needsExplanation { return .explain(explanation(of: search)) }
        let hit = match(search, cache)
        if let hit, hit.score.tier == .identical { return .reply(hit) }
        // An example that is only like it says nothing of what a browser asks.
        if answering.cors != .none, CORS.isPreflight(request.head) { return forward(request) ?? .preflight }
        if let hit = hit ?? hitOfGet(search, request) { return .reply(hit) }
        // Why it missed is looked for only when nothing else answers: that costs more than forwarding.
        return forward(request) ?? miss(search)
    }

    /// Asks in each place until an example answers, whose turn it then was.
    private func match(_ search: Search, _ cache: MatchCache) -> ExampleIndex.Hit? {
        for asked in search.requests {
            if case .hit(let hit) = index.match(asked, in: sessions, cache: cache) { return hit }
        }
        return nil
    }

    /// The example of a switched protocol that answers.
    private func streamHit(_ request: AddressedRequest) -> ExampleIndex.Hit? {
        let search = search(for: request, hasBody: false, in: upgrades)
        guard !search.needsExplanation else { return nil }
        // Streams begin rarely: what was found is not worth keeping.
        let cache = MatchCache()
        for asked in search.requests {
            if case .hit(let hit) = upgrades.match(asked, in: sessions, cache: cache) { return hit }
        }
        return nil
    }

    private static let noUpstream = Refusal(
        status: 400, name: "no-upstream",
        detail:
            "The request is to this proxy itself, which stands in front of no API: set it as HTTP_PROXY and HTTPS_PROXY, or name an upstream when starting it."
    )

    private func miss(_ search: Search) -> Disposition {
        .miss(Miss(of: search.first, in: index, place: editPlace))
    }

    private func explanation(of search: Search) -> Explanation {
        let answered = search.requests.first { if case .hit = index.peek($0, in: sessions) { true } else { false } }
        return Explanation(of: answered ?? search.first, in: index, sessions: sessions, place: editPlace)
    }

    /// HEAD is answered from a GET when it has no example of its own.
    private func hitOfGet(_ search: Search, _ request: AddressedRequest) -> ExampleIndex.Hit? {
        guard answering.derived.head, request.head.method == "HEAD", forward(request) == nil else { return nil }
        for asked in search.requests {
            var get = asked.head
            get.method = "GET"
            // A GET's turn is the GET's: asking for the head alone leaves it.
            let asked = index.request(
                get, hasBody: asked.hasBody, content: asked.content, in: asked.partition, session: request.session.key)
            if case .hit(let hit) = index.peek(asked, in: sessions) { return hit }
        }
        return nil
    }

    /// `nil` when upstream may not be called, or there is none.
    private func forward(_ request: AddressedRequest) -> Disposition? {
        guard mode.callsUpstream, let upstream = request.named ?? upstream else { return nil }
        return .forward(upstream, target: upstream.target(for: request.head.target))
    }

    private func refusal(of request: AddressedRequest) -> Refusal? {
        let head = request.head
        if request.isProxied, let refusal = proxyRefusal(request.credentials) { return refusal }
        if MaxForwards(head) == .malformed {
            return Refusal(
                status: 400, name: "malformed-max-forwards", detail: "Max-Forwards is not one line with one number.")
        }
        return refusalOfLoop(head)
    }

    /// `nil` unless the request has passed here before.
    func refusalOfLoop(_ head: RequestHead) -> Refusal? {
        guard let via, head.fields.all("via").contains(where: { Self.names($0, via.name) }) else { return nil }
        return Refusal(
            status: 508, name: "loop-detected",
            detail: "This request has passed here before: an upstream leads back to this proxy.")
    }

    /// Whether an element of Via, `1.1 name (comment)`, is by that name.
    private static func names(_ field: Field, _ name: String) -> Bool {
        field.listElements.contains { element in
            element.split(separator: UInt8(ascii: " ")).dropFirst().first?.elementsEqual(name.utf8) ?? false
        }
    }
}
