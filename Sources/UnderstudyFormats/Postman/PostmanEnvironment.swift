public import NIOCore
public import UnderstudyCore

/// An environment, or the globals of a workspace, as Postman exports them.
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

    public let name: String
    public let kind: Kind
    /// In the order of the file, repeats and disabled ones too.
    public let variables: [Variable]
    /// Enabled ones by name, secrets too; of repeats the last.
    private let values: [String: String]

    /// - Parameter file: how errors name the file.
    /// - Throws: `CollectionError` when the text is not JSON or not an environment.
    public init(parsing bytes: ByteBuffer, file: String) throws(CollectionError) {
        let root: JSONValue
        do throws(JSONError) { root = try JSONValue(parsing: bytes) } catch {
            let place = "line \(error.line), column \(error.column) (byte \(error.offset))"
            throw CollectionError(file: file, place: place, message: error.reason)
        }
        // Postman's API wraps it.
        let environment = root["environment"]?.object ?? root.object
        guard let environment else {
            throw CollectionError(file: file, place: "$", message: "an environment is a JSON object")
        }
        if environment["item"] != nil || environment["info"] != nil {
            throw CollectionError(file: file, place: "$", message: "this is a collection, not an environment")
        }
        guard let entries = environment["values"]?.elements else {
            throw CollectionError(file: file, place: "$.values", message: "an environment has an array `values`")
        }
        name = environment["name"]?.text ?? ""
        kind = environment["_postman_variable_scope"]?.text.flatMap(Kind.init) ?? .environment
        var variables: [Variable] = []
        var values: [String: String] = [:]
        for entry in entries {
            guard let name = (entry["key"] ?? entry["id"])?.text else { continue }
            let isSecret = entry["type"]?.text == "secret"
            let value = entry["value"]?.scalarText
            variables.append(
                Variable(name: name, value: isSecret ? nil : value, isSecret: isSecret, isEnabled: !entry.isDisabled))
            if !entry.isDisabled, let value { values[name] = value }
        }
        self.variables = variables
        self.values = values
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
