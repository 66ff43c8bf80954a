import NIOCore
import UnderstudyCore

/// The name of one state of a representation. <https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3>
///
/// Servers that leave out the quotes exist, and clients send back what they got: a tag without them is compared as it is.
struct EntityTag {
    let isWeak: Bool
    /// With its quotes.
    let opaque: ByteBufferView

    /// A whole field value.
    init?(_ value: ByteBufferView) {
        guard !value.isEmpty else { return nil }
        isWeak = value.starts(with: "W/".utf8)
        opaque = isWeak ? value.dropFirst(2) : value
    }

    var isQuoted: Bool { opaque.count >= 2 && opaque.first == quote && opaque.last == quote }

    func matchesWeakly(_ other: EntityTag) -> Bool { opaque.elementsEqual(other.opaque) }
    func matchesStrongly(_ other: EntityTag) -> Bool { !isWeak && !other.isWeak && matchesWeakly(other) }

    /// Whether a list, the value of `If-Match` or `If-None-Match`, is `*` or has an element that holds. A comma within
    /// quotes is part of its tag; an element whose quotes do not end is passed over with all behind it.
    static func list(_ value: ByteBufferView, contains holds: (EntityTag) -> Bool) -> Bool {
        if value.elementsEqual("*".utf8) { return true }
        var start = value.startIndex
        while start < value.endIndex {
            let byte = value[start]
            if byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: ",") {
                start += 1
                continue
            }
            let opaqueStart = value[start...].starts(with: "W/".utf8) ? start + 2 : start
            var end = opaqueStart
            if end < value.endIndex, value[end] == quote {
                guard let closing = value[(end + 1)...].firstIndex(of: quote) else { return false }
                end = closing + 1
            } else {
                while end < value.endIndex, value[end] != UInt8(ascii: ","), value[end] > 0x20 { end += 1 }
            }
            if let tag = EntityTag(value[start..<end]), holds(tag) { return true }
            start = end
        }
        return false
    }
}

private let quote = UInt8(ascii: "\"")
