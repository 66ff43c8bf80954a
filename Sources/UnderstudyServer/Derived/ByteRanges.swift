import NIOCore
import UnderstudyCore

/// Which octets a `Range` asks for. <https://www.rfc-editor.org/rfc/rfc9110#section-14.2>
enum ByteRanges: Equatable {
    /// Of so many or more, or of octets that come to more than the whole, the whole is sent: such a request costs its
    /// sender little and us much (RFC 9110 §17.15).
    static let countLimit = 16

    /// The field is of another unit, not valid, or asks too much: it is ignored.
    case ignored
    /// Valid, and not one octet of it is there.
    case unsatisfiable
    /// As asked, in order, cut to the length. Never empty, nor is any of them.
    case ranges([Range<Int>])

    init(_ value: ByteBufferView, of length: Int) {
        self = value.withUnsafeBytes { Self.parse($0, length) }
    }

    private static func parse(_ value: UnsafeRawBufferPointer, _ length: Int) -> ByteRanges {
        guard value.count > 6, UnsafeRawBufferPointer(rebasing: value[..<6]).equalsIgnoringCase("bytes=") else {
            return .ignored
        }
        var ranges: [Range<Int>] = []
        var (count, octets, isValid) = (0, 0, true)
        UnsafeRawBufferPointer(rebasing: value[6...]).forEachElement(separatedBy: UInt8(ascii: ",")) { element in
            guard !element.isEmpty, isValid else { return }
            count += 1
            guard count <= countLimit, let range = range(element, length) else {
                isValid = false
                return
            }
            guard !range.isEmpty else { return }
            ranges.append(range)
            octets += range.count
        }
        guard isValid, count > 0, octets <= length else { return .ignored }
        return ranges.isEmpty ? .unsatisfiable : .ranges(ranges)
    }

    /// One element, cut to the length: empty when nothing of it is there, `nil` when it is not valid.
    private static func range(_ element: UnsafeRawBufferPointer, _ length: Int) -> Range<Int>? {
        guard let dash = element.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        let (first, last) = (element[..<dash], element[(dash + 1)...])
        if first.isEmpty {
            // The last octets of nothing are there, but no answer could name them.
            guard let suffix = number(last), length > 0 || suffix == 0 else { return nil }
            return max(0, length - suffix)..<length
        }
        guard let start = number(first) else { return nil }
        guard !last.isEmpty else { return min(start, length)..<length }
        guard let end = number(last), start <= end else { return nil }
        return min(start, length)..<min(end, length - 1) + 1
    }

    /// Digits, however many: beyond what an `Int` holds lies beyond every content.
    private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Octets.decimal(digits) ?? .max
    }
}
