import UnderstudyCore

/// Schemas put together into one, later ones over earlier ones, at a price of one for each member.
struct SchemaMerge {
    private var members = MemberTable()
    private var properties: MemberTable?
    private var example: MemberTable?
    /// Lists of choices inside of parts: the first ones go first.
    private var lists: [String: [JSONValue]] = [:]

    /// Takes as much of it as `budget` pays for.
    mutating func add(_ part: JSONObject, _ budget: inout Int) {
        budget -= 1
        for member in part.members {
            guard budget > 0 else { return }
            switch member.name {
            case "properties":
                if properties == nil { properties = MemberTable() }
                for property in member.value.object?.members ?? [] {
                    guard budget > 0 else { return }
                    properties?.set(property.name, property.value, &budget)
                }
            case "required", "allOf", "oneOf", "anyOf":
                let elements = (member.value.elements ?? []).prefix(budget)
                budget -= elements.count
                lists[member.name, default: []] += elements
            case "example":
                guard let object = member.value.object else {
                    example = nil
                    members.set(member.name, member.value, &budget)
                    continue
                }
                if example == nil { example = MemberTable() }
                for value in object.members {
                    guard budget > 0 else { return }
                    example?.set(value.name, value.value, &budget)
                }
            default: members.set(member.name, member.value, &budget)
            }
        }
    }

    var object: JSONObject {
        var object = members.object
        if let properties { object["properties"] = .object(properties.object) }
        if let example { object["example"] = .object(example.object) }
        for (name, elements) in lists { object[name] = .array(elements) }
        return object
    }
}

/// An object whose members are found by a dictionary: thousands can be set one by one.
struct MemberTable {
    private(set) var object: JSONObject
    private var places: [String: Int]

    init(_ object: JSONObject = JSONObject()) {
        self.object = object
        places = Dictionary(
            object.members.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { $1 })
    }

    /// Sets the member that counts for the name, or adds one.
    mutating func set(_ name: String, _ value: JSONValue, _ budget: inout Int) {
        budget -= 1
        if let place = places[name] {
            object.members[place].value = value
        } else {
            places[name] = object.members.count
            object.members.append(.init(name, value))
        }
    }
}
