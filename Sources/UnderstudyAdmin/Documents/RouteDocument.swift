import UnderstudyCore

/// What the API's document says of a route, beside its method and path.
struct RouteDocument: Sendable {
    struct Parameter: Sendable {
        let name: String
        let place: Place
        let schema: JSONValue
        let description: String

        enum Place: String, Sendable { case query, header }

        static func text(_ name: String, _ description: String) -> Parameter {
            Parameter(name: name, place: .query, schema: Schema.text, description: description)
        }
        static func int(_ name: String, _ range: ClosedRange<Int>, _ description: String) -> Parameter {
            Parameter(name: name, place: .query, schema: Schema.int(range), description: description)
        }
        static func bool(_ name: String, _ description: String) -> Parameter {
            Parameter(name: name, place: .query, schema: Schema.bool, description: description)
        }
        static func time(_ name: String, _ description: String) -> Parameter {
            Parameter(name: name, place: .query, schema: Schema.time, description: description)
        }
        static func choice(_ name: String, _ values: [String], _ description: String) -> Parameter {
            Parameter(name: name, place: .query, schema: Schema.choice(values), description: description)
        }
        /// What a change must find unchanged: the ETag of an answer.
        static let ifMatch = Parameter(
            name: "If-Match", place: .header, schema: Schema.text,
            description: "The ETag that was answered: a resource that has changed since is not changed (409).")
    }

    /// What a request's content is.
    struct Content: Sendable {
        var type = "application/json"
        let schema: JSONValue
        var isRequired = true
    }

    let summary: String
    let parameters: [Parameter]
    let content: Content?
    let status: Int
    let answer: JSONValue
    let answerType: String
    /// Statuses of refusals, beyond those that any route of its kind may answer.
    let refusals: [Int]

    init(
        _ summary: String, _ parameters: [Parameter] = [], takes content: Content? = nil, status: Int = 200,
        gives answer: JSONValue = Schema.any, as answerType: String = "application/json", refusing refusals: [Int] = []
    ) {
        self.summary = summary
        self.parameters = parameters
        self.content = content
        self.status = status
        self.answer = answer
        self.answerType = answerType
        self.refusals = refusals
    }
}

extension RouteDocument.Content {
    static func json(_ schema: JSONValue, isRequired: Bool = true) -> Self {
        Self(schema: schema, isRequired: isRequired)
    }
}

/// JSON Schema in a few words. <https://json-schema.org/draft/2020-12>
enum Schema {
    static let any: JSONValue = [:]
    static let text: JSONValue = ["type": "string"]
    static let bool: JSONValue = ["type": "boolean"]
    static let integer: JSONValue = ["type": "integer"]
    static let number: JSONValue = ["type": "number"]
    static let time: JSONValue = ["type": "string", "format": "date-time"]
    static let object: JSONValue = ["type": "object"]

    static func int(_ range: ClosedRange<Int>) -> JSONValue {
        var schema: JSONObject = ["type": "integer", "minimum": .integer(range.lowerBound)]
        if range.upperBound != .max { schema["maximum"] = .integer(range.upperBound) }
        return .object(schema)
    }

    static func choice(_ values: [String]) -> JSONValue {
        ["type": "string", "enum": .array(values.map { .string($0) })]
    }

    static func array(_ elements: JSONValue) -> JSONValue { ["type": "array", "items": elements] }

    static func ref(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    /// Or nothing.
    static func optional(_ schema: JSONValue) -> JSONValue { ["anyOf": [schema, ["type": "null"]]] }

    /// An object of these members; those whose name ends in `?` may be missing.
    static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        let named = members.map { ($0.0.hasSuffix("?") ? String($0.0.dropLast()) : $0.0, $0.1) }
        let required = members.map(\.0).filter { !$0.hasSuffix("?") }
        var schema: JSONObject = ["type": "object", "properties": .object(JSONObject(named))]
        if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
        return .object(schema)
    }

    /// `{"name": schema}`
    static func wrapped(_ name: String, _ schema: JSONValue) -> JSONValue { object([(name, schema)]) }
}
