import NIOCore

extension Redaction {
    /// The fields with secrets replaced, in order and case; `nil` when there are none.
    func apply(toFields fields: Fields) -> Fields? {
        guard !fields.isEmpty, mayHoldSecrets(fields) else { return nil }
        var changed: [(index: Int, value: [UInt8])] = []
        for (index, field) in fields.enumerated() {
            if let value = redactedValue(of: field) { changed.append((index, value)) }
        }
        guard !changed.isEmpty else { return nil }
        var result = Fields()
        var next = changed.makeIterator()
        var change = next.next()
        for (index, field) in fields.enumerated() {
            if let now = change, now.index == index {
                result.append(field.name, now.value)
                change = next.next()
            } else {
                result.append(field.name, field.value)
            }
        }
        return result
    }

    /// By the names alone, without touching a value: most messages have none of them.
    private func mayHoldSecrets(_ fields: Fields) -> Bool {
        var isFound = false
        fields.forEachLine { name, _ in
            guard !isFound else { return }
            isFound = [6, 7, 8, 10, 13, 16, 19].contains(name.count) || rules.fields.contains(name)
        }
        return isFound
    }

    private func redactedValue(of field: Field) -> [UInt8]? {
        let name = field.name
        switch name.count {
        case 6 where name.equalsIgnoringCase("Cookie"): return redactedCookies(field.value)
        case 10 where name.equalsIgnoringCase("Set-Cookie"): return redactedSetCookie(field.value)
        case 13 where name.equalsIgnoringCase("Authorization"),
            19 where name.equalsIgnoringCase("Proxy-Authorization"):
            return redactedCredentials(field.value)
        case 7 where name.equalsIgnoringCase("Referer"), 8 where name.equalsIgnoringCase("Location"),
            16 where name.equalsIgnoringCase("Content-Location"):
            return redactedTarget(ByteBuffer(field.value)).map { Array($0.readableBytesView) }
        default:
            return rules.fields.contains(name) ? replacement(for: field.value) : nil
        }
    }

    /// `Bearer abc` → `Bearer REDACTED-…`; a value of one word is all secret.
    /// <https://www.rfc-editor.org/rfc/rfc9110#section-11.4>
    private func redactedCredentials(_ value: ByteBufferView) -> [UInt8]? {
        guard let space = value.firstIndex(of: 0x20) else { return replacement(for: value) }
        let secret = value[space...].trimmingOptionalWhitespace()
        guard let placeholder = replacement(for: secret) else { return nil }
        return Array(value[...space]) + placeholder
    }

    /// `a=1; b=2`: every value, names kept. <https://www.rfc-editor.org/rfc/rfc6265#section-4.2>
    private func redactedCookies(_ value: ByteBufferView) -> [UInt8]? {
        var out: [UInt8] = []
        var isChanged = false
        for (index, cookie) in value.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).enumerated()
        {
            if index > 0 { out.append(UInt8(ascii: ";")) }
            isChanged = appendCookie(cookie, to: &out) || isChanged
        }
        return isChanged ? out : nil
    }

    /// Only the cookie's value; attributes are no secrets. <https://www.rfc-editor.org/rfc/rfc6265#section-4.1>
    private func redactedSetCookie(_ value: ByteBufferView) -> [UInt8]? {
        let end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.endIndex
        var out: [UInt8] = []
        guard appendCookie(value[..<end], to: &out) else { return nil }
        return out + Array(value[end...])
    }

    /// Appends `name=value` with its value redacted; quotes and spaces around it stay. A cookie without a name is
    /// all value. Tells whether anything changed.
    private func appendCookie(_ cookie: ByteBufferView, to out: inout [UInt8]) -> Bool {
        let equals = cookie.firstIndex(of: UInt8(ascii: "="))
        let start = equals.map { cookie.index(after: $0) } ?? cookie.startIndex
        var secret = cookie[start...].trimmingOptionalWhitespace()
        if secret.count >= 2, secret.first == 0x22, secret.last == 0x22 { secret = secret.dropFirst().dropLast() }
        guard let placeholder = replacement(for: secret) else {
            out.append(contentsOf: cookie)
            return false
        }
        out.append(contentsOf: cookie[..<secret.startIndex])
        out.append(contentsOf: placeholder)
        out.append(contentsOf: cookie[secret.endIndex...])
        return true
    }
}
