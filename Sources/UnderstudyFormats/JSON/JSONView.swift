import UnderstudyCore

/// One value of a `JSONTape`, with the accessors of `JSONValue`. Points into the tape and the text: it must not outlive
/// the closure that it was given to.
struct JSONView {
    let entries: UnsafePointer<JSONTape.Entry>
    let bytes: UnsafeRawBufferPointer
    let index: Int

    private var entry: JSONTape.Entry { entries[index] }
    private func at(_ index: Int) -> JSONView { JSONView(entries: entries, bytes: bytes, index: index) }

    var kind: JSONTape.Entry.Kind { entry.kind }
    var isNull: Bool { kind == .null }
    var isString: Bool { kind == .string }
    var isObject: Bool { kind == .object }
    var isArray: Bool { kind == .array }

    /// What stands between a string's quotes, or all of another value.
    var source: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[Int(entry.start)..<Int(entry.end)])
    }

    /// A string's octets where nothing in it is escaped.
    var plainText: UnsafeRawBufferPointer? { kind == .string && !entry.hasEscapes ? source : nil }

    /// The text of a string.
    var text: String? {
        guard kind == .string else { return nil }
        guard entry.hasEscapes else { return String(decoding: source, as: UTF8.self) }
        return String(unsafeUninitializedCapacity: source.count) { unescape(into: UnsafeMutableRawBufferPointer($0)) }
    }

    /// The text of a string, a number or a truth value.
    var scalarText: String? {
        switch kind {
        case .string: text
        case .number, .true, .false: String(decoding: source, as: UTF8.self)
        default: nil
        }
    }

    /// Writes a string's octets without escapes; `space` has room for `source.count`.
    func unescape(into space: UnsafeMutableRawBufferPointer) -> Int {
        guard entry.hasEscapes else {
            space.copyMemory(from: source)
            return source.count
        }
        let text = JSONCursor.Text(range: Int(entry.start)..<Int(entry.end), hasEscapes: true)
        return JSONCursor(bytes, at: 0).unescape(text, into: space)
    }

    var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// A whole number that fits.
    var int: Int? { kind == .number ? Int(String(decoding: source, as: UTF8.self)) : nil }

    /// The tree of it.
    var value: JSONValue {
        switch kind {
        case .null: .null
        case .true: .bool(true)
        case .false: .bool(false)
        case .number: .number(String(decoding: source, as: UTF8.self))
        case .string: .string(text ?? "")
        case .array, .object: (try? JSONValue(parsing: source)) ?? .null
        }
    }

    /// The member that counts: of repeats the last.
    subscript(name: StaticString) -> JSONView? {
        var found: JSONView?
        forEachMember { member, value in
            if member.equals(name) { found = value }
        }
        return found
    }

    func forEachMember(_ body: (_ name: JSONView, _ value: JSONView) -> Void) {
        guard kind == .object else { return }
        var index = index + 1
        let end = Int(entry.next)
        while index < end {
            body(at(index), at(index + 1))
            index = Int(entries[index + 1].next)
        }
    }

    /// Whether this string is that one.
    func equals(_ other: StaticString) -> Bool {
        guard kind == .string else { return false }
        guard !entry.hasEscapes else { return text == "\(other)" }
        let (start, count) = (Int(entry.start), Int(entry.end) - Int(entry.start))
        guard count == other.utf8CodeUnitCount else { return false }
        let theirs = other.utf8Start
        for index in 0..<count where bytes[start + index] != theirs[index] { return false }
        return true
    }

    /// The elements of an array; of anything else none.
    var elements: Elements {
        kind == .array
            ? Elements(view: self, index: index + 1, end: Int(entry.next)) : Elements(view: self, index: 0, end: 0)
    }

    struct Elements: Sequence, IteratorProtocol {
        fileprivate let view: JSONView
        fileprivate var index: Int
        fileprivate let end: Int

        mutating func next() -> JSONView? {
            guard index < end else { return nil }
            let element = view.at(index)
            index = Int(view.entries[index].next)
            return element
        }
    }

    /// `disabled`, or `enabled: false` as early drafts and environments have it.
    var isDisabled: Bool { self["disabled"]?.bool == true || self["enabled"]?.bool == false }
}
