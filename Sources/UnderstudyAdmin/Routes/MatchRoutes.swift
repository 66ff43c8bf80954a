import HTTPTypes
import NIOCore
import Synchronization
import UnderstudyCore
import UnderstudyFormats
import UnderstudyServer
import UnderstudyStore

/// Which example answers a request, and why: nothing is sent, nothing counted.
enum MatchRoutes {
    static let routes: [Route] = [
        Route(
            .post, "/api/v1/match",
            RouteDocument(
                "Explain which example answers a request",
                takes: .json(
                    Schema.object([
                        ("method?", Schema.text), ("target", Schema.text),
                        (
                            "fields?",
                            Schema.array(Schema.object([("name", Schema.text), ("value", Schema.text)]))
                        ),
                        ("body?", Schema.text), ("bodyBase64?", Schema.text),
                        ("mock?", Schema.optional(Schema.text)),
                    ])),
                gives: explanation, refusing: [404]), bodyLimit: Route.BodyLimit.documents, explain)
    ]

    static let explanation = Schema.object([
        ("request", Schema.text), ("profile", Schema.text), ("examples", Schema.integer),
        ("result", Schema.choice(["hit", "miss"])), ("considered", Schema.array(Schema.ref("Considered"))),
    ])

    private static func explain(_ call: Call) throws -> Answer {
        let object = try call.object()
        let fields = MemberReader(object, path: "$")
        guard let target = try fields.text("target") else { throw Refusal.missing(["target"]) }
        guard target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw Refusal.parameter("target", "it begins with / and holds no blanks")
        }
        var body = ByteBuffer()
        if let text = try fields.text("body") { body = ByteBuffer(string: text) }
        if let text = try fields.text("bodyBase64") {
            guard let bytes = Base64.decode(text) else { throw Refusal.parameter("bodyBase64", "it is no Base64") }
            body = bytes
        }
        var lines = Fields()
        for element in try fields.elements("fields") {
            guard let name = element["name"]?.text, let value = element["value"]?.text else {
                throw Refusal.parameter("fields", "it is a list of {\"name\", \"value\"}")
            }
            lines.append(name, value)
        }
        let method = try fields.text("method") ?? (body.readableBytes == 0 ? "GET" : "POST")
        let head = RequestHead(method: method, target: ByteBuffer(string: target), fields: lines)
        let mock = try fields.text("mock").map { try call.desk.mocks.find($0).mock }
        return Answer(try call.desk.matching.explain(head, body, mock, call.desk))
    }
}

/// Finds examples as the server does, from the same files.
final class MatchDesk: Sendable {
    private let library: CollectionLibrary
    private let options: MatchOptions
    private let environment: PostmanEnvironment?
    private let redaction: Redaction
    private let folder: String
    /// Made once for the files as they are.
    private let index = Mutex<ExampleIndex?>(nil)

    init(_ folder: String, _ options: MatchOptions, _ environment: PostmanEnvironment?, _ redaction: Redaction) {
        library = CollectionLibrary([.workspace(folder)], environment: environment)
        self.options = options
        self.environment = environment
        self.redaction = redaction
        self.folder = folder
    }

    /// - Parameters:
    ///   - origin: `scheme://authority` of the API that was meant; empty for whichever answers.
    ///   - limit: the most examples explained.
    func explain(
        _ head: RequestHead, _ body: ByteBuffer, _ mock: MockServer?, from origin: String = "",
        limit: Int = Explanation.lineLimit, _ desk: Desk
    ) throws -> JSONValue {
        let index = try mock.map { try self.index(of: $0, desk) } ?? frontDoor()
        let contentType = head.fields.text("content-type")
        let redacted = Redaction.isCoded(head.fields) ? nil : redaction.apply(toBody: body, contentType: contentType)
        let content = Serving.decoder.content(
            redacted ?? body, of: head.fields, mediaType: contentType.flatMap { MediaType($0) })
        let hidden = redaction.apply(to: head)
        // Of several APIs the one that was asked comes first, as a server looks.
        var partitions: [Partition?] = [nil]
        if mock == nil, index.isParted, !origin.isEmpty {
            partitions = index.partitions(of: origin) + index.partitions(of: "") + [nil]
        }
        func explanation(_ head: RequestHead) -> Explanation {
            var first: Explanation?
            for partition in partitions {
                let explanation = Explanation(
                    of: index.request(head, hasBody: !content.isEmpty, content: content, in: partition), in: index,
                    sessions: MatchSessions(), place: .none)
                if case .hit = explanation.outcome { return explanation }
                if first == nil { first = explanation }
            }
            // There is always one partition.
            return first!
        }
        let asked = explanation(hidden)
        guard head.method == "HEAD", case .miss = asked.outcome else { return asked.json(limit: limit) }
        // As a server does: what answers a GET answers this.
        var get = hidden
        get.method = "GET"
        return explanation(get).json(limit: limit)
    }

    private func frontDoor() -> ExampleIndex {
        let hasChanged = library.hasChanged()
        return index.withLock { index in
            if let index, !hasChanged { return index }
            let made = make(library.load().examples, options)
            index = made
            return made
        }
    }

    private func index(of mock: MockServer, _ desk: Desk) throws -> ExampleIndex {
        let entry = try desk.collections.find(id: mock.collection)
        let collection = try desk.collections.read(
            desk.collections.path(of: entry, tag: mock.versionTag), slug: entry.slug)
        let environment = try mock.environment.map { try desk.environments.find($0).environment }
        let examples = collection.examples(files: desk.collectionFolder.bodyFiles, environment: environment).examples
        return make(examples, mock.matching.options)
    }

    private func make(_ examples: [Example], _ options: MatchOptions) -> ExampleIndex {
        ExampleIndex(examples.map { redaction.apply(to: $0) }, options: options, decoder: Serving.decoder)
    }
}
