import NIOCore

extension Redaction {
    /// The shortest value of a parameter called just `key` that counts as a secret: Google's API keys have 39
    /// characters, while `key=name` is an everyday parameter.
    static let shortestKeyValue = 20

    /// `nil` when nothing is secret.
    func redactedTarget(_ target: ByteBuffer) -> ByteBuffer? {
        target.withUnsafeReadableBytes { bytes in
            var edits = Edits()
            let mark = bytes.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? bytes.count
            if bytes.first != UInt8(ascii: "/") { redactUserInfo(bytes, before: mark, into: &edits) }
            if mark < bytes.count { redactParameters(bytes, in: (mark + 1)..<bytes.count, into: &edits) }
            return edits.applied(to: bytes)
        }
    }

    /// A form body, `nil` when nothing is secret.
    func redactedForm(_ body: ByteBuffer) -> ByteBuffer? {
        body.withUnsafeReadableBytes { bytes in
            var edits = Edits()
            redactParameters(bytes, in: 0..<bytes.count, into: &edits)
            return edits.applied(to: bytes)
        }
    }

    /// `scheme://user:password@host`: the password, or all of it when there is no colon.
    private func redactUserInfo(_ bytes: UnsafeRawBufferPointer, before end: Int, into edits: inout Edits) {
        guard let colon = bytes[..<end].firstIndex(of: UInt8(ascii: ":")), colon + 2 < end,
            bytes[colon + 1] == UInt8(ascii: "/"), bytes[colon + 2] == UInt8(ascii: "/")
        else { return }
        let start = colon + 3
        let authorityEnd = bytes[start..<end].firstIndex(of: UInt8(ascii: "/")) ?? end
        guard let at = bytes[start..<authorityEnd].lastIndex(of: UInt8(ascii: "@")) else { return }
        let secretStart = bytes[start..<at].firstIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? start
        replace(secretStart..<at, in: bytes, into: &edits)
    }

    /// `name=value` pairs between `&`, `?` and `#` (some clients put a second query behind a fragment).
    private func redactParameters(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>, into edits: inout Edits) {
        var start = range.lowerBound
        while start < range.upperBound {
            let end =
                bytes[start..<range.upperBound].firstIndex {
                    $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "?")
                } ?? range.upperBound
            if let equals = bytes[start..<end].firstIndex(of: UInt8(ascii: "=")) {
                let value = (equals + 1)..<end
                if isSecretParameter(bytes[start..<equals], valueLength: value.count) {
                    replace(value, in: bytes, into: &edits)
                }
            }
            start = end + 1
        }
    }

    private func isSecretParameter(_ name: Slice<UnsafeRawBufferPointer>, valueLength: Int) -> Bool {
        if name.contains(UInt8(ascii: "%")) {
            return isSecretParameter(decoded: PercentCoding.decoded(name, plusIsBlank: true), valueLength: valueLength)
        }
        return isSecretParameter(decoded: name, valueLength: valueLength)
    }

    private func isSecretParameter(decoded name: some Collection<UInt8>, valueLength: Int) -> Bool {
        if rules.members.contains(name) { return true }
        return valueLength >= Self.shortestKeyValue && name.count == 3
            && name.elementsEqual("key".utf8) { $0.asciiLowercased == $1 } && !rules.members.isEmpty
    }

    /// The placeholder is made from the decoded value, so that it is the same in a query, a form, JSON and a field.
    private func replace(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer, into edits: inout Edits) {
        let value = bytes[range]
        let isEncoded = value.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }
        if let placeholder = isEncoded
            ? replacement(for: PercentCoding.decoded(value, plusIsBlank: true)) : replacement(for: value)
        {
            edits.append(range, placeholder)
        }
    }
}

/// Replacements of byte ranges, in ascending order, applied at the end.
struct Edits {
    private var edits: [(range: Range<Int>, bytes: [UInt8])] = []

    mutating func append(_ range: Range<Int>, _ bytes: [UInt8]) { edits.append((range, bytes)) }

    /// `nil` when there are none.
    func applied(to bytes: UnsafeRawBufferPointer) -> ByteBuffer? {
        guard !edits.isEmpty else { return nil }
        var out = ByteBuffer()
        out.reserveCapacity(bytes.count + edits.count * Redaction.placeholderLength)
        var position = 0
        for edit in edits {
            out.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[position..<edit.range.lowerBound]))
            out.writeBytes(edit.bytes)
            position = edit.range.upperBound
        }
        out.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[position...]))
        return out
    }
}
