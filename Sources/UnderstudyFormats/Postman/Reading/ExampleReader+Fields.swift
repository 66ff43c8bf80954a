import NIOCore
import UnderstudyCore

extension ExampleReader {
    /// A list of `{key, value}` and `"Name: value"`, or all of them as one text of lines. Disabled ones and ones
    /// without a name are not sent.
    ///
    /// - Parameter isLiteral: whether `{{name}}` stays as it is.
    mutating func fields(
        _ value: JSONView?, _ encoding: TextBytes.Encoding, isLiteral: Bool, _ place: [String]
    ) throws(Fault) -> FieldsDraft {
        guard let value, !value.isNull else { return FieldsDraft() }
        guard value.isString || value.isArray else {
            throw Fault(members: place, message: "the fields are neither a list nor a text")
        }
        var draft = FieldsDraft()
        let start = arena.end
        let form = Form(encoding: encoding, isLiteral: isLiteral || variables.isEmpty, start: start)
        arena.beginLines()
        if let block = value.text {
            for line in block.utf8.split(whereSeparator: \.breaksLine) {
                try append(line: String(Substring(line)), form, to: &draft, place, nil)
            }
        } else {
            for (index, entry) in value.elements.enumerated() {
                if let line = entry.text {
                    try append(line: line, form, to: &draft, place, index)
                } else {
                    try append(entry: entry, form, to: &draft, place, index)
                }
            }
        }
        draft.lines = arena.endLines()
        draft.range = start..<arena.end
        return draft
    }

    /// How a list of fields is written.
    private struct Form {
        let encoding: TextBytes.Encoding
        let isLiteral: Bool
        /// Where it begins in the arena.
        let start: Int
    }

    private mutating func append(
        entry: JSONView, _ form: Form, to draft: inout FieldsDraft, _ place: [String], _ index: Int
    ) throws(Fault) {
        var (name, value): (JSONView?, JSONView?) = (nil, nil)
        var (isDisabled, isEnabled) = (false, true)
        entry.forEachMember { member, content in
            if member.equals("key") {
                name = content
            } else if member.equals("value") {
                value = content
            } else if member.equals("disabled") {
                isDisabled = content.bool == true
            } else if member.equals("enabled") {
                isEnabled = content.bool != false
            }
        }
        guard !isDisabled, isEnabled, let name, name.isString else { return }
        if form.encoding == .utf8, let name = name.plainText, let value = value?.plainText,
            Self.isCleanName(name), Self.isCleanValue(value, form.isLiteral)
        {
            draft.hasContentType = draft.hasContentType || Self.isContentType(name)
            return arena.appendLine(name, value, since: form.start)
        }
        try append(name.text ?? "", value?.scalarText ?? "", form, to: &draft, place, index)
    }

    private mutating func append(
        line: String, _ form: Form, to draft: inout FieldsDraft, _ place: [String], _ index: Int?
    ) throws(Fault) {
        let parts = line.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? String(Substring(parts[1])) : ""
        try append(String(Substring(parts[0])), value, form, to: &draft, place, index)
    }

    private mutating func append(
        _ name: String, _ value: String, _ form: Form, to draft: inout FieldsDraft, _ place: [String], _ index: Int?
    ) throws(Fault) {
        let name = form.isLiteral ? name : variables.resolve(name)
        let value = form.isLiteral ? value : variables.resolve(value)
        let nameBytes = Self.trimmed(TextBytes.bytes(of: name, encoding: form.encoding))
        let valueBytes = Self.trimmed(TextBytes.bytes(of: value, encoding: form.encoding))
        guard !nameBytes.isEmpty else { return }
        var place = place
        if let index, let last = place.popLast() { place.append("\(last)[\(index)]") }
        guard nameBytes.allSatisfy(\.isTokenByte) else {
            throw Fault(members: place, message: "a field's name is not a token")
        }
        guard !valueBytes.contains(where: \.breaksLine) else {
            throw Fault(members: place, message: "a field's value holds a line break or NUL")
        }
        draft.hasContentType = draft.hasContentType || nameBytes.withUnsafeBytes(Self.isContentType)
        arena.appendLine(nameBytes, valueBytes, since: form.start)
    }

    private static func isContentType(_ name: UnsafeRawBufferPointer) -> Bool {
        name.count == 12 && name.elementsEqual("content-type".utf8) { $0.asciiLowercased == $1 }
    }

    private static func isCleanName(_ name: UnsafeRawBufferPointer) -> Bool {
        !name.isEmpty && name.allSatisfy(\.isTokenByte)
    }

    /// Nothing to trim, nothing to refuse, nothing to fill in.
    private static func isCleanValue(_ value: UnsafeRawBufferPointer, _ isLiteral: Bool) -> Bool {
        guard let first = value.first, let last = value.last else { return true }
        guard first > 0x20, last > 0x20 else { return false }
        return !value.contains { $0.breaksLine || (!isLiteral && $0 == UInt8(ascii: "{")) }
    }

    private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let start = bytes.firstIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D } ?? bytes.endIndex
        let end = bytes.lastIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        return bytes[start..<(end.map { $0 + 1 } ?? start)]
    }
}
