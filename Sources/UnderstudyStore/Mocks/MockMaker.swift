public import NIOCore
public import UnderstudyCore
public import UnderstudyFormats

/// Makes collections for mock servers out of what people have: what they type, or what the history saw.
public struct MockMaker: Sendable {
    private let workspace: Workspace
    private let preparation: ExamplePreparation

    /// - Parameter redaction: applied before anything is written.
    public init(_ workspace: Workspace, redaction: Redaction) {
        self.workspace = workspace
        preparation = ExamplePreparation(bodies: workspace.bodies, redaction: redaction)
    }

    /// A request and its response as a person describes them.
    public struct Handmade: Sendable {
        public var method: String
        /// Path and query; `{{name}}` in it is a wildcard.
        public var target: String
        public var requestFields: Fields
        public var requestBody: ByteBuffer
        public var status: Int
        public var fields: Fields
        public var body: ByteBuffer
        /// `nil` for status and query.
        public var name: String?

        public init(
            method: String, target: String, requestFields: Fields = Fields(), requestBody: ByteBuffer = ByteBuffer(),
            status: Int = 200, fields: Fields = Fields(), body: ByteBuffer = ByteBuffer(), name: String? = nil
        ) {
            self.method = method
            self.target = target
            self.requestFields = requestFields
            self.requestBody = requestBody
            self.status = status
            self.fields = fields
            self.body = body
            self.name = name
        }

        fileprivate var exchange: Exchange {
            let head = RequestHead(method: method, target: ByteBuffer(string: target), fields: requestFields)
            let response = ResponseHead(
                status: status, reason: ReasonPhrase.text(of: status), fields: fields)
            return Exchange(
                startedAt: .now(), mode: .replay, result: .hit, upstream: "",
                request: .init(head: head, body: Body(requestBody)),
                response: .init(head: response, body: Body(body)))
        }
    }

    /// A collection of what a person describes.
    ///
    /// - Parameter progress: told how many of how many are in.
    /// - Throws: `ItemError`, `FileError`, `CollectionError`.
    public func collection(
        _ name: String, of examples: [Handmade], progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> CollectionCatalog.Entry {
        var maker = maker(name, grouping: [])
        for (index, example) in examples.enumerated() {
            try maker.add(example.exchange, name: example.name, isHandmade: true)
            progress(index + 1, examples.count)
        }
        return try CollectionCatalog(workspace).create(maker.collection())
    }

    /// What became of the exchanges that a collection was to be made of.
    public struct Made: Sendable {
        public let collection: CollectionCatalog.Entry
        public let exampleCount: Int
        /// Numbers of exchanges that did not come from an API, or have no whole response.
        public let leftOut: [Int64]
    }

    /// A collection of exchanges of the history, oldest first.
    ///
    /// - Parameter progress: told how many of how many were looked at.
    /// - Throws: `ItemError` when none of them can be replayed, `FileError`, `CollectionError`.
    public func collection(
        _ name: String, of exchanges: [Exchange], grouping: CollectionMaker.Grouping,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> Made {
        var maker = maker(name, grouping: grouping)
        var leftOut: [Int64] = []
        for (index, exchange) in exchanges.sorted(by: { $0.id < $1.id }).enumerated() {
            defer { progress(index + 1, exchanges.count) }
            // What was answered here says nothing new of an API, and a private mock server's answers are not to get out.
            let isReal = exchange.mock == nil && (exchange.result == .recorded || exchange.result == .passthrough)
            if try !(isReal && maker.add(preparation.prepared(exchange))) { leftOut.append(exchange.id) }
        }
        guard maker.count > 0 else {
            throw ItemError.invalid(
                "none of the \(exchanges.count) exchanges is a whole answer of an API that could be replayed")
        }
        let entry = try CollectionCatalog(workspace).create(maker.collection())
        return Made(collection: entry, exampleCount: maker.count, leftOut: leftOut)
    }

    private func maker(_ name: String, grouping: CollectionMaker.Grouping) -> CollectionMaker {
        CollectionMaker(
            name: name, id: ItemID.make(), grouping: grouping, files: CollectionFolder(workspace).bodyFiles)
    }
}
