import NIOCore

extension Redaction {
    /// The JSON text with the values of secret members replaced and every other byte as it was: byte order mark,
    /// repeats, odd numbers and spacing too. `nil` when nothing is secret or the text is not JSON.
    ///
    /// Several documents in a row (`application/x-ndjson`) are taken as well. Of a text that breaks off, as a recording
    /// cut at its limit does, or is broken, what comes before is still redacted.
    func redactedJSON(_ body: ByteBuffer) -> ByteBuffer? {
        body.withUnsafeReadableBytes { bytes in
            var walk = SecretWalk(cursor: JSONCursor(bytes), redaction: self)
            do throws(JSONCursor.Fault) { try walk.run() } catch {}
            return walk.edits.applied(to: bytes)
        }
    }
}

/// Goes through a JSON text token by token with a stack of its own, so that depth costs memory of one byte a level
/// and not the thread's stack.
private struct SecretWalk {
    /// What encloses the current place. The elements of an array under a secret name are secrets themselves.
    private enum Level: UInt8 { case object, array, secretArray }

    var cursor: JSONCursor
    let redaction: Redaction
    var edits = Edits()
    private var levels: [Level] = []

    init(cursor: JSONCursor, redaction: Redaction) {
        self.cursor = cursor
        self.redaction = redaction
    }

    mutating func run() throws(JSONCursor.Fault) {
        cursor.skipWhitespace()
        while cursor.position < cursor.bytes.count {
            try value(isSecret: false)
            try afterValue()
            cursor.skipWhitespace()
        }
    }

    /// Takes values and what stands between them until the document is whole.
    private mutating func afterValue() throws(JSONCursor.Fault) {
        while let level = levels.last {
            cursor.skipWhitespace()
            let closing = level == .object ? UInt8(ascii: "}") : UInt8(ascii: "]")
            switch cursor.current {
            case closing:
                cursor.position += 1
                levels.removeLast()
            case UInt8(ascii: ","):
                cursor.position += 1
                try element(of: level)
            default:
                throw cursor.fault("neither a comma nor a closing bracket follows a value")
            }
        }
    }

    private mutating func element(of level: Level) throws(JSONCursor.Fault) {
        cursor.skipWhitespace()
        try value(isSecret: level == .object ? memberName() : level == .secretArray)
    }

    /// Takes a scalar, or enters a container and takes its first element, which may enter another one.
    private mutating func value(isSecret: Bool) throws(JSONCursor.Fault) {
        var isSecret = isSecret
        while true {
            let start = cursor.position
            switch cursor.current {
            case UInt8(ascii: "\""):
                return try string(at: start, isSecret: isSecret)
            case UInt8(ascii: "t"): return try cursor.literal("true")
            case UInt8(ascii: "f"): return try cursor.literal("false")
            case UInt8(ascii: "n"): return try cursor.literal("null")
            case UInt8(ascii: "{"):
                guard try opensObject(isSecret: &isSecret) else { return }
            case UInt8(ascii: "["):
                cursor.position += 1
                cursor.skipWhitespace()
                if cursor.current == UInt8(ascii: "]") {
                    cursor.position += 1
                    return
                }
                levels.append(isSecret ? .secretArray : .array)
            default:
                let number = try cursor.number()
                if isSecret, let placeholder = redaction.replacement(for: cursor.bytes[number]) {
                    edits.append(number, quoted(placeholder))
                }
                return
            }
        }
    }

    private mutating func string(at start: Int, isSecret: Bool) throws(JSONCursor.Fault) {
        do throws(JSONCursor.Fault) {
            let text = try cursor.string()
            if isSecret { replace(start..<cursor.position, secret: text) }
        } catch {
            // Half of a secret is one too, and where it ends nobody knows.
            let rest = start..<cursor.bytes.count
            if isSecret { edits.append(rest, quoted(redaction.placeholder(for: cursor.bytes[rest]))) }
            throw error
        }
    }

    /// Enters an object and takes its first name; false when it is empty and closed again.
    private mutating func opensObject(isSecret: inout Bool) throws(JSONCursor.Fault) -> Bool {
        cursor.position += 1
        cursor.skipWhitespace()
        if cursor.current == UInt8(ascii: "}") {
            cursor.position += 1
            return false
        }
        levels.append(.object)
        isSecret = try memberName()
        return true
    }

    /// Takes a member's name and colon; tells whether its value is a secret.
    private mutating func memberName() throws(JSONCursor.Fault) -> Bool {
        guard cursor.current == UInt8(ascii: "\"") else { throw cursor.fault("a member has no name in quotes") }
        let name = try cursor.string()
        cursor.skipWhitespace()
        guard cursor.current == UInt8(ascii: ":") else { throw cursor.fault("a member's name has no colon") }
        cursor.position += 1
        cursor.skipWhitespace()
        let names = redaction.rules.members
        return name.hasEscapes ? names.contains(cursor.unescaped(name)) : names.contains(cursor.bytes[name.range])
    }

    private mutating func replace(_ range: Range<Int>, secret: JSONCursor.Text) {
        let placeholder =
            secret.hasEscapes
            ? redaction.replacement(for: cursor.unescaped(secret))
            : redaction.replacement(for: cursor.bytes[secret.range])
        if let placeholder { edits.append(range, quoted(placeholder)) }
    }

    private func quoted(_ bytes: [UInt8]) -> [UInt8] { [0x22] + bytes + [0x22] }
}
