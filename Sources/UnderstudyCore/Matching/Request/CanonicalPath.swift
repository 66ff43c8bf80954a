/// A request path in one spelling: percent-decoded segment by segment, so that `/a%20b` and `/a b` are the same and a
/// decoded `/` does not split a segment. <https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2>
struct CanonicalPath: Sendable {
    /// Decoded; `/` and `%` inside a segment stay `%2F` and `%25`.
    let bytes: [UInt8]
    /// The same without regard to case. Shares the memory of `bytes` when that is in lower case already.
    let lowered: [UInt8]

    /// - Parameter path: what stands before the `?`. `{{…}}` in it is kept as it is.
    init(_ path: some Collection<UInt8>) {
        bytes = path.isEmpty ? [UInt8(ascii: "/")] : Self.decoded(path)
        lowered = Self.lowered(bytes)
    }

    private static func decoded(_ path: some Collection<UInt8>) -> [UInt8] {
        let source = Array(path)
        guard source.contains(UInt8(ascii: "%")) else { return source }
        var out: [UInt8] = []
        out.reserveCapacity(source.count)
        var index = 0
        while index < source.count {
            if let end = VariableToken.end(source, index) {
                out.append(contentsOf: source[index..<end])
                index = end
                continue
            }
            let byte = source[index]
            index += 1
            guard byte == UInt8(ascii: "%") else {
                out.append(byte)
                continue
            }
            guard let value = PercentCoding.value(source, at: index) else {
                out.append(contentsOf: "%25".utf8)
                continue
            }
            index += 2
            switch value {
            case UInt8(ascii: "/"): out.append(contentsOf: "%2F".utf8)
            case UInt8(ascii: "%"): out.append(contentsOf: "%25".utf8)
            default: out.append(value)
            }
        }
        return out
    }

    private static func lowered(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.contains(where: { $0 >= 0x80 }) {
            let text = String(decoding: bytes, as: UTF8.self)
            // Bytes that are no UTF-8 would all become one character.
            if text.utf8.elementsEqual(bytes) { return Array(text.lowercased().utf8) }
        }
        guard bytes.contains(where: { $0 != $0.asciiLowercased }) else { return bytes }
        return bytes.map(\.asciiLowercased)
    }

    /// Without trailing slashes; `/` itself stays.
    static func stripped(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        var end = bytes.count
        while end > 1, bytes[end - 1] == UInt8(ascii: "/") { end -= 1 }
        return bytes[..<end]
    }

    /// The segments of a path: what stands between slashes. `/` has one empty segment.
    static func segments(_ path: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        let rest = path.first == UInt8(ascii: "/") ? path.dropFirst() : path
        return rest.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    }

    /// A segment as text for people and templates: what stayed percent-encoded is decoded.
    static func text(of segment: some Collection<UInt8>) -> String {
        TextBytes.text(of: PercentCoding.decoded(segment, plusIsBlank: false))
    }
}
