import UnderstudyCore

extension OutlineScan {
    /// Steps through objects and arrays, and over values.
    struct Walk {
        private var cursor: JSONCursor
        /// How many containers were entered and not left.
        private(set) var depth: Int
        private var isFirst = true

        init(cursor: JSONCursor, depth: Int) {
            self.cursor = cursor
            self.depth = depth
        }

        /// A member's name.
        struct Name {
            fileprivate let bytes: UnsafeRawBufferPointer
            fileprivate let hasEscapes: Bool

            var text: String {
                guard hasEscapes else { return String(decoding: bytes, as: UTF8.self) }
                let whole = JSONCursor.Text(range: 0..<bytes.count, hasEscapes: true)
                return String(unsafeUninitializedCapacity: bytes.count) {
                    JSONCursor(bytes, at: 0).unescape(whole, into: UnsafeMutableRawBufferPointer($0))
                }
            }

            func isEqual(_ other: StaticString) -> Bool {
                guard !hasEscapes else { return text == "\(other)" }
                return bytes.elementsEqual(UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
            }
        }

        /// The first byte of the next value; 0 at the end.
        mutating func peek() -> UInt8 {
            var position = cursor.position
            while position < cursor.bytes.count {
                let byte = cursor.bytes[position]
                guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
                position += 1
            }
            cursor.position = position
            return position < cursor.bytes.count ? cursor.bytes[position] : 0
        }

        mutating func enter(_ bracket: Unicode.Scalar) throws(JSONCursor.Fault) {
            guard peek() == UInt8(ascii: bracket) else { throw cursor.fault("this is not the expected value") }
            guard depth < JSONValue.maximumDepth else { throw cursor.fault("nesting is deeper than 512") }
            cursor.position += 1
            depth += 1
            isFirst = true
        }

        /// The name of the next member of the object entered last; `nil` leaves the object.
        mutating func nextMember() throws(JSONCursor.Fault) -> Name? {
            guard try next(UInt8(ascii: "}")) else { return nil }
            guard peek() == UInt8(ascii: "\"") else { throw cursor.fault("a member has no name in quotes") }
            let text = try cursor.string()
            guard peek() == UInt8(ascii: ":") else { throw cursor.fault("a member's name has no colon") }
            cursor.position += 1
            return Name(bytes: UnsafeRawBufferPointer(rebasing: cursor.bytes[text.range]), hasEscapes: text.hasEscapes)
        }

        /// Whether the array entered last has another element; false leaves the array.
        mutating func nextElement() throws(JSONCursor.Fault) -> Bool { try next(UInt8(ascii: "]")) }

        private mutating func next(_ closing: UInt8) throws(JSONCursor.Fault) -> Bool {
            let byte = peek()
            defer { isFirst = false }
            if byte == closing {
                cursor.position += 1
                depth -= 1
                return false
            }
            guard !isFirst else { return true }
            guard byte == UInt8(ascii: ",") else { throw cursor.fault("this goes on without a comma") }
            cursor.position += 1
            return true
        }

        /// Parses the next value.
        mutating func value() throws(JSONCursor.Fault) -> JSONValue {
            let range = try measure()
            // Small: what stands beside the items.
            let bytes = UnsafeRawBufferPointer(rebasing: cursor.bytes[range])
            guard let value = try? JSONValue(parsing: bytes) else { throw cursor.fault("this is not a value") }
            return value
        }

        /// Nothing but whitespace may follow.
        mutating func finish() throws(JSONCursor.Fault) {
            _ = peek()
            guard cursor.position == cursor.bytes.count else { throw cursor.fault("something follows the document") }
        }

        // MARK: Measuring

        /// Steps over a value. Of a container only brackets outside of strings count.
        mutating func measure() throws(JSONCursor.Fault) -> Range<Int> {
            let first = peek()
            let start = cursor.position
            switch first {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard let end = Self.containerEnd(cursor.bytes, start) else {
                    throw cursor.fault("the document ends too early")
                }
                cursor.position = end
            case UInt8(ascii: "\""): _ = try cursor.string()
            case UInt8(ascii: "t"): try cursor.literal("true")
            case UInt8(ascii: "f"): try cursor.literal("false")
            case UInt8(ascii: "n"): try cursor.literal("null")
            default: _ = try cursor.number()
            }
            return start..<cursor.position
        }

        private static func containerEnd(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int? {
            var depth = 0
            var index = start
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "\""):
                    guard let end = stringEnd(bytes, index &+ 1) else { return nil }
                    index = end
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth &+= 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth &-= 1
                    if depth == 0 { return index &+ 1 }
                default: break
                }
                index &+= 1
            }
            return nil
        }

        /// The index behind the closing quote: eight octets at a time to the next quote or backslash.
        private static func stringEnd(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int? {
            let ones: UInt64 = 0x0101_0101_0101_0101
            let highs: UInt64 = 0x8080_8080_8080_8080
            var index = start
            while index &+ 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let quote = word ^ (ones &* 0x22)
                let slash = word ^ (ones &* 0x5C)
                let hits = ((quote &- ones) & ~quote | (slash &- ones) & ~slash) & highs
                guard hits != 0 else {
                    index &+= 8
                    continue
                }
                index &+= hits.trailingZeroBitCount >> 3
                if bytes[index] == 0x22 { return index &+ 1 }
                index &+= 2
            }
            while index < bytes.count {
                if bytes[index] == 0x22 { return index &+ 1 }
                index &+= bytes[index] == 0x5C ? 2 : 1
            }
            return nil
        }
    }
}
