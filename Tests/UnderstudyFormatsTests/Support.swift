import NIOCore
import UnderstudyCore
import UnderstudyFormats

/// Body files in memory.
final class MemoryFiles: BodyFiles, @unchecked Sendable {
    // Tests use one from one task only.
    var contents: [Digest: ByteBuffer] = [:]
    struct Full: Error {}
    var isFull = false

    func write(_ bytes: ByteBuffer) throws -> Digest {
        if isFull { throw Full() }
        let digest = Digest(of: bytes)
        contents[digest] = bytes
        return digest
    }
    func byteCount(of digest: Digest) -> Int? { contents[digest]?.readableBytes }
    func read(_ digest: Digest) throws -> ByteBuffer { contents[digest] ?? ByteBuffer() }
}

/// A recorded exchange; `date` and `time` are what a second recording changes.
func exchange(
    _ method: String = "GET", _ target: String, body: String = "", fields: [(String, String)] = [],
    status: Int = 200, reason: String = "OK", answer: String = "{}", responseFields: [(String, String)] = [],
    date: String = "Sat, 21 Nov 2026 10:00:00 GMT", time: Int64 = 12_000
) -> Exchange {
    var request = Fields()
    request.append("Host", "api.example.com")
    for (name, value) in fields { request.append(name, value) }
    var response = Fields()
    response.append("Content-Type", "application/json")
    response.append("Date", date)
    for (name, value) in responseFields { response.append(name, value) }
    var exchange = Exchange(
        startedAt: Timestamp(microseconds: 0), mode: .record, result: .recorded, upstream: "https://api.example.com",
        request: Exchange.Request(
            head: RequestHead(method: method, target: target, fields: request), body: Body(text: body)),
        response: Exchange.Response(
            head: ResponseHead(status: status, reason: reason, fields: response), body: Body(text: answer)))
    exchange.timings.total = time
    return exchange
}

let origin = "https://api.example.com"

/// Folds in one run, counting occurrences as the recorder does.
func fold(
    _ exchanges: [Exchange], into collection: PostmanCollection? = nil, policy: WritePolicy = .append,
    files: MemoryFiles = MemoryFiles()
) throws -> PostmanCollection {
    var fold = ExampleFold(collection ?? PostmanCollection(slug: "api.example.com", origin: origin), files: files)
    var counts: [Digest: Int] = [:]
    for exchange in exchanges {
        let key = ExampleFold.requestKey(of: exchange)
        try fold.fold(exchange, occurrence: counts[key, default: 0], policy: policy)
        counts[key, default: 0] += 1
    }
    return fold.collection
}

/// Written and read again, as between two runs.
func reread(_ collection: PostmanCollection) throws -> PostmanCollection {
    try PostmanCollection(parsing: collection.bytes(), slug: collection.slug, file: "test.json")
}

func text(_ collection: PostmanCollection) -> String { String(buffer: collection.bytes()) }

func parse(_ text: String) throws -> PostmanCollection {
    try PostmanCollection(parsing: ByteBuffer(string: text), slug: "hand", file: "hand.json")
}

/// Repeats, queries, bodies, other methods, a root path, folders.
let sampleTraffic = [
    exchange("GET", "/users/1?page=2", answer: "[1]"), exchange("GET", "/users/1", answer: "[2]"),
    exchange("POST", "/users", body: "{\"a\":1}", status: 201, reason: "Created"),
    exchange("POST", "/users", body: "{\"a\":2}", status: 201, reason: "Created"),
    exchange("GET", "/status", answer: "starting"), exchange("GET", "/status", answer: "ready"),
    exchange("GET", "/status", answer: "ready"), exchange("GET", "/"), exchange("OPTIONS", "*"),
    exchange("GET", "/a?"), exchange("GET", "//double//x"), exchange("GET", "/p/:id/{{x}}?q={{y}}#f"),
]
