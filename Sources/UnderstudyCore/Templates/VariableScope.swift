/// The variables of a collection and an environment, by name. Shared by all examples of a collection.
///
/// Names are what stands between the braces, blanks and all: `{{ a }}` is the variable ` a `.
public final class VariableScope: Sendable {
    /// How often values may hold further variables, as in Postman's SDK.
    static let passLimit = 19
    /// A value that grows beyond this is left as it is.
    static let lengthLimit = 1 << 20

    public static let empty = VariableScope([:])

    private let values: [String: String]

    public init(_ values: [String: String]) { self.values = values }

    public var isEmpty: Bool { values.isEmpty }

    public subscript(name: String) -> String? { values[name] }

    /// Replaces `{{name}}` from the inside out until nothing changes. Unknown names stay as they are.
    public func resolve(_ text: String) -> String {
        var text = text
        for _ in 0..<Self.passLimit where text.utf8.contains(UInt8(ascii: "{")) {
            var isChanged = false
            let next = VariableToken.replace(in: text) { name in
                let value = values[name]
                if value != nil { isChanged = true }
                return value
            }
            guard isChanged, next.utf8.count <= Self.lengthLimit else { break }
            text = next
        }
        return text
    }
}

/// `{{name}}`: two braces, a name without braces, two braces. `{{regex:…}}` alone may hold braces, as `[0-9]{3}` does.
public enum VariableToken {
    /// Replaces every token for which `value` knows a text.
    public static func replace(in text: String, _ value: (String) -> String?) -> String {
        var out: [UInt8] = []
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            guard let end = end(bytes, index) else {
                out.append(bytes[index])
                index += 1
                continue
            }
            let token = bytes[index..<end]
            if let value = value(String(decoding: token.dropFirst(2).dropLast(2), as: UTF8.self)) {
                out.append(contentsOf: value.utf8)
            } else {
                out.append(contentsOf: token)
            }
            index = end
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The end of a token that starts at `index`, or `nil`.
    public static func end(_ bytes: [UInt8], _ index: Int) -> Int? {
        let (open, close) = (UInt8(ascii: "{"), UInt8(ascii: "}"))
        guard index + 4 <= bytes.count, bytes[index] == open, bytes[index + 1] == open else { return nil }
        var end = index + 2
        if bytes[end...].starts(with: "regex:".utf8) {
            while end + 2 < bytes.count, bytes[end] != close || bytes[end + 1] != close || bytes[end + 2] == close {
                end += 1
            }
            guard end + 1 < bytes.count, bytes[end] == close, bytes[end + 1] == close else { return nil }
            return end + 2
        }
        while end < bytes.count, bytes[end] != open, bytes[end] != close { end += 1 }
        guard end + 1 < bytes.count, bytes[end] == close, bytes[end + 1] == close else { return nil }
        return end + 2
    }
}
