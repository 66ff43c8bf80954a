import UnderstudyCore

/// A value that fits a schema, the same every time: what the document gives as an example, else made from types and bounds.
/// JSON Schema 2020-12 and the dialect of OpenAPI 3.0.
struct SchemaSample {
    /// Values for one sample; schemas that refer to each other many times would grow without end.
    static let valueLimit = 5_000
    /// Values for a whole document.
    static let documentLimit = 1_000_000
    /// Members that are put together for one sample; they count for the document, too.
    static let mergeLimit = 20_000
    static let depthLimit = 40

    enum Direction { case request, response }

    let document: OpenAPIDocument
    private(set) var used = 0
    /// Samples that lack something because of a limit.
    private(set) var cutCount = 0
    private var direction = Direction.response
    private var budget = 0
    private var mergeBudget = 0
    /// References that are being followed: a cycle is cut.
    private var followed: Set<String> = []

    init(_ document: OpenAPIDocument) { self.document = document }

    /// `nil` when the schema says nothing or leads in a circle.
    mutating func value(_ schema: JSONValue?, _ direction: Direction) -> JSONValue? {
        guard let schema else { return nil }
        guard used < Self.documentLimit else {
            cutCount += 1
            return nil
        }
        self.direction = direction
        budget = Self.valueLimit
        mergeBudget = Self.mergeLimit
        followed = []
        let value = sample(schema, depth: 0)
        used += Self.valueLimit - budget + Self.mergeLimit - mergeBudget
        if budget <= 0 || mergeBudget <= 0 { cutCount += 1 }
        return value
    }

    private mutating func sample(_ schema: JSONValue, depth: Int) -> JSONValue? {
        budget -= 1
        guard budget > 0, depth < Self.depthLimit else { return nil }
        if let reference = schema["$ref"]?.text {
            guard !followed.contains(reference), let target = document.target(reference) else { return nil }
            followed.insert(reference)
            defer { followed.remove(reference) }
            let beside = schema.object?.members ?? []
            guard beside.count > 1 else { return sample(.object(target.object ?? JSONObject()), depth: depth + 1) }
            // In 3.1 other members may stand beside a reference.
            var merged = MemberTable(target.object ?? JSONObject())
            for member in beside where member.name != "$ref" { merged.set(member.name, member.value, &mergeBudget) }
            return sample(.object(merged.object), depth: depth + 1)
        }
        guard let object = schema.object else { return schema.bool == true ? [:] : nil }
        for name in ["const", "example"] { if let given = object[name] { return given } }
        if let first = object["examples"]?.elements?.first { return first }
        if let given = object["default"] { return given }
        if let values = object["enum"]?.elements, let value = values.first(where: { !$0.isNull }) ?? values.first {
            return value
        }
        if object["allOf"] != nil || object["oneOf"] != nil || object["anyOf"] != nil {
            return combined(object, depth: depth)
        }
        switch Self.type(of: object) {
        case "object": return self.object(object, depth: depth)
        case "array": return array(object, depth: depth)
        case "string": return .string(TextSample.text(object))
        case "integer": return NumberSample.value(object, isInteger: true)
        case "number": return NumberSample.value(object, isInteger: false)
        case "boolean": return true
        case "null": return .null
        default: return [:]
        }
    }

    /// The first type that is not null; guessed where there is none.
    static func type(of schema: JSONObject) -> String? {
        if let type = schema["type"]?.text { return type }
        let types = schema["type"]?.elements?.compactMap(\.text) ?? []
        if let type = types.first(where: { $0 != "null" }) ?? types.first { return type }
        if schema["properties"] != nil || schema["additionalProperties"] != nil { return "object" }
        if schema["items"] != nil || schema["prefixItems"] != nil { return "array" }
        if ["format", "pattern", "minLength", "maxLength"].contains(where: { schema[$0] != nil }) { return "string" }
        if ["minimum", "maximum", "multipleOf"].contains(where: { schema[$0] != nil }) { return "number" }
        return nil
    }

    // MARK: Parts put together

    /// All of `allOf`, the first of `oneOf` and `anyOf` that is not null, and what stands beside them.
    private mutating func combined(_ schema: JSONObject, depth: Int) -> JSONValue? {
        var entered: [String] = []
        defer { followed.subtract(entered) }
        var merged = SchemaMerge()
        func isNull(_ value: JSONValue) -> Bool { value["type"]?.text == "null" }
        var parts = schema["allOf"]?.elements ?? []
        for name in ["oneOf", "anyOf"] {
            let choices = schema[name]?.elements ?? []
            if let first = choices.first(where: { !isNull($0) }) ?? choices.first { parts.append(first) }
        }
        for part in parts {
            var part = part
            while let reference = part["$ref"]?.text {
                guard !followed.contains(reference), let target = document.target(reference) else { return nil }
                followed.insert(reference)
                entered.append(reference)
                part = target
            }
            merged.add(part.object ?? JSONObject(), &mergeBudget)
            guard mergeBudget > 0 else { break }
        }
        var beside = schema
        for name in ["allOf", "oneOf", "anyOf"] where schema[name] != nil { beside[name] = Optional.none }
        merged.add(beside, &mergeBudget)
        return sample(.object(merged.object), depth: depth + 1)
    }

    private mutating func object(_ schema: JSONObject, depth: Int) -> JSONValue {
        var object = JSONObject()
        var seen: Set<String> = []
        for property in schema["properties"]?.object?.members ?? [] where seen.insert(property.name).inserted {
            let flag = direction == .request ? "readOnly" : "writeOnly"
            if (document.resolved(property.value) ?? property.value)[flag]?.bool == true { continue }
            if let value = sample(property.value, depth: depth + 1) {
                object.members.append(.init(property.name, value))
            }
            guard budget > 0 else { break }
        }
        if object.members.isEmpty, let others = schema["additionalProperties"], others.object != nil,
            let value = sample(others, depth: depth + 1)
        {
            object.members.append(.init("key", value))
        }
        return .object(object)
    }

    private mutating func array(_ schema: JSONObject, depth: Int) -> JSONValue {
        var elements = (schema["prefixItems"]?.elements ?? []).prefix(100).compactMap { sample($0, depth: depth + 1) }
        let wanted = min(max(1, schema["minItems"]?.int ?? 1), 10)
        if schema["maxItems"]?.int == 0 { return [] }
        guard elements.count < wanted, let items = schema["items"], let value = sample(items, depth: depth + 1) else {
            return .array(elements)
        }
        while elements.count < wanted { elements.append(value) }
        return .array(elements)
    }
}
