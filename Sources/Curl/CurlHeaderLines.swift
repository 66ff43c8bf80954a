/// A request's field lines, in order and byte-exact, in the form libcurl takes them.
///
/// One flat buffer instead of an array of arrays: the engine copies it once and points libcurl's list into the copy,
/// so that a request costs no allocation per field. A field without a value is spelled `Name;`, because libcurl reads
/// `Name:` as "do not send your own Name". Source: CURLOPT_HTTPHEADER(3).
public struct CurlHeaderLines: Sendable, Hashable {
    /// Every line followed by a NUL.
    private(set) var bytes: [UInt8] = []
    /// Number of lines.
    public private(set) var count = 0
    /// False once a line could not be sent as one line: it held CR, LF or NUL, or had no name. Such a request fails
    /// before it reaches the network.
    public private(set) var isValid = true
    /// A `Host` line is among them; without one libcurl makes its own from the origin.
    private(set) var hasHost = false
    /// `Expect: 100-continue` is among them: the body waits for the upstream's word.
    private(set) var expectsContinue = false

    public init() {}

    /// Makes room for `byteCount` bytes, counting two more per field for what joins name and value.
    public mutating func reserve(byteCount: Int) { bytes.reserveCapacity(byteCount) }

    /// Appends `name: value`. O(bytes); nothing is normalised, trimmed or decoded.
    public mutating func append(name: String, value: String) {
        var name = name, value = value
        name.withUTF8 { name in
            value.withUTF8 { append(name: UnsafeRawBufferPointer(name), value: UnsafeRawBufferPointer($0)) }
        }
    }

    /// Appends `name: value` from raw bytes; 0x80–0xFF survive.
    public mutating func append(name: [UInt8], value: [UInt8]) {
        name.withUnsafeBytes { name in value.withUnsafeBytes { append(name: name, value: $0) } }
    }

    /// Appends `name: value` from raw bytes, which are copied before this returns.
    public mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard !name.isEmpty, name.allSatisfy({ $0 > 0x20 && $0 != 0x3A && $0 != 0x3B && $0 != 0x7F }),
            value.allSatisfy({ $0 != 0 && $0 != 0x0A && $0 != 0x0D })
        else {
            isValid = false
            return
        }
        note(name: name, value: value)
        bytes.append(contentsOf: name)
        // libcurl drops a field whose value is blank, so blanks count as none (RFC 9112 §5: OWS is not the value).
        if value.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
            bytes.append(0x3B)
        } else {
            bytes.append(0x3A)
            bytes.append(0x20)
            bytes.append(contentsOf: value)
        }
        bytes.append(0)
        count += 1
    }

    private mutating func note(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        switch name.count {
        case 4 where name.equals("host"): hasHost = true
        case 6 where name.equals("expect"): expectsContinue = expectsContinue || value.equals("100-continue")
        default: break
        }
    }
}

extension UnsafeRawBufferPointer {
    /// ASCII case-insensitive; `lowercased` must be lower-case already.
    func equals(_ lowercased: StaticString) -> Bool {
        guard count == lowercased.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index] | 0x20 != lowercased.utf8Start[index] | 0x20 { return false }
        return true
    }
}
