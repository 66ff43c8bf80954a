/// The command lines that browsers copy for Windows' cmd: `^` takes a character's meaning away, outside of quotes only, and
/// at the end of a line goes on with the next; then the program itself splits its line into words as Microsoft's run-time
/// library does.
enum WindowsWords {
    /// Whether a text is written for cmd: a caret at a line's end or in front of a quote, outside of a shell's own quotes.
    static func isLikely(_ bytes: [UInt8]) -> Bool {
        var quote: UInt8 = 0
        var isANSI = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            index += 1
            if quote != 0 {
                if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") || isANSI {
                    index += 1
                } else if byte == quote {
                    quote = 0
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                quote = byte
                isANSI = byte == UInt8(ascii: "'") && index > 1 && bytes[index - 2] == UInt8(ascii: "$")
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "^"):
                let second = index + 1 < bytes.count ? bytes[index + 1] : 0
                if next == UInt8(ascii: "\"") || next == 0x0A || next == 0x0D && second == 0x0A { return true }
            default: break
            }
        }
        return false
    }

    static func commands(_ bytes: [UInt8]) -> [ShellWords.Command] {
        var commands: [ShellWords.Command] = []
        var text: [UInt8] = []
        var isQuoted = false
        var line = 1
        var start = 1
        func end() {
            let words = split(text)
            if !words.isEmpty { commands.append(ShellWords.Command(words: words, line: start)) }
            text = []
        }
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 0x0A { line += 1 }
            switch byte {
            case UInt8(ascii: "^") where !isQuoted:
                if index < bytes.count, bytes[index] == 0x0D { index += 1 }
                guard index < bytes.count else { break }
                if bytes[index] == 0x0A {
                    line += 1
                    index += 1
                    // What follows the end of the line is taken as it is, another end of line, too.
                    if index < bytes.count, bytes[index] == 0x0D { index += 1 }
                    guard index < bytes.count, bytes[index] == 0x0A else { break }
                    line += 1
                }
                text.append(bytes[index])
                index += 1
            case UInt8(ascii: "\""):
                isQuoted.toggle()
                text.append(byte)
            case 0x0A where !isQuoted, UInt8(ascii: "&") where !isQuoted, UInt8(ascii: "|") where !isQuoted:
                end()
                start = line
            case 0x0D where !isQuoted: break
            default: text.append(byte)
            }
        }
        end()
        return commands
    }

    /// `"` quotes, `\"` is a quote, `""` inside of quotes, too; backslashes count only in front of one.
    private static func split(_ text: [UInt8]) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var word: [UInt8]?
        var isQuoted = false
        var index = 0
        while index < text.count {
            let byte = text[index]
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D:
                if isQuoted {
                    word = (word ?? []) + [byte]
                } else if let ended = word {
                    words.append(ended)
                    word = nil
                }
                index += 1
            case UInt8(ascii: "\\"):
                var count = 0
                while index < text.count, text[index] == byte {
                    count += 1
                    index += 1
                }
                let isEscape = index < text.count && text[index] == UInt8(ascii: "\"")
                word = (word ?? []) + [UInt8](repeating: byte, count: isEscape ? count / 2 : count)
                if isEscape, count % 2 == 1 {
                    word = (word ?? []) + [UInt8(ascii: "\"")]
                    index += 1
                }
            case UInt8(ascii: "\""):
                index += 1
                if isQuoted, index < text.count, text[index] == byte {
                    word = (word ?? []) + [byte]
                    index += 1
                } else {
                    isQuoted.toggle()
                    word = word ?? []
                }
            default:
                word = (word ?? []) + [byte]
                index += 1
            }
        }
        if let word { words.append(word) }
        return words
    }
}
