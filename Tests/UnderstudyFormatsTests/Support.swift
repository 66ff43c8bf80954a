import FoundationEssentials
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

/// Real exports of Postman and other tools, read where they are; tests that use them are skipped where they are not.
let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/fixtures/postman")

var hasFixtures: Bool { FileManager.default.fileExists(atPath: fixtures.path) }

func fixture(_ name: String) throws -> ByteBuffer {
    ByteBuffer(bytes: try Data(contentsOf: fixtures.appending(path: name)))
}

/// All that a reader took from a file.
func description(_ example: Example) -> String {
    let (request, response) = (example.request, example.response)
    var out = ByteBuffer()
    request.head.write(into: &out)
    for head in response.interim + [response.head] { head.write(into: &out) }
    request.trailers.write(into: &out)
    response.trailers.write(into: &out)
    return """
        \(example.id) \(example.name) \(example.collection) \(example.uid ?? "-") \(example.impliedContentType ?? "-")
        \(example.responseTime ?? -1) \(example.order.map { "\($0)" } ?? "-") \(String(buffer: out))
        \(request.body.content) \(request.body.bytesInMemory.map { String(buffer: $0) } ?? "")
        \(response.body.content) \(response.body.bytesInMemory.map { String(buffer: $0) } ?? "")
        """.replacing(/ByteBuffer[^)]*\)|memory\([^)]*\)/, with: "")
}

/// One request with one example of it, read from text.
func example(
    request: String, response: String = "{}", variables: [String: String] = [:], environment: PostmanEnvironment? = nil
) throws -> Example {
    var example = try JSONValue(parsing: response).object ?? JSONObject()
    if example["originalRequest"] == nil { example["originalRequest"] = try JSONValue(parsing: request) }
    let document: JSONValue = [
        "item": [["name": "i", "request": "http://h", "response": [.object(example)]]],
        "variable": .array(variables.sorted { $0.key < $1.key }.map { ["key": .string($0), "value": .string($1)] }),
    ]
    let bytes = JSONWriter.bytes(document)
    let (examples, problems) = try PostmanCollection.examples(
        parsing: bytes, slug: "hand", file: "hand.json", files: nil, environment: environment)
    guard let first = examples.first, problems.isEmpty else { throw Unusable(problems: problems) }
    return first
}

struct Unusable: Error { let problems: [CollectionProblem] }

func body(_ example: Example) -> String { String(buffer: example.request.body.bytesInMemory ?? ByteBuffer()) }
