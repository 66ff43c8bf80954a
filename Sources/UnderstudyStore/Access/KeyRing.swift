import NIOCore
public import UnderstudyCore

/// Who may call private mock servers and the management API, and what the team's admins decided: `access.json`, which
/// its owner alone can read and which is not committed. Keys themselves are nowhere: only their digests are.
public struct KeyRing: Sendable {
    /// How many keys there may be.
    public static let limit = 10_000
    /// What keys begin with, as Postman's do.
    public static let prefix = "PMAK-"
    /// The first owner, who holds what no key was asked for.
    public static let firstOwner = "1"

    private let workspace: Workspace
    private var path: String { workspace.access }

    public init(_ workspace: Workspace) { self.workspace = workspace }

    /// All that the file says.
    public struct Contents: Sendable {
        public var keys: [AccessKey] = []
        public var policy = TeamPolicy()
        fileprivate var root = JSONObject()
    }

    /// - Throws: `FileError`, or `ItemError` for a file that cannot be understood: then nobody has access.
    public func contents() throws -> Contents {
        guard FileSystem.exists(path) else { return Contents() }
        let bytes = try FileSystem.contents(of: path)
        guard let root = (try? JSONValue(parsing: bytes))?.object else {
            throw ItemError.invalid("\(path) is not a JSON object: mend it, or remove it to begin without keys")
        }
        var contents = Contents()
        contents.root = root
        contents.policy.allowsPublicMocks = root["policy"]?["publicMocks"]?.bool ?? true
        for (index, entry) in (root["keys"]?.elements ?? []).enumerated() {
            guard let key = AccessKey(json: entry) else {
                throw ItemError.invalid("\(path): $.keys[\(index)] is no key: mend it, or remove it")
            }
            contents.keys.append(key)
        }
        return contents
    }

    public func policy() throws -> TeamPolicy { try contents().policy }

    /// Changes keys or policy as one step among all processes.
    public func change<Value>(_ change: (inout Contents) throws -> Value) throws -> Value {
        try CollectionLock.hold(workspace.folder) {
            var contents = try contents()
            let (keys, policy) = (contents.keys, contents.policy)
            let value = try change(&contents)
            guard contents.keys != keys || contents.policy != policy else { return value }
            contents.root["policy"] = ["publicMocks": .bool(contents.policy.allowsPublicMocks)]
            contents.root["keys"] = .array(contents.keys.map(\.json))
            try workspace.keepUncommitted("access.json")
            try AtomicFile.write(JSONWriter.bytes(.object(contents.root), style: .twoSpaces), to: path, mode: 0o600)
            return value
        }
    }

    /// Makes a key.
    ///
    /// - Parameter owner: `nil` for a new one.
    /// - Returns: the key and what is kept of it. It is never to be had again.
    public func create(
        name: String, role: AccessKey.Role, owner: String? = nil, expiresAt: Timestamp? = nil
    ) throws -> (key: String, AccessKey) {
        try change { contents in
            guard contents.keys.count < Self.limit else {
                throw ItemError.invalid("there are \(Self.limit) keys already: revoke some")
            }
            guard !contents.keys.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
                throw ItemError.exists(.key, name)
            }
            var random = SystemRandomNumberGenerator()
            // As long as Postman's: 24 and 34 hexadecimal digits.
            let digits = (0..<4).map { _ in Self.hex(random.next() as UInt64) }.joined()
            let key = "\(Self.prefix)\(digits.prefix(24))-\(digits.dropFirst(24))\(Self.hex(random.next() as UInt64))"
                .prefix(64)
            let highest = contents.keys.compactMap { Int($0.owner) }.max() ?? 0
            let entry = AccessKey(
                id: ItemID.make(), name: name, owner: owner ?? String(highest + 1), role: role,
                digest: Digest(of: String(key)), createdAt: .now(), expiresAt: expiresAt)
            contents.keys.append(entry)
            return (String(key), entry)
        }
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// - Parameter reference: an id or a name, whose case does not matter.
    public static func find(_ reference: String, in contents: Contents) throws(ItemError) -> AccessKey {
        let named =
            contents.keys.first { $0.id == reference.lowercased() }
            ?? contents.keys.first { $0.name.lowercased() == reference.lowercased() }
        guard let named else { throw .unknown(.key, reference) }
        return named
    }

    @discardableResult
    public func revoke(_ reference: String) throws -> AccessKey {
        try change { contents in
            let key = try Self.find(reference, in: contents)
            contents.keys.removeAll { $0.id == key.id }
            return key
        }
    }

    /// Notes when keys were used, which need not be exact.
    public func used(_ times: [String: Timestamp]) throws {
        try change { contents in
            for index in contents.keys.indices {
                guard let time = times[contents.keys[index].id] else { continue }
                contents.keys[index].lastUsedAt = max(time, contents.keys[index].lastUsedAt ?? time)
            }
        }
    }
}

extension AccessKey {
    init?(json: JSONValue) {
        guard let id = json["id"]?.text, let name = json["name"]?.text, let owner = json["owner"]?.text,
            let role = json["role"]?.text.flatMap(Role.init(rawValue:)),
            let digest = json["sha256"]?.text.flatMap({ Digest(hex: $0) }),
            let created = json["createdAt"]?.text.flatMap({ Timestamp(isoText: $0) })
        else { return nil }
        func time(_ name: String) -> Timestamp?? {
            guard let value = json[name], !value.isNull else { return .some(nil) }
            return value.text.flatMap { Timestamp(isoText: $0) }.map { .some($0) }
        }
        // A time that cannot be read must not make a key last for ever.
        guard let expires = time("expiresAt"), let lastUse = time("lastUsedAt") else { return nil }
        self.init(
            id: id, name: name, owner: owner, role: role, digest: digest, createdAt: created, expiresAt: expires,
            lastUsedAt: lastUse)
    }

    var json: JSONValue {
        [
            "id": .string(id), "name": .string(name), "owner": .string(owner), "role": .string(role.rawValue),
            "sha256": .string("\(digest)"), "createdAt": .string(createdAt.isoText),
            "expiresAt": expiresAt.map { .string($0.isoText) } ?? .null,
            "lastUsedAt": lastUsedAt.map { .string($0.isoText) } ?? .null,
        ]
    }
}
