public import NIOCore

/// What is decided about a call to a mock server before any example is looked at: who may call, and whether everything is
/// answered alike.
public struct MockGate: Sendable, Hashable {
    public enum Verdict: Sendable, Equatable {
        /// Examples answer.
        case open
        /// A private mock server, and the key is missing or wrong, or its collection is gone: it is as if there were none.
        case hidden
        /// Every call gets the forced response, which has that status.
        case serverResponse(Int)
    }

    /// One of them must be in `x-api-key`; `nil` lets everyone in.
    public var keys: AdmittedKeys?
    /// Its collection or environment is gone: there is nothing to serve.
    public var isDeactivated = false
    /// Whether those without a key are told so, with a 401, where Postman says that there is no such mock server.
    public var explainsAuth = false
    /// A 5xx that stands for an outage; `nil` for none.
    public var serverResponse: ForcedResponse?

    /// - Parameter keys: one of them must be in `x-api-key`; `nil` lets everyone in.
    public init(keys: [String]? = nil, serverResponse: Int? = nil) {
        self.init(
            keys: keys.map { AdmittedKeys($0) }, serverResponse: serverResponse.map { ForcedResponse(status: $0) })
    }

    public init(keys: AdmittedKeys?, serverResponse: ForcedResponse? = nil) {
        self.keys = keys
        self.serverResponse = serverResponse
    }

    /// Whether the same request gets the same verdict at any time, and nobody wants to know of it.
    public var isSettled: Bool { keys?.neverExpire ?? true }

    /// - Parameter used: told the key that opened, if one was needed.
    public func verdict(_ fields: Fields, used: (Digest) -> Void = { _ in }) -> Verdict {
        if isDeactivated { return .hidden }
        if let keys {
            guard let key = keys.key(in: fields) else { return .hidden }
            used(key)
        }
        return serverResponse.map { .serverResponse($0.head.status) } ?? .open
    }

    /// Why a call was turned away for its key, for the mock server's owner: the caller is not told. `nil` where no key is needed.
    public func complaint(_ fields: Fields) -> String? {
        guard keys != nil, !isDeactivated else { return nil }
        switch fields.all("x-api-key").count {
        case 0: return "no x-api-key was sent"
        case 1: return "the x-api-key is of no key"
        default: return "more than one x-api-key was sent"
        }
    }
}

/// The keys that open private mock servers. Of the keys only digests: they are secrets, and what is equal is told in a
/// time that says nothing of them.
public struct AdmittedKeys: Sendable, Hashable {
    /// By digest: until when; `nil` for ever.
    private let ends: [Digest: Timestamp?]
    fileprivate let neverExpire: Bool

    public init(_ ends: [Digest: Timestamp?]) {
        self.ends = ends
        neverExpire = ends.values.allSatisfy { $0 == nil }
    }

    /// Keys in clear, which never expire.
    public init(_ keys: [String]) {
        self.init(Dictionary(keys.map { (Digest(of: $0), Timestamp?.none) }, uniquingKeysWith: { one, _ in one }))
    }

    /// The key that a request has in `x-api-key`, when it is one of these and has not expired. Of two nobody could tell
    /// which counts.
    func key(in fields: Fields) -> Digest? {
        let lines = fields.all("x-api-key")
        guard lines.count == 1 else { return nil }
        let digest = Digest(of: ByteBuffer(bytes: lines[0].value))
        guard let end = ends[digest] else { return nil }
        if let end, end <= .now() { return nil }
        return digest
    }
}

/// What every call gets instead of an example.
public struct ForcedResponse: Sendable, Hashable {
    /// What people call it.
    public var name: String
    /// Its fields say nothing of length or connection: whoever writes it does.
    public var head: ResponseHead
    public var body: ByteBuffer

    public init(name: String, head: ResponseHead, body: ByteBuffer) {
        self.name = name
        self.head = head
        self.body = body
    }

    /// Nothing but a status.
    public init(status: Int) {
        self.init(name: "\(status)", head: ResponseHead(status: status, reason: ""), body: ByteBuffer())
    }
}
