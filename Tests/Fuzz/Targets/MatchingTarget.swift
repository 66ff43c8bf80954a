import NIOCore

@testable import UnderstudyCore

/// A request and examples, as sections of `METHOD /target`, field lines, an empty line and a body.
///
/// What the index finds is what asking every example finds.
enum MatchingTarget {
    @Sendable static func run(_ bytes: UnsafeRawBufferPointer) {
        let sections = Input.sections(bytes, atMost: 9).map(Parsed.init)
        guard sections.count > 1 else { return }
        let examples = sections.dropFirst().enumerated().map { position, parsed in
            let request = Exchange.Request(head: parsed.head, body: Body(ByteBuffer(bytes: parsed.body)))
            let response = Exchange.Response(head: ResponseHead(status: 200 + position % 3, reason: "OK"))
            var example = Example(id: "\(position)", name: "n", collection: "c", request: request, response: response)
            example.order = RecordedOrder(run: 0, number: position)
            return example
        }
        // All bytes choose how bodies and pools are handled: each way at each input would take four times as long.
        var choice = Cuts(of: bytes, salt: 1)
        for profile in MatchOptions.Profile.allCases {
            var options = MatchOptions(profile: profile)
            options.matchBody = choice.next() % 2 == 0
            let threshold = choice.next() % 2 == 0 ? Pool.threshold : 2
            var index = ExampleIndex(options: options, decoder: .none, poolThreshold: threshold)
            for example in examples { index.insert(example) }
            check(sections[0], index)
        }
    }

    private static func check(_ asked: Parsed, _ index: ExampleIndex) {
        let content = RequestContent(
            ByteBuffer(bytes: asked.body), mediaType: asked.head.fields.text("content-type").flatMap { MediaType($0) })
        let request = index.request(asked.head, hasBody: !asked.body.isEmpty, content: content)
        guard request.controls.id == nil, request.controls.name == nil else { return }
        _ = index.needsContent(request)
        let ladder = Ladder(request, index)
        let standing = index.entries.compactMap { entry -> Double? in
            if case .stands(let score) = ladder.verdict(on: entry) { score.total } else { nil }
        }
        switch index.peek(request, in: MatchSessions()) {
        case .hit(let hit):
            require(abs(hit.score.total - (standing.max() ?? -1000)) < 1e-6, "\(hit.score.total) of \(standing)")
            guard case .stands = ladder.verdict(on: hit.entry) else { fatalError("the hit does not stand") }
        case .miss: require(standing.isEmpty, "a miss, but there are \(standing)")
        }
        let explanation = Explanation(of: request, in: index, sessions: MatchSessions())
        require(!explanation.text.isEmpty, "no explanation")
    }

    private struct Parsed {
        let head: RequestHead
        let body: [UInt8]

        init(_ bytes: [UInt8]) { (head, body) = Input.request(bytes) }
    }
}
