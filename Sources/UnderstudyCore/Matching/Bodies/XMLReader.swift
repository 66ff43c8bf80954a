/// Reads a document of UTF-8 without validating and without recursion: depth costs memory in proportion, not stack.
///
/// Strict about everything that decides what the content is, not about every rule of well-formedness: which characters
/// a name may hold above U+007F is not looked at.
/// Sources: <https://www.w3.org/TR/xml/>, <https://www.w3.org/TR/xml-names/>
struct XMLReader {
    /// Namespaces declared at one place, those of the elements around it counted.
    static let namespaceLimit = 256
    /// Octets in a namespace's name.
    static let namespaceLengthLimit = 1024

    enum Fault: Error { case notWellFormed }

    private let bytes: UnsafeRawBufferPointer
    private var position: Int
    private var events: [XMLContent.Event] = []
    /// The text since the last event.
    private var text: [UInt8] = []
    /// The tags that are open, as written.
    private var open: [Range<Int>] = []
    /// Declared prefixes; the depth of the element that did.
    private var namespaces: [(depth: Int, prefix: [UInt8], name: [UInt8])] = [
        (0, Array("xml".utf8), Array("http://www.w3.org/XML/1998/namespace".utf8))
    ]

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    mutating func document() throws(Fault) -> [XMLContent.Event] {
        while position < bytes.count {
            if current != UInt8(ascii: "<") {
                try characters()
            } else if take("<!--") {
                try skip(past: "-->")
            } else if take("<?") {
                try skip(past: "?>")
            } else if take("<![CDATA[") {
                let start = position
                try skip(past: "]]>")
                guard !open.isEmpty else { throw .notWellFormed }
                appendText(start..<(position - 3))
            } else if take("</") {
                try endTag()
            } else if take("<!") {
                throw .notWellFormed
            } else {
                position += 1
                try startTag()
            }
        }
        guard open.isEmpty, !events.isEmpty else { throw .notWellFormed }
        return events
    }

    // MARK: Tags

    private mutating func startTag() throws(Fault) {
        // One root, and nothing but comments behind it.
        guard !open.isEmpty || events.isEmpty else { throw .notWellFormed }
        flushText(isLeaf: false)
        let tag = try name()
        open.append(tag)
        var attributes: [(name: Range<Int>, value: [UInt8])] = []
        while true {
            let hadBlank = skipBlanks()
            if take("/>") {
                try append(tag, attributes)
                events.append(.end)
                leave()
                return
            }
            if take(">") { return try append(tag, attributes) }
            guard hadBlank else { throw .notWellFormed }
            let name = try name()
            skipBlanks()
            guard take("=") else { throw .notWellFormed }
            skipBlanks()
            try addAttribute(name, try attributeValue(), to: &attributes)
        }
    }

    private mutating func addAttribute(
        _ name: Range<Int>, _ value: [UInt8], to attributes: inout [(name: Range<Int>, value: [UInt8])]
    ) throws(Fault) {
        let (prefix, local) = try split(name)
        let isDefault = prefix.isEmpty && bytes[local].elementsEqual("xmlns".utf8)
        guard isDefault || bytes[prefix].elementsEqual("xmlns".utf8) else {
            attributes.append((name, value))
            return
        }
        guard namespaces.count < Self.namespaceLimit, value.count <= Self.namespaceLengthLimit else {
            throw .notWellFormed
        }
        namespaces.append((open.count, isDefault ? [] : Array(bytes[local]), value))
    }

    private mutating func append(_ tag: Range<Int>, _ written: [(name: Range<Int>, value: [UInt8])]) throws(Fault) {
        var attributes: [XMLContent.Attribute] = []
        attributes.reserveCapacity(written.count)
        for attribute in written {
            attributes.append(
                XMLContent.Attribute(name: try resolved(attribute.name, isElement: false), value: attribute.value))
        }
        attributes.sort { $0.name.precedes($1.name) }
        for (one, next) in zip(attributes, attributes.dropFirst()) where one.name == next.name {
            throw .notWellFormed
        }
        events.append(.start(try resolved(tag, isElement: true), attributes))
    }

    private mutating func endTag() throws(Fault) {
        let tag = try name()
        skipBlanks()
        guard take(">"), let opened = open.last, bytes[opened].elementsEqual(bytes[tag]) else { throw .notWellFormed }
        var isLeaf = false
        if case .start = events.last { isLeaf = true }
        flushText(isLeaf: isLeaf)
        events.append(.end)
        leave()
    }

    private mutating func leave() {
        while let last = namespaces.last, last.depth == open.count { namespaces.removeLast() }
        open.removeLast()
    }

    // MARK: Names

    private mutating func name() throws(Fault) -> Range<Int> {
        let start = position
        while position < bytes.count, bytes[position].isNameByte { position += 1 }
        guard position > start, !bytes[start].isDigit, bytes[start] != 0x2D, bytes[start] != 0x2E else {
            throw .notWellFormed
        }
        return start..<position
    }

    private func split(_ name: Range<Int>) throws(Fault) -> (prefix: Range<Int>, local: Range<Int>) {
        guard let colon = bytes[name].firstIndex(of: UInt8(ascii: ":")) else {
            return (name.lowerBound..<name.lowerBound, name)
        }
        let local = (colon + 1)..<name.upperBound
        guard colon > name.lowerBound, !local.isEmpty, !bytes[local].contains(UInt8(ascii: ":")) else {
            throw .notWellFormed
        }
        return (name.lowerBound..<colon, local)
    }

    /// An attribute without a prefix is in no namespace, whatever the default is.
    private func resolved(_ name: Range<Int>, isElement: Bool) throws(Fault) -> XMLContent.Name {
        let (prefix, local) = try split(name)
        let localName = Array(bytes[local])
        if prefix.isEmpty && !isElement { return XMLContent.Name(namespace: [], local: localName) }
        guard let entry = namespaces.last(where: { $0.prefix.elementsEqual(bytes[prefix]) }) else {
            guard prefix.isEmpty else { throw .notWellFormed }
            return XMLContent.Name(namespace: [], local: localName)
        }
        return XMLContent.Name(namespace: entry.name, local: localName)
    }

    // MARK: Text

    private mutating func characters() throws(Fault) {
        let start = position
        while position < bytes.count, current != UInt8(ascii: "<"), current != UInt8(ascii: "&") { position += 1 }
        if open.isEmpty {
            guard position > start, bytes[start..<position].allSatisfy(\.isXMLBlank) else { throw .notWellFormed }
            return
        }
        appendText(start..<position)
        if current == UInt8(ascii: "&") { text += try reference() }
    }

    /// With LF for CRLF and CR.
    private mutating func appendText(_ range: Range<Int>) {
        for index in range {
            let byte = bytes[index]
            if byte == 0x0D {
                if index + 1 < bytes.count, bytes[index + 1] == 0x0A { continue }
                text.append(0x0A)
            } else {
                text.append(byte)
            }
        }
    }

    private mutating func flushText(isLeaf: Bool) {
        defer { text.removeAll(keepingCapacity: true) }
        let trimmed = text[...].trimmingBlanks
        if trimmed.isEmpty { return }
        events.append(.text(isLeaf ? Array(trimmed) : text))
    }

    private mutating func attributeValue() throws(Fault) -> [UInt8] {
        let quote = current
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw .notWellFormed }
        position += 1
        var value: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case quote:
                position += 1
                return value
            case UInt8(ascii: "<"): throw .notWellFormed
            case UInt8(ascii: "&"): value += try reference()
            // A line end counts as one blank (XML §3.3.3).
            case 0x0D where position + 1 < bytes.count && bytes[position + 1] == 0x0A: position += 1
            default:
                value.append(byte.isXMLBlank ? 0x20 : byte)
                position += 1
            }
        }
        throw .notWellFormed
    }

    /// `&#10;`, `&#xA;` and the five entities every document has.
    private mutating func reference() throws(Fault) -> [UInt8] {
        let entities: [(StaticString, UInt8)] = [
            ("&lt;", 0x3C), ("&gt;", 0x3E), ("&amp;", 0x26), ("&quot;", 0x22), ("&apos;", 0x27),
        ]
        for (entity, byte) in entities where take(entity) { return [byte] }
        guard take("&#") else { throw .notWellFormed }
        let radix: UInt32 = take("x") ? 16 : 10
        var code: UInt32 = 0
        let start = position
        while let digit = current.hexDigitValue, UInt32(digit) < radix, code <= 0x10FFFF {
            code = code * radix + UInt32(digit)
            position += 1
        }
        guard position > start, take(";"), code >= 0x20 || [0x09, 0x0A, 0x0D].contains(code),
            code & 0xFFFE != 0xFFFE, let scalar = Unicode.Scalar(code), let encoded = UTF8.encode(scalar)
        else { throw .notWellFormed }
        return Array(encoded)
    }

    // MARK: Cursor

    /// 0 at the end, which is no character of XML.
    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    @discardableResult
    private mutating func skipBlanks() -> Bool {
        let start = position
        while position < bytes.count, bytes[position].isXMLBlank { position += 1 }
        return position > start
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for index in 0..<count where bytes[position + index] != word.utf8Start[index] { return false }
        position += count
        return true
    }

    private mutating func skip(past word: StaticString) throws(Fault) {
        while position < bytes.count {
            if take(word) { return }
            position += 1
        }
        throw .notWellFormed
    }
}

extension XMLContent.Name {
    /// By local name first: it is short, and equal ones are rare.
    fileprivate func precedes(_ other: XMLContent.Name) -> Bool {
        if local == other.local { return namespace.lexicographicallyPrecedes(other.namespace) }
        return local.lexicographicallyPrecedes(other.local)
    }
}

extension UInt8 {
    var isXMLBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }

    fileprivate var isNameByte: Bool {
        isDigit || self >= 0x80 || self == 0x5F || self == 0x3A || self == 0x2D || self == 0x2E
            || (asciiLowercased >= 0x61 && asciiLowercased <= 0x7A)
    }
}
