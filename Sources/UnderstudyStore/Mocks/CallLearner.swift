import NIOCore
public import UnderstudyCore
public import UnderstudyFormats

/// Makes examples of requests that nothing answered, with an answer that is given or that the real API gives once.
/// `understudy mock learn` and the management API have it in common; who asks the API is theirs.
public struct CallLearner: Sendable {
    private let keeper: CallKeeper

    /// - Parameter keeper: puts what was asked just now into the history.
    public init(_ keeper: CallKeeper) { self.keeper = keeper }

    // MARK: The real API

    /// What is asked of the real API.
    public struct Question: Sendable {
        public let upstream: Upstream
        /// As it is sent: with the API's base path.
        public let request: Exchange.Request
        /// As mock servers are asked: examples say this.
        fileprivate let target: ByteBuffer

        /// What came of it, as if it had been recorded.
        public func answered(_ exchange: Exchange) -> Exchange {
            var exchange = exchange
            exchange.request.head.target = target
            return exchange
        }
    }

    /// Where the API is that a collection stands for: what `baseUrl` is in the mock server's environment, or else in the
    /// collection, with the path that its targets are relative to. `nil` where nobody says it.
    public func address(of entry: CollectionCatalog.Entry, for mock: MockServer?) throws -> String? {
        let collection = try CollectionCatalog(keeper.workspace).read(entry)
        var address = collection.variables["baseUrl"]
        if let environment = try mock?.environment.map({ try EnvironmentFolder(keeper.workspace).find($0) }) {
            address = environment.environment.scope(over: collection)["baseUrl"]
        }
        guard let address, !address.isEmpty else { return nil }
        return address.hasSuffix(collection.basePath) ? address : address + collection.basePath
    }

    /// The request for the API: what was said to the mock server alone is left out, and so are placeholders of secrets.
    ///
    /// - Parameters:
    ///   - address: of the API. Its path goes before the request's, unless that begins with it.
    ///   - given: fields in the place of those that were sent.
    /// - Throws: `ItemError` for what cannot be asked.
    public static func question(
        _ missed: Exchange.Request, to address: String, adding given: Fields
    ) throws(ItemError) -> Question {
        let upstream: Upstream
        do throws(UpstreamError) { upstream = try Upstream(address) } catch { throw .invalid("\(error)") }
        guard let content = missed.body.bytesInMemory, !missed.body.isCut else {
            throw .invalid("the call's content was not kept in the history as a whole")
        }
        let target = OriginTarget.of(missed.head.target)
        if holdsPlaceholder(target.readableBytesView) || holdsPlaceholder(content.readableBytesView) {
            throw .invalid(
                "the call's secrets are not in the log, and its target or content had some: send it with 'understudy call --save' and what it needs"
            )
        }
        var fields = Fields()
        fields.append("Host", upstream.authority)
        for field in LearnedCall.ownFieldsRemoved(missed.head.fields) where !field.isNamed("Host") {
            // A placeholder is no secret, and the API would not know it.
            if holdsPlaceholder(field.value) { continue }
            fields.append(field.name, field.value)
        }
        let names = Set(given.map { TextBytes.text(of: $0.name).lowercased() })
        fields.removeAll { names.contains(TextBytes.text(of: $0.name).lowercased()) }
        for field in given { fields.append(field.name, field.value) }
        var request = missed
        request.head.fields = fields
        request.head.target = OriginTarget.with(upstream.basePath, target)
        return Question(upstream: upstream, request: request, target: target)
    }

    private static func holdsPlaceholder(_ value: ByteBufferView) -> Bool {
        let marker = Array("REDACTED-".utf8)
        return value.indices.contains { value[$0...].starts(with: marker) }
    }

    // MARK: The example

    public struct Learned: Sendable {
        public let example: String
        /// Whether the collection did not have it.
        public let isNew: Bool
    }

    /// Saves an answered request.
    ///
    /// - Parameters:
    ///   - collection: its file's name.
    ///   - home: what a new collection says of its address and session; `nil` for one that is there.
    ///   - isFetched: whether it was asked just now, and is to be in the history as well.
    /// - Throws: `ItemError` for what cannot be an example.
    public func learn(
        _ exchange: Exchange, in collection: String, home: CollectionHome? = nil, isFetched: Bool
    ) throws -> Learned {
        var exchange = exchange
        exchange.request.head.fields = LearnedCall.ownFieldsRemoved(exchange.request.head.fields)
        if isFetched { exchange = try keeper.record([exchange])[0] }
        let home =
            home
            ?? CollectionHome(
                upstream: exchange.upstream, session: "", collection: collection, baseURL: exchange.upstream)
        guard let saved = try keeper.saver.save([exchange], in: collection, home: home).first,
            let example = saved.example
        else { throw ItemError.invalid("the answer is not whole and cannot be an example") }
        return Learned(example: example, isNew: saved.isNew)
    }
}

/// Targets in origin-form, and base paths before them.
private enum OriginTarget {
    /// Without scheme and authority.
    static func of(_ target: ByteBuffer) -> ByteBuffer {
        let text = TextBytes.decode(target.readableBytesView)
        guard !text.text.hasPrefix("/"), let separator = text.text.firstRange(of: "://") else { return target }
        let rest = text.text[separator.upperBound...].drop { $0 != "/" && $0 != "?" }
        let path = rest.hasPrefix("/") ? String(rest) : "/" + rest
        return ByteBuffer(bytes: TextBytes.bytes(of: path, encoding: text.encoding))
    }

    static func with(_ base: String, _ target: ByteBuffer) -> ByteBuffer {
        let bytes = target.readableBytesView
        let hasBase =
            bytes.starts(with: base.utf8)
            && (bytes.count == base.utf8.count
                || [UInt8(ascii: "/"), UInt8(ascii: "?")].contains(bytes[bytes.startIndex + base.utf8.count]))
        guard !base.isEmpty, !hasBase else { return target }
        var out = ByteBuffer(string: base)
        out.writeBytes(bytes)
        return out
    }
}
