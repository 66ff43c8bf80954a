import NIOCore
import UnderstudyCore
import Yams

/// YAML as a JSON value, by YAML 1.2's core schema, in bounded memory: aliases are counted as often as they are used.
enum YAMLDocument {
    /// The most octets of a document.
    static let byteLimit = 16 << 20
    /// The most separators, which bounds what the parser holds.
    static let separatorLimit = 2_000_000
    /// The most values, each alias counted with all that it stands for.
    static let valueLimit = 2_000_000

    static func isLikely(_ bytes: some Sequence<UInt8>) -> Bool {
        let head = String(decoding: Array(bytes.prefix(64 << 10)), as: UTF8.self)
        if head.hasPrefix("%YAML") || head.hasPrefix("---") { return true }
        return head.split(whereSeparator: \.isNewline).contains { line in
            ["openapi:", "\"openapi\"", "'openapi'", "swagger:", "$kind:", "info:", "paths:"].contains {
                line.hasPrefix($0)
            }
        }
    }

    static func value(of bytes: ByteBuffer, file: String) throws(CollectionError) -> JSONValue {
        func error(_ place: String, _ message: String) -> CollectionError {
            CollectionError(file: file, place: place, message: message)
        }
        guard bytes.readableBytes <= byteLimit else {
            throw error("byte \(byteLimit)", "a YAML document of more than \(byteLimit) bytes is refused")
        }
        guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
            throw error("$", "the text is not UTF-8")
        }
        let scan = YAMLScan(bytes)
        guard scan.separators <= separatorLimit else { throw error("$", "the YAML document has too many parts") }
        guard !scan.hasDangerousKeys else {
            throw error("$", "keys that are aliases or lists are not read, where the document has anchors")
        }
        let root: Node?
        do {
            root = try Parser(yaml: text).singleRoot()
        } catch let failure as YamlError {
            let (place, message) = Self.describe(failure)
            throw error(place, message)
        } catch let failure {
            throw error("$", "\(failure)")
        }
        guard let root else { throw error("$", "the document is empty") }
        var budget = valueLimit
        guard let value = convert(root, depth: 0, &budget) else {
            throw error(
                "$", "the document is nested too deeply, or its aliases make it larger than \(valueLimit) values")
        }
        return value
    }

    private static func describe(_ error: YamlError) -> (place: String, message: String) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return ("line \(mark.line), column \(mark.column)", problem)
        case .duplicatedKeysInMapping(let duplicates, _):
            return ("$", "a key occurs twice: \(duplicates.first.map { "\($0)".prefix(60) } ?? "")")
        default: return ("$", "the YAML cannot be read")
        }
    }

    /// `nil` when the budget is used up.
    private static func convert(_ node: Node, depth: Int, _ budget: inout Int) -> JSONValue? {
        budget -= 1
        guard budget >= 0, depth < JSONValue.maximumDepth else { return nil }
        switch node {
        case .scalar(let scalar): return self.scalar(scalar)
        case .alias: return .null
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for element in sequence {
                guard let value = convert(element, depth: depth + 1, &budget) else { return nil }
                elements.append(value)
            }
            return .array(elements)
        case .mapping(let mapping):
            var members: [JSONObject.Member] = []
            var merged: [JSONObject.Member] = []
            for (key, content) in mapping {
                guard let value = convert(content, depth: depth + 1, &budget) else { return nil }
                guard case .scalar(let name) = key else { continue }
                if name.string == "<<", name.style == .plain {
                    for source in value.elements ?? [value] { merged += source.object?.members ?? [] }
                } else {
                    members.append(.init(name.string, value))
                }
            }
            if !merged.isEmpty {
                var names = Set(members.map(\.name))
                for member in merged where names.insert(member.name).inserted {
                    budget -= 1
                    members.append(member)
                }
                guard budget >= 0 else { return nil }
            }
            return .object(JSONObject(members: members))
        }
    }

    private static func scalar(_ scalar: Node.Scalar) -> JSONValue {
        guard scalar.style == .plain else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: return number(scalar.string).map { .number($0) } ?? .string(scalar.string)
        }
    }

    /// The literal as JSON writes it; `nil` for text, dates, versions and digits with a zero in front.
    private static func number(_ text: String) -> String? {
        guard let first = text.utf8.first, (0x30...0x39).contains(first) || "+-.".utf8.contains(first) else {
            return nil
        }
        if text.hasPrefix("0x") { return UInt64(text.dropFirst(2), radix: 16).map(String.init) }
        if text.hasPrefix("0o") { return UInt64(text.dropFirst(2), radix: 8).map(String.init) }
        var literal = text.hasPrefix("+") ? String(text.dropFirst()) : text
        if literal.hasPrefix(".") { literal = "0" + literal }
        if literal.hasPrefix("-.") { literal = "-0" + literal.dropFirst() }
        if literal.hasSuffix(".") { literal += "0" }
        guard case .number? = try? JSONValue(parsing: literal) else { return nil }
        return literal
    }
}

/// A look at a document before it is parsed: what would make the parser use much memory or time.
struct YAMLScan {
    private(set) var separators = 0
    /// Whether there are anchors and, perhaps, keys that hold aliases: such keys are hashed with all that they stand for.
    private(set) var hasDangerousKeys = false

    init(_ buffer: ByteBuffer) {
        var anchors = 0
        var suspects = false
        buffer.withUnsafeReadableBytes { bytes in
            var isTokenStart = true
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                switch byte {
                case UInt8(ascii: ","), 0x0A, UInt8(ascii: "["), UInt8(ascii: "{"): separators += 1
                case UInt8(ascii: "&") where isTokenStart && Self.isName(bytes, index + 1): anchors += 1
                case UInt8(ascii: "*") where isTokenStart && Self.isName(bytes, index + 1):
                    var end = index + 1
                    while Self.isName(bytes, end) { end += 1 }
                    suspects = suspects || Self.isColon(bytes, end)
                case UInt8(ascii: "?") where isTokenStart && Self.isBlank(bytes, index + 1): suspects = true
                case UInt8(ascii: "]"), UInt8(ascii: "}"): suspects = suspects || Self.isColon(bytes, index + 1)
                default: break
                }
                switch byte {
                case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ":"),
                    UInt8(ascii: "-"), UInt8(ascii: "?"):
                    isTokenStart = true
                default: isTokenStart = false
                }
                index += 1
            }
        }
        hasDangerousKeys = anchors > 0 && suspects
    }

    private static func isName(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        guard index < bytes.count else { return false }
        switch bytes[index] {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): return true
        default: return false
        }
    }

    private static func isBlank(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        index >= bytes.count || bytes[index] <= 0x20
    }

    /// Blanks and a colon that ends a key.
    private static func isColon(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        var index = index
        while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
        return index < bytes.count && bytes[index] == UInt8(ascii: ":")
    }
}
