/// Whether a text is a date as APIs write them: ISO 8601 dates and date-times (extended, or basic with a date of eight
/// digits), which covers RFC 3339, and the dates of RFC 1123 and HTTP. Days must exist; seconds may be 60.
///
/// Seconds since 1970 are numbers. Week and ordinal dates are not taken.
/// Sources: <https://www.rfc-editor.org/rfc/rfc3339#section-5.6>, <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>
enum DateText {
    static func isDate(_ text: UnsafeRawBufferPointer) -> Bool {
        // The longest shape without a fraction has 31 characters.
        guard text.count >= 8, text.count <= 64 else { return false }
        var reader = Reader(text: text)
        if reader.iso() { return true }
        reader = Reader(text: text)
        return reader.rfc1123()
    }

    private struct Reader {
        let text: UnsafeRawBufferPointer
        var position = 0

        private static let months: [StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        private static let days: [StaticString] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

        var isAtEnd: Bool { position == text.count }

        mutating func iso() -> Bool {
            guard let year = number(4) else { return false }
            let isExtended = take("-")
            guard let month = number(2), !isExtended || take("-"), let day = number(2), exists(year, month, day)
            else { return false }
            if isAtEnd { return true }
            guard take("T") || take("t") || isExtended && take(" "), number(2, upTo: 23) != nil,
                !isExtended || take(":"), number(2, upTo: 59) != nil
            else { return false }
            let hasSeconds = isExtended ? take(":") : position < text.count && text[position].isDigit
            if hasSeconds {
                guard number(2, upTo: 60) != nil else { return false }
                if take(".") || take(",") { guard digits() else { return false } }
            }
            return (isAtEnd || take("Z") || take("z") || offset()) && isAtEnd
        }

        mutating func rfc1123() -> Bool {
            guard index(in: Self.days) != nil, take(","), take(" "), let day = number(2), take(" "),
                let month = index(in: Self.months), take(" "), let year = number(4), exists(year, month + 1, day),
                take(" "), number(2, upTo: 23) != nil, take(":"), number(2, upTo: 59) != nil, take(":"),
                number(2, upTo: 60) != nil, take(" ")
            else { return false }
            return (take("GMT") || take("UTC") || take("UT") || offset()) && isAtEnd
        }

        /// `+01:00` or `+0100`.
        private mutating func offset() -> Bool {
            guard take("+") || take("-"), number(2, upTo: 23) != nil else { return false }
            _ = take(":")
            return number(2, upTo: 59) != nil
        }

        private func exists(_ year: Int, _ month: Int, _ day: Int) -> Bool {
            guard (1...12).contains(month) else { return false }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
            return (1...length).contains(day)
        }

        private mutating func number(_ count: Int, upTo limit: Int = .max) -> Int? {
            guard position + count <= text.count else { return nil }
            var value = 0
            for byte in text[position..<(position + count)] {
                guard byte.isDigit else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            guard value <= limit else { return nil }
            position += count
            return value
        }

        private mutating func digits() -> Bool {
            let start = position
            while position < text.count, text[position].isDigit { position += 1 }
            return position > start
        }

        private mutating func take(_ word: StaticString) -> Bool {
            let count = word.utf8CodeUnitCount
            guard position + count <= text.count,
                text[position..<(position + count)].elementsEqual(
                    UnsafeBufferPointer(start: word.utf8Start, count: count))
            else { return false }
            position += count
            return true
        }

        private mutating func index(in words: [StaticString]) -> Int? {
            for (index, word) in words.enumerated() where take(word) { return index }
            return nil
        }
    }
}
