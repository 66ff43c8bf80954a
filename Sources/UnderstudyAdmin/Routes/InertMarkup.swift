import NIOCore

/// Recorded HTML and SVG without what makes browsers open connections before any policy is asked: frames and plugins are
/// connected to ahead of their loading, and hints of links belong to no directive. Their elements get names that mean nothing.
enum InertMarkup {
    private static let names: Set<String> = [
        "iframe", "frame", "object", "embed", "portal", "fencedframe", "link", "base", "meta",
    ]
    /// Of the longest name, or of a prefix before it in XML.
    private static let nameLimit = 64

    /// The same text with `<x-iframe` for `<iframe`, whatever its case or XML prefix.
    static func of(_ markup: ByteBuffer) -> ByteBuffer {
        let bytes = markup.readableBytesView
        var out = ByteBuffer()
        out.reserveCapacity(bytes.count)
        var start = bytes.startIndex
        var rest = bytes[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = bytes[(open + 1)...]
            var name = rest.prefix(nameLimit).prefix(while: isName)
            if name.endIndex < bytes.endIndex, bytes[name.endIndex] == UInt8(ascii: ":") {
                name = bytes[(name.endIndex + 1)...].prefix(nameLimit).prefix(while: isName)
            }
            guard names.contains(String(decoding: name, as: UTF8.self).lowercased()) else { continue }
            out.writeBytes(bytes[start..<name.startIndex])
            out.writeString("x-")
            start = name.startIndex
        }
        out.writeBytes(bytes[start...])
        return out
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    /// Whether `<` is always the octet 3C, and nothing else is: encodings in which it is not are not shown.
    static func isReadable(_ markup: ByteBuffer, charset: String?) -> Bool {
        let beginning = markup.readableBytesView.prefix(2)
        guard !beginning.elementsEqual([0xFE, 0xFF]), !beginning.elementsEqual([0xFF, 0xFE]) else { return false }
        let charset = charset?.lowercased() ?? ""
        return !["utf-16", "utf16", "utf-32", "utf-7", "ucs-2", "unicode", "iso-10646", "iso-2022", "hz-gb"].contains {
            charset.hasPrefix($0)
        }
    }
}
