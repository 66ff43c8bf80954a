/// Where and why a text is not JSON.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence without the place, such as `a string is not closed`.
    public let reason: String
    /// Octets before the fault, a byte order mark counted.
    public let offset: Int
    /// From 1; lines end at LF.
    public let line: Int
    /// From 1, in octets.
    public let column: Int

    public init(reason: String, offset: Int, line: Int, column: Int) {
        self.reason = reason
        self.offset = offset
        self.line = line
        self.column = column
    }

    init(_ reason: String, at offset: Int, in bytes: UnsafeRawBufferPointer) {
        var line = 1
        var lineStart = 0
        for index in 0..<min(offset, bytes.count) where bytes[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        self.init(reason: reason, offset: offset, line: line, column: offset - lineStart + 1)
    }

    public var description: String { "line \(line), column \(column) (byte \(offset)): \(reason)" }
}

/// The place of a value inside a document, written as `$.item[3].response[0].code`.
public struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// The document itself.
    public static let root = JSONPath(description: "$")

    private init(description: String) { self.description = description }

    /// The member of that name; one that is not a plain word is quoted: `$["a b"]`.
    public func member(_ name: String) -> JSONPath {
        let isWord = !name.isEmpty && name.utf8.allSatisfy { $0.isWordByte } && !(name.utf8.first?.isDigit ?? true)
        return JSONPath(description: isWord ? "\(description).\(name)" : "\(description)[\(JSONWriter.quoted(name))]")
    }

    /// The element at that position, from 0.
    public func element(_ index: Int) -> JSONPath { JSONPath(description: "\(description)[\(index)]") }
}

extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    fileprivate var isWordByte: Bool {
        isDigit || self == 0x5F || self == 0x24 || (asciiLowercased >= 0x61 && asciiLowercased <= 0x7A)
    }
}
