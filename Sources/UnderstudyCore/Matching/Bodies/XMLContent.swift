import NIOCore

/// An XML document's information set, as far as it counts for comparing: elements, attributes and text, in order.
///
/// Namespaces count, prefixes do not (in names; a prefix inside a value, as `xsi:type` has, is text). The order of
/// attributes, comments, processing instructions, the XML declaration and CDATA's marks do not count. Text of nothing
/// but white space is left out, text that is all an element holds is trimmed, and text between elements is kept as it
/// is. Source: <https://www.w3.org/TR/xml-infoset/>
struct XMLContent: Sendable {
    struct Name: Sendable, Hashable {
        /// Empty for none.
        var namespace: [UInt8]
        var local: [UInt8]
    }

    struct Attribute: Sendable, Hashable {
        var name: Name
        var value: [UInt8]
    }

    enum Event: Sendable, Equatable {
        /// Attributes are sorted by name.
        case start(Name, [Attribute])
        case text([UInt8])
        case end
    }

    let events: [Event]

    /// `nil` for what is not well-formed UTF-8 XML, and for what could be read in more than one way or grow when it is
    /// read: a DOCTYPE, an entity that is not one of the five.
    init?(_ bytes: ByteBuffer) {
        let events = bytes.withUnsafeReadableBytes { bytes -> [Event]? in
            guard UTF8Check.firstInvalidOffset(in: bytes) == nil else { return nil }
            var reader = XMLReader(bytes)
            return try? reader.document()
        }
        guard let events else { return nil }
        self.events = events
    }
}
