public import UnderstudyCore

/// What a server was started with, for people to read, each with the flag that changes it. No secrets: who fills it in leaves
/// them out, and says only whether there are any.
public struct ServerSettings: Sendable {
    public struct Item: Sendable {
        /// As in the settings' file.
        public var name: String
        public var value: JSONValue
        /// `bytes`, `seconds`, `milliseconds` or `nil`.
        public var unit: String?
        public var flag: String
        /// One sentence.
        public var description: String

        public init(_ name: String, _ value: JSONValue, unit: String? = nil, flag: String? = nil, _ description: String)
        {
            self.name = name
            self.value = value
            self.unit = unit
            self.flag = flag ?? "--\(name)"
            self.description = description
        }

        var json: JSONValue {
            [
                "name": .string(name), "value": value, "unit": unit.map { .string($0) } ?? .null,
                "flag": .string(flag), "description": .string(description),
            ]
        }
    }

    /// `host:port`.
    public var frontDoor = "", admin = ""
    /// The workspace.
    public var folder = ""
    /// That it began with; it may have another by now.
    public var startMode = Mode.replay
    /// Without anything secret.
    public var upstream: String?
    public var limits: [Item] = []
    public var matching: [Item] = []
    public var answering: [Item] = []
    public var recording: [Item] = []
    public var forwarding: [Item] = []
    /// Whether secrets are replaced before anything is written, and whether the history keeps them all the same.
    public var redacts = true, keepsSecrets = false
    /// Names beyond the defaults.
    public var redactedNames: [String] = []

    public init() {}
}
