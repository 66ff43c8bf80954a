import NIOCore

@testable import UnderstudyCore

/// Examples and questions about them, for tests.
struct Bench {
    var index: ExampleIndex
    let sessions = MatchSessions()
    let cache = MatchCache()

    init(
        _ examples: [Example], _ profile: MatchOptions.Profile = .postman, poolThreshold: Int = Pool.threshold,
        _ change: (inout MatchOptions) -> Void = { _ in }
    ) {
        var options = MatchOptions(profile: profile)
        change(&options)
        var index = ExampleIndex(options: options, decoder: .none, poolThreshold: poolThreshold)
        for example in examples { index.insert(example) }
        self.index = index
    }

    func request(
        _ method: String = "GET", _ target: String, _ fields: [(String, String)] = [], body: String = ""
    ) -> MatchRequest {
        var lines = Fields()
        for (name, value) in fields { lines.append(name, value) }
        let bytes = ByteBuffer(string: body)
        return index.request(
            RequestHead(method: method, target: target, fields: lines), hasBody: !body.isEmpty,
            content: RequestContent(
                bytes: bytes, byteCount: bytes.readableBytes, digest: nil,
                mediaType: lines.text("content-type").flatMap { MediaType($0) }))
    }

    /// `id score`, or `miss`.
    func ask(
        _ target: String, _ fields: [(String, String)] = [], method: String = "GET", body: String = ""
    ) -> String {
        switch index.match(request(method, target, fields, body: body), in: sessions, cache: cache) {
        case .hit(let hit): "\(hit.entry.example.id) \(Score.text(hit.score.total))"
        case .miss: "miss"
        }
    }

    func explain(
        _ target: String, _ fields: [(String, String)] = [], method: String = "GET", body: String = ""
    ) -> Explanation {
        Explanation(of: request(method, target, fields, body: body), in: index, sessions: sessions)
    }
}

extension Example {
    static func of(
        _ id: String, _ target: String, method: String = "GET", status: Int = 200, fields: [(String, String)] = [],
        body: String = "", order: (Int, Int)? = nil, rules: ExampleRules? = nil, name: String? = nil
    ) -> Example {
        var lines = Fields()
        for (name, value) in fields { lines.append(name, value) }
        var example = Example(
            id: id, name: name ?? id, collection: "c",
            request: Exchange.Request(
                head: RequestHead(method: method, target: target, fields: lines), body: Body(text: body)),
            response: Exchange.Response(head: ResponseHead(status: status, reason: "OK")))
        example.rules = rules
        example.order = order.map { RecordedOrder(run: $0.0, number: $0.1) }
        return example
    }
}
