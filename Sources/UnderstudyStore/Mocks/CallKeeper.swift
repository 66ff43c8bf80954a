import NIOCore
public import UnderstudyCore
public import UnderstudyFormats

/// What a call to an API becomes: exchanges of the history, an example, a mock server. `understudy call` and the management
/// API have it in common; who sends it is theirs.
public struct CallKeeper: Sendable {
    let workspace: Workspace
    private let history: History
    private let redaction: Redaction
    let saver: ExampleSaver

    /// - Parameter redaction: applied before anything is written.
    public init(workspace: Workspace, history: History, redaction: Redaction) {
        self.workspace = workspace
        self.history = history
        self.redaction = redaction
        saver = ExampleSaver(workspace: workspace, history: history, redaction: redaction)
    }

    // MARK: Before

    /// A request as curl sends it: Accept and User-Agent are there unless they were taken away.
    ///
    /// - Throws: `ItemError` for what is no request of HTTP.
    public static func message(
        _ request: CurlRequestValue, agent: String
    ) throws(ItemError) -> (upstream: Upstream, message: Exchange.Request) {
        guard let (origin, target) = request.originAndTarget else {
            throw .invalid("'\(request.url)' is no URL of http or https")
        }
        let upstream: Upstream
        do throws(UpstreamError) { upstream = try Upstream(origin) } catch { throw .invalid("\(error)") }
        guard case let (fields, body)? = request.content else { throw .invalid("'\(request.method)' is no method") }
        var lines = Fields()
        lines.append("Host", upstream.authority)
        for (name, value) in fields where name.lowercased() != "host" { lines.append(name, value) }
        if let host = fields.last(where: { $0.name.lowercased() == "host" }) { lines.replace("Host", with: host.value) }
        if !lines.contains("User-Agent") { lines.append("User-Agent", agent) }
        if !lines.contains("Accept") { lines.append("Accept", "*/*") }
        // Ours says where the content ends. A coding beside it would give the request two readings (RFC 9112 §6.3).
        lines.remove("Content-Length")
        lines.remove("Transfer-Encoding")
        if body.readableBytes > 0 { lines.append("Content-Length", String(body.readableBytes)) }
        return (
            upstream,
            Exchange.Request(head: RequestHead(method: request.method, target: target, fields: lines), body: Body(body))
        )
    }

    // MARK: After

    /// Puts exchanges into the history, redacted and with their numbers.
    public func record(_ exchanges: [Exchange]) throws -> [Exchange] {
        let run = try history.beginRun(Run(startedAt: .now(), collection: "", baseURL: "", writePolicy: .append))
        return try exchanges.map { exchange in
            var kept = redaction.apply(to: exchange)
            kept.id = try history.add(kept, run: run)
            return kept
        }
    }

    public struct Saved: Sendable {
        public let example: String
        /// Whether the collection did not have it.
        public let isNew: Bool
        public let collection: CollectionCatalog.Entry
        /// Whether the collection was made for it.
        public let isCollectionNew: Bool
    }

    /// Makes an example of a recorded exchange, in a collection that is made if there is none of that name.
    ///
    /// - Parameter name: of the example; `nil` for status and query.
    /// - Throws: `ItemError` for an answer that is not whole, `FileError`, `CollectionError`.
    public func save(_ exchange: Exchange, in collection: String, name: String? = nil) throws -> Saved {
        let catalog = CollectionCatalog(workspace)
        let (entry, isMade) = try catalog.findOrCreate(collection, origin: exchange.upstream)
        let home = CollectionHome(
            upstream: exchange.upstream, session: "", collection: entry.slug, baseURL: exchange.upstream)
        guard let saved = try saver.save([exchange], in: entry.slug, home: home).first, let example = saved.example
        else {
            if isMade { try? catalog.delete(entry) }
            throw ItemError.invalid("the answer is not whole and cannot be an example")
        }
        if let name {
            let folder = CollectionFolder(workspace)
            _ = try folder.change(folder.file(slug: entry.slug)) { $0.rename(example: example, to: name) }
        }
        return Saved(example: example, isNew: saved.isNew, collection: entry, isCollectionNew: isMade)
    }
}
