import UnderstudyCoding
import UnderstudyCore

/// The content codings a client takes, and which it would rather have. Read without allocating: nearly every request
/// carries the field. Source: <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>
///
/// Codings unknown to `ContentCoding` are passed over: nothing here could put them on or take them off. So is an element
/// whose weight is not one.
struct AcceptEncoding: Equatable {
    /// Weights in thousandths; -1 where the coding is not listed.
    private var gzip = -1, deflate = -1, br = -1, zstd = -1, identity = -1
    /// Of `*`.
    private var any = -1

    /// As an empty field says: no coding at all.
    init() {}

    /// Adds the elements of one line's value. A coding listed twice has its last weight.
    mutating func add(_ value: UnsafeRawBufferPointer) {
        value.forEachElement(separatedBy: UInt8(ascii: ",")) { element in
            var name: UnsafeRawBufferPointer?
            var weight: Int? = 1000
            element.forEachElement(separatedBy: UInt8(ascii: ";")) { part in
                if name == nil {
                    name = part
                } else if part.count >= 2, part[0] | 0x20 == UInt8(ascii: "q"), part[1] == UInt8(ascii: "=") {
                    weight = Self.weight(UnsafeRawBufferPointer(rebasing: part[2...]))
                }
            }
            guard let name, let weight else { return }
            if name.count == 1, name[0] == UInt8(ascii: "*") {
                any = weight
            } else if let coding = ContentCoding(name) {
                set(coding, weight)
            }
        }
    }

    private mutating func set(_ coding: ContentCoding, _ weight: Int) {
        switch coding {
        case .identity: identity = weight
        case .gzip: gzip = weight
        case .deflate: deflate = weight
        case .br: br = weight
        case .zstd: zstd = weight
        }
    }

    /// `0.5` as 500; `nil` for what is no weight (RFC 9110 §12.4.2).
    private static func weight(_ text: UnsafeRawBufferPointer) -> Int? {
        guard (1...5).contains(text.count), text.count == 1 || text[1] == UInt8(ascii: ".") else { return nil }
        var value = 0
        for index in 0..<5 where index != 1 {
            let digit = index < text.count ? Int(text[index]) - 0x30 : 0
            guard (0...9).contains(digit) else { return nil }
            value = value * 10 + digit
        }
        return value <= 1000 ? value : nil
    }

    /// From 0, not acceptable, to 1000.
    func weight(of coding: ContentCoding) -> Int {
        let listed =
            switch coding {
            case .identity: identity
            case .gzip: gzip
            case .deflate: deflate
            case .br: br
            case .zstd: zstd
            }
        if listed >= 0 { return listed }
        // Left out, identity is acceptable unless `*` rules it out.
        if coding == .identity { return any == 0 ? 0 : 1000 }
        return max(0, any)
    }

    func accepts(_ coding: ContentCoding) -> Bool { weight(of: coding) > 0 }

    /// What to send instead of content that has `stored` codings on: `nil` when they are acceptable, or nothing is.
    /// Else no coding, else the one the client likes best; of equals the one that compresses best.
    func alternative(to stored: [ContentCoding]) -> ContentCoding? {
        if stored.isEmpty ? accepts(.identity) : stored.allSatisfy(accepts) { return nil }
        if accepts(.identity) { return .identity }
        var best: ContentCoding?
        for coding in [ContentCoding.br, .zstd, .gzip, .deflate]
        where accepts(coding) && weight(of: coding) > best.map(weight) ?? 0 {
            best = coding
        }
        return best
    }
}

extension UnsafeRawBufferPointer {
    /// Calls `body` with each element, without the blanks around it. Empty ones included.
    func forEachElement(separatedBy separator: UInt8, _ body: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        while start <= count {
            let end = self[start...].firstIndex(of: separator) ?? count
            var (first, last) = (start, end)
            while first < last, self[first] == 0x20 || self[first] == 0x09 { first += 1 }
            while last > first, self[last - 1] == 0x20 || self[last - 1] == 0x09 { last -= 1 }
            body(UnsafeRawBufferPointer(rebasing: self[first..<last]))
            start = end + 1
        }
    }
}
