import NIOCore

/// The variables of a collection and an environment, by name. Shared by all examples of a collection.
///
/// Names are what stands between the braces, blanks and all: `{{ a }}` is the variable ` a `.
public final class VariableScope: Sendable {
    /// How often values may hold further variables, as in Postman's SDK.
    static let passLimit = 19
    /// How many octets a text may grow by. A pass that would exceed it is not made: variables that hold each other
    /// several times over otherwise double the text with every pass.
    static let growthLimit = 1 << 20

    public static let empty = VariableScope([:])

    private let values: [String: String]
    let secrets: HiddenSecrets

    /// - Parameter secrets: names whose values are used and never shown.
    public init(_ values: [String: String], secrets: Set<String> = []) {
        self.values = values
        self.secrets = HiddenSecrets(values.filter { secrets.contains($0.key) })
    }

    /// A text for people that was made of resolved ones: with `{{name}}` again where a secret stands.
    public func hidingSecrets(in text: String) -> String { secrets.hidden(in: text) }

    public var isEmpty: Bool { values.isEmpty }

    public subscript(name: String) -> String? { values[name] }

    /// Replaces `{{name}}` from the inside out until nothing changes. Unknown names stay as they are.
    public func resolve(_ text: String) -> String {
        guard !values.isEmpty, text.utf8.contains(UInt8(ascii: "{")) else { return text }
        return resolved(ByteBuffer(string: text), except: []).map { String(buffer: $0) } ?? text
    }

    /// The same for bytes, without touching the names in `kept`; `nil` when nothing is replaced.
    func resolved(_ bytes: ByteBuffer, except kept: Set<String>) -> ByteBuffer? {
        guard !values.isEmpty else { return nil }
        let limit = bytes.readableBytes + Self.growthLimit
        var result: ByteBuffer?
        for _ in 0..<Self.passLimit {
            guard let next = pass(over: result ?? bytes, except: kept, limit: limit) else { break }
            result = next
        }
        return result
    }

    /// `nil` when there was nothing to replace or the result would be too long.
    private func pass(over bytes: ByteBuffer, except kept: Set<String>, limit: Int) -> ByteBuffer? {
        bytes.withUnsafeReadableBytes { bytes in
            var out: ByteBuffer?
            var copied = 0
            var position = 0
            while let token = VariableToken.next(in: bytes, from: position) {
                position = token.upperBound
                let name = VariableToken.name(token, in: bytes)
                guard let value = values[name], !kept.contains(name) else { continue }
                var text = out ?? ByteBufferAllocator().buffer(capacity: bytes.count + value.utf8.count)
                out = nil
                text.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[copied..<token.lowerBound]))
                text.writeString(value)
                guard text.readableBytes + bytes.count - token.upperBound <= limit else { return nil }
                out = text
                copied = token.upperBound
            }
            out?.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[copied...]))
            return out
        }
    }
}
