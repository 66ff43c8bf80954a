/// Words to choose from, written as one text and split when first used: an array literal of this length costs the
/// compiler seconds, a text nothing.
struct WordList: Sendable {
    let words: [String]

    /// - Parameter text: separated by commas and line breaks; blanks inside an entry belong to it.
    init(_ text: String) {
        words = text.utf8.split { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\n") }.compactMap { entry in
            let word = entry.drop { $0 == UInt8(ascii: " ") }
            return word.isEmpty ? nil : String(Substring(word))
        }
    }
}

/// The lists, by theme, in `Words+….swift`. Those marked as Postman's own must not change; of the others only the
/// form of their entries is promised, by the expressions in the tests.
enum Words {}
