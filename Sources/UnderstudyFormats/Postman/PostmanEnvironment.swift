public import NIOCore
public import UnderstudyCore

/// An environment, or the globals of a workspace, as Postman exports them: a document that is edited in place, so that
/// what it holds besides names and values stays.
///
/// Format: `{"name", "values": [{"key", "value", "type", "enabled"}], "_postman_variable_scope"}`.
public struct PostmanEnvironment: Sendable {
    /// Whose variables these are.
    public enum Kind: String, Sendable { case environment, globals }

    /// One variable, fit to be shown.
    public struct Variable: Sendable, Hashable {
        public let name: String
        /// `nil` for a secret, and where the export has none.
        public let value: String?
        public let isSecret: Bool
        public let isEnabled: Bool
    }

    /// The ending of an environment's file, behind its slug.
    public static let fileEnding = ".postman_environment.json"

    /// The whole document, without what it was wrapped in; secret values are in it.
    public internal(set) var object: JSONObject {
        didSet { read() }
    }
    /// In the order of the file, repeats and disabled ones too.
    public private(set) var variables: [Variable] = []
    /// Enabled ones by name, secrets too; of repeats the last.
    private var values: [String: String] = [:]
    /// What stands around it in a file as Postman's API gives it.
    private let wrapper: JSONObject?
    /// The file's bytes until something is changed.
    var original: ByteBuffer?

    public var name: String { object["name"]?.text ?? "" }
    public var kind: Kind { object["_postman_variable_scope"]?.text.flatMap(Kind.init) ?? .environment }
    /// Its UUID; empty where the file has none.
    public var id: String { object["id"]?.text ?? "" }

    /// An environment without variables.
    ///
    /// - Parameter id: a UUID; the same for the same name when left out.
    public init(name: String, kind: Kind = .environment, id: String? = nil) {
        object = JSONObject([
            ("id", .string(id ?? Digest(of: "environment\n\(name)").uuid)), ("name", .string(name)), ("values", []),
            ("_postman_variable_scope", .string(kind.rawValue)),
        ])
        wrapper = nil
    }

    /// - Parameter file: how errors name the file.
    /// - Throws: `CollectionError` when the text is not JSON or not an environment.
    public init(parsing bytes: ByteBuffer, file: String) throws(CollectionError) {
        let root: JSONValue
        do throws(JSONError) { root = try JSONValue(parsing: bytes) } catch {
            let place = "line \(error.line), column \(error.column) (byte \(error.offset))"
            throw CollectionError(file: file, place: place, message: error.reason)
        }
        try self.init(root, file: file)
        original = bytes
    }

    /// The same of a value that was parsed already.
    public init(_ root: JSONValue, file: String) throws(CollectionError) {
        // Postman's API wraps it.
        let inner = root["environment"]?.object
        guard let environment = inner ?? root.object else {
            throw CollectionError(file: file, place: "$", message: "an environment is a JSON object")
        }
        if environment["item"] != nil || environment["info"] != nil {
            throw CollectionError(file: file, place: "$", message: "this is a collection, not an environment")
        }
        guard environment["values"]?.elements != nil else {
            throw CollectionError(file: file, place: "$.values", message: "an environment has an array `values`")
        }
        object = environment
        wrapper = inner == nil ? nil : root.object
        read()
    }

    private mutating func read() {
        variables = []
        values = [:]
        for entry in object["values"]?.elements ?? [] {
            guard let name = Self.name(of: entry) else { continue }
            let isSecret = entry["type"]?.text == "secret"
            let value = entry["value"]?.scalarText
            variables.append(
                Variable(name: name, value: isSecret ? nil : value, isSecret: isSecret, isEnabled: !entry.isDisabled))
            if !entry.isDisabled, let value { values[name] = value }
        }
    }

    static func name(of entry: JSONValue) -> String? { (entry["key"] ?? entry["id"])?.text }

    /// The file's content: as it was read while nothing was changed, else with tabs and a newline at the end.
    public func bytes() -> ByteBuffer {
        if let original { return original }
        guard var wrapper else { return JSONWriter.bytes(.object(object)) }
        wrapper["environment"] = .object(object)
        return JSONWriter.bytes(.object(wrapper))
    }

    /// Whether a secret variable has a value.
    public var holdsSecrets: Bool {
        (object["values"]?.elements ?? []).contains { entry in
            entry["type"]?.text == "secret" && !(entry["value"]?.scalarText ?? "").isEmpty
        }
    }

    /// These variables before those of a collection.
    ///
    /// - Parameter variables: `PostmanCollection.variables` or `CollectionOutline.variables`.
    public func scope(over variables: [String: String]) -> VariableScope {
        VariableScope(
            variables.merging(values) { $1 }, secrets: Set(self.variables.filter(\.isSecret).map(\.name)))
    }

    public func scope(over collection: PostmanCollection) -> VariableScope { scope(over: collection.variables) }
}

extension PostmanEnvironment: CustomStringConvertible {
    /// Names only: an environment in a log must not show its secrets.
    public var description: String { "\(kind.rawValue) \(name) (\(variables.map(\.name).joined(separator: ", ")))" }
}
