/// The place of a value in a JSON document as Postman's helpers write it: `items.0.name`.
///
/// Names and array indexes between dots; `\.` is a dot that belongs to a name, `\\` a backslash.
struct ObjectPath: Hashable {
    let parts: [String]

    init(_ text: String) {
        var parts: [[UInt8]] = [[]]
        var isEscaped = false
        for byte in text.utf8 {
            if isEscaped {
                if byte != UInt8(ascii: "."), byte != UInt8(ascii: "\\") { parts[parts.count - 1].append(0x5C) }
                parts[parts.count - 1].append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: ".") {
                parts.append([])
            } else {
                parts[parts.count - 1].append(byte)
            }
        }
        if isEscaped { parts[parts.count - 1].append(0x5C) }
        self.parts = parts.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether a part is an array index: digits without a sign or a zero in front.
    static func index(_ part: String) -> Int? {
        guard part.utf8.allSatisfy(\.isDigit), part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0") else {
            return nil
        }
        return Int(part)
    }
}

/// A JSON document in which many paths are looked up. An object with many members gets an index when it is first
/// passed, so that the work is O(document + paths), not their product.
struct ObjectPathReader: Sendable {
    /// Objects with at most this many members are searched one by one.
    private static let scanLimit = 16

    let document: JSONValue
    private var indexes: [[String]: [String: Int]] = [:]

    init(_ document: JSONValue) { self.document = document }

    /// The value at that place. `null` is a value; a missing member, an index beyond the end, or a step into something
    /// that is neither object nor array is none.
    mutating func value(at path: ObjectPath) -> JSONValue? {
        var value = document
        for (depth, part) in path.parts.enumerated() {
            switch value {
            case .object(let object):
                guard let index = memberIndex(part, of: object, at: path.parts[..<depth]) else { return nil }
                value = object.members[index].value
            case .array(let elements):
                guard let index = ObjectPath.index(part), index < elements.count else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    private mutating func memberIndex(_ name: String, of object: JSONObject, at place: ArraySlice<String>) -> Int? {
        guard object.members.count > Self.scanLimit else { return object.lastIndex(of: name) }
        let place = Array(place)
        if let index = indexes[place] { return index[name] }
        var index: [String: Int] = [:]
        index.reserveCapacity(object.members.count)
        for (position, member) in object.members.enumerated() { index[member.name] = position }
        indexes[place] = index
        return index[name]
    }
}
