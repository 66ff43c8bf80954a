import NIOCore

/// The pairs of a query or a form (`application/x-www-form-urlencoded`), decoded, in order.
struct NamedValues: Sendable {
    let pairs: [(name: [UInt8], value: [UInt8])]

    init(decoding bytes: some Collection<UInt8>) {
        pairs = bytes.split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair.dropFirst(name.count + 1)
            return (Self.percentDecoded(name, plusIsBlank: true), Self.percentDecoded(value, plusIsBlank: true))
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

    /// `%41` → `A`; what is no such triplet stays.
    static func percentDecoded(_ bytes: some Sequence<UInt8>, plusIsBlank: Bool) -> [UInt8] {
        let bytes = Array(bytes)
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%"), index + 2 < bytes.count, let high = bytes[index + 1].hexDigitValue,
                let low = bytes[index + 2].hexDigitValue
            {
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(plusIsBlank && byte == UInt8(ascii: "+") ? 0x20 : byte)
                index += 1
            }
        }
        return out
    }
}
