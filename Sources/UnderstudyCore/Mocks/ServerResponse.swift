/// One answer for every call to a mock server, in place of its examples: how a fault of the server is simulated.
public struct ServerResponse: Sendable, Hashable {
    /// 5xx only.
    public static let statuses = 500...599
    /// What a body may be.
    public static let bodyLimit = 1 << 20

    /// The language of a body, which says its Content-Type where no field does.
    public enum Language: String, Sendable, CaseIterable {
        case text, javascript, json, html, xml

        public var contentType: String {
            switch self {
            case .text: "text/plain; charset=utf-8"
            case .javascript: "application/javascript; charset=utf-8"
            case .json: "application/json; charset=utf-8"
            case .html: "text/html; charset=utf-8"
            case .xml: "application/xml; charset=utf-8"
            }
        }
    }

    public struct Field: Sendable, Hashable {
        public var name: String
        public var value: String
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A UUID.
    public var id: String
    public var name: String
    public var status: Int
    public var fields: [Field]
    public var language: Language?
    public var body: String
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    /// Owners, as in keys.
    public var createdBy: String
    public var updatedBy: String

    public init(
        id: String, name: String, status: Int, fields: [Field] = [], language: Language? = nil, body: String = "",
        createdAt: Timestamp, createdBy: String
    ) {
        self.id = id
        self.name = name
        self.status = status
        self.fields = fields
        self.language = language
        self.body = body
        self.createdAt = createdAt
        updatedAt = createdAt
        self.createdBy = createdBy
        updatedBy = createdBy
    }
}
