import NIOCore

/// The pairs of a query or a form (`application/x-www-form-urlencoded`), decoded, in order.
struct NamedValues: Sendable {
    let pairs: [(name: [UInt8], value: [UInt8])]

    init(decoding bytes: some Collection<UInt8>) {
        pairs = bytes.split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair.dropFirst(name.count + 1)
            return (PercentCoding.decoded(name, plusIsBlank: true), PercentCoding.decoded(value, plusIsBlank: true))
        }
    }

    /// The first value of that name.
    func first(_ name: String) -> [UInt8]? { pairs.first { $0.name.elementsEqual(name.utf8) }?.value }

    /// Members in order of first occurrence; a name that repeats has an array.
    var object: JSONObject {
        var members: [JSONObject.Member] = []
        var positions: [String: Int] = [:]
        var repeats: [Int: [JSONValue]] = [:]
        for pair in pairs {
            let name = TextBytes.text(of: pair.name)
            let value = JSONValue.string(TextBytes.text(of: pair.value))
            if let position = positions[name] {
                repeats[position, default: [members[position].value]].append(value)
            } else {
                positions[name] = members.count
                members.append(JSONObject.Member(name, value))
            }
        }
        for (position, values) in repeats { members[position].value = .array(values) }
        return JSONObject(members: members)
    }
}
