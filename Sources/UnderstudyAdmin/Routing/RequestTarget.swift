/// A request's target taken apart: decoded segments, decoded parameters. Nothing of it ever becomes a path of a file.
struct RequestTarget {
    let path: String
    let segments: [String]
    let query: [(name: String, value: String)]

    /// - Throws: `Refusal` for octets that are no text.
    init(_ target: String) throws(Refusal) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        guard path.utf8.count <= RouteTable.pathLimit else { throw .notFound("there is nothing under so long a path") }
        var segments: [String] = []
        for part in path.split(separator: "/") { segments.append(try Self.decoded(part, plusIsBlank: false)) }
        self.segments = segments
        var query: [(name: String, value: String)] = []
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query.append(
                (
                    try Self.decoded(sides[0], plusIsBlank: true),
                    sides.count > 1 ? try Self.decoded(sides[1], plusIsBlank: true) : ""
                ))
        }
        self.query = query
    }

    private static func decoded(_ text: Substring, plusIsBlank: Bool) throws(Refusal) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first?.hexDigit, let low = rest.dropFirst().first?.hexDigit {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") && plusIsBlank ? 0x20 : byte)
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw .badRequest("the address holds octets that are no text in UTF-8")
        }
        return text
    }
}

extension UInt8 {
    fileprivate var hexDigit: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
