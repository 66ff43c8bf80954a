/// A field's name or value where it lies, for those who look at every line of every message: no reference is counted and
/// nothing is copied.
extension UnsafeRawBufferPointer {
    /// ASCII case-insensitive equality.
    public func equalsIgnoringCase(_ other: StaticString) -> Bool {
        guard count == other.utf8CodeUnitCount else { return false }
        let letters = other.utf8Start
        for index in 0..<count where self[index].asciiLowercased != letters[index].asciiLowercased { return false }
        return true
    }

    /// The elements of a comma-separated list, trimmed, without empty ones.
    /// <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1>
    public func forEachListElement(_ body: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        while start < count {
            var end = start
            while end < count, self[end] != UInt8(ascii: ",") { end += 1 }
            let element = UnsafeRawBufferPointer(rebasing: self[start..<end]).trimmingBlanks
            if !element.isEmpty { body(element) }
            start = end + 1
        }
    }

    /// Without spaces and tabs at both ends (OWS, RFC 9110 §5.6.3).
    public var trimmingBlanks: UnsafeRawBufferPointer {
        var start = 0, end = count
        while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
        while start < end, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }
}
