import UnderstudyCore

/// What a member of an answer must be.
indirect enum Shape: Sendable {
    case text, uuid, uid, digits, time, bool, int, object, array, null, any
    case exactly(JSONValue)
    case list(Shape)
    /// These members, no others; a name that ends in `?` may be missing.
    case members([(String, Shape)])

    /// Every difference from what is documented, empty when there is none.
    func faults(_ value: JSONValue?, at path: String = "$") -> [String] {
        guard let value else { return ["\(path) is missing"] }
        let isRight: Bool
        switch self {
        case .any: isRight = true
        case .text: isRight = value.text != nil
        case .uuid: isRight = value.text.map(Self.isUUID) ?? false
        case .uid:
            let parts = value.text?.split(separator: "-", maxSplits: 1) ?? []
            isRight = parts.count == 2 && parts[0].allSatisfy(\.isNumber) && Self.isUUID(String(parts[1]))
        case .digits: isRight = value.text.map { !$0.isEmpty && $0.allSatisfy(\.isNumber) } ?? false
        case .time:
            isRight = value.text.map { $0.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil } ?? false
        case .bool: isRight = value.bool != nil
        case .int: isRight = value.int != nil
        case .object: isRight = value.object != nil
        case .array: isRight = value.elements != nil
        case .null: isRight = value.isNull
        case .exactly(let expected): isRight = value == expected
        case .list(let shape):
            guard let elements = value.elements else { return ["\(path) is no array"] }
            return elements.enumerated().flatMap { shape.faults($1, at: "\(path)[\($0)]") }
        case .members(let members):
            guard let object = value.object else { return ["\(path) is no object"] }
            let names = Set(members.map { $0.0.filter { $0 != "?" } })
            var faults = object.members.filter { !names.contains($0.name) }.map {
                "\(path).\($0.name) is not documented"
            }
            for (name, shape) in members {
                let isOptional = name.hasSuffix("?")
                let name = name.filter { $0 != "?" }
                if isOptional, object[name] == nil { continue }
                faults += shape.faults(object[name], at: "\(path).\(name)")
            }
            return faults
        }
        return isRight ? [] : ["\(path) is \(JSONWriter.text(value)), not \(self)"]
    }

    private static func isUUID(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/) != nil
    }

    /// `{"error": {"name", "message"}}`
    static func error(_ name: String, _ message: String, details: JSONValue? = nil) -> Shape {
        var members: [(String, Shape)] = [
            ("name", .exactly(.string(name))), ("message", .exactly(.string(message))),
        ]
        if let details { members.append(("details", .exactly(details))) }
        return .members([("error", .members(members))])
    }

    static let unauthorized = Shape.exactly([
        "type": "https://api.postman.com/problems/unauthorized", "title": "Unauthorized", "detail": "Unauthorized",
        "status": 401,
    ])
}
