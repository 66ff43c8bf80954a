import UnderstudyCore

/// A shell's text as simple commands of words, for command lines that people copy. Nothing is expanded or run.
///
/// Words are bytes: `$'\xff'` is one byte. Quoting is that of POSIX XCU 2.2 with bash's `$'…'`.
struct ShellWords {
    /// The words of one simple command, and what the next does with its output.
    struct Command {
        var words: [[UInt8]] = []
        /// From 1.
        var line: Int
        /// Whether its output is the next one's input.
        var isPiped = false
        /// What was in it that a shell would have done something about.
        var remarks: [String] = []
    }

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var word: [UInt8]?
    private var command = Command(line: 1)
    private(set) var commands: [Command] = []
    /// Why the text ends before it should.
    private(set) var fault: String?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        while position < bytes.count { step() }
        endCommand()
    }

    private mutating func step() {
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\\"):
            guard position < bytes.count else { return append(byte) }
            let next = bytes[position]
            position += 1
            if next == 0x0D, position < bytes.count, bytes[position] == 0x0A { position += 1 }
            if next == 0x0A || next == 0x0D { line += 1 } else { append(next) }
        case UInt8(ascii: "'"): single()
        case UInt8(ascii: "\""): double()
        case UInt8(ascii: "$"):
            if current == UInt8(ascii: "'") {
                position += 1
                ansi()
            } else if current == UInt8(ascii: "\"") {
                // Translated text: the quotes that follow are plain ones.
                break
            } else {
                dollar()
            }
        case UInt8(ascii: "`"):
            remark("a command substitution is not run")
            append(byte)
        case 0x20, 0x09, 0x0D: endWord()
        case 0x0A:
            endCommand()
            line += 1
            command.line = line
        case UInt8(ascii: "#") where word == nil:
            while position < bytes.count, bytes[position] != 0x0A { position += 1 }
        case UInt8(ascii: ";"), UInt8(ascii: "&"): endCommand()
        case UInt8(ascii: "|"):
            let isPipe = current != UInt8(ascii: "|")
            if !isPipe { position += 1 }
            endWord()
            command.isPiped = isPipe && !command.words.isEmpty
            endCommand()
        case UInt8(ascii: ">"), UInt8(ascii: "<"): redirection()
        default: append(byte)
        }
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func append(_ byte: UInt8) { word = (word ?? []) + CollectionOfOne(byte) }

    private mutating func remark(_ text: String) {
        if !command.remarks.contains(text) { command.remarks.append(text) }
    }

    private mutating func endWord() {
        guard let ended = word else { return }
        command.words.append(ended)
        word = nil
    }

    private mutating func endCommand() {
        endWord()
        if !command.words.isEmpty { commands.append(command) }
        command = Command(line: line)
    }

    // MARK: Quotes

    private mutating func single() {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "'")) else { return unclosed("'") }
        take(position..<end)
        position = end + 1
    }

    private mutating func take(_ range: Range<Int>) {
        word = (word ?? []) + bytes[range]
        line += bytes[range].count { $0 == 0x0A }
    }

    private mutating func unclosed(_ quote: String) {
        fault = "line \(line): a quote (\(quote)) is not closed"
        take(position..<bytes.count)
        position = bytes.count
    }

    private mutating func double() {
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                word = (word ?? []) + text
                return
            case UInt8(ascii: "\\"):
                guard let next = current else { break }
                position += 1
                switch next {
                case 0x0A: line += 1
                case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "$"), UInt8(ascii: "`"): text.append(next)
                default: text += [byte, next]
                }
            case UInt8(ascii: "$") where isName(current):
                remark("a shell variable is not filled in")
                text.append(byte)
            case UInt8(ascii: "`"):
                remark("a command substitution is not run")
                text.append(byte)
            default:
                if byte == 0x0A { line += 1 }
                text.append(byte)
            }
        }
        word = (word ?? []) + text
        fault = "line \(line): a quote (\") is not closed"
    }

    private mutating func dollar() {
        if isName(current) { remark("a shell variable is not filled in") }
        append(UInt8(ascii: "$"))
    }

    private func isName(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return byte == UInt8(ascii: "_") || byte == UInt8(ascii: "{") || byte == UInt8(ascii: "(")
            || (0x61...0x7A).contains(byte.asciiLowercased)
    }

    private mutating func redirection() {
        remark("a redirection is left out")
        // `2>file`: the number belongs to it.
        if let digits = word, digits.allSatisfy({ (0x30...0x39).contains($0) }) { word = nil }
        endWord()
        while let byte = current, byte == UInt8(ascii: ">") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: "&") {
            position += 1
        }
        while current == 0x20 || current == 0x09 { position += 1 }
        let count = command.words.count
        while position < bytes.count, command.words.count == count, let byte = current, byte != 0x0A,
            byte != UInt8(ascii: ";"), byte != UInt8(ascii: "|"), byte != UInt8(ascii: "&")
        {
            let ends = byte == 0x20 || byte == 0x09
            step()
            if ends { break }
        }
        if command.words.count > count { command.words.removeLast() } else { word = nil }
    }

    // MARK: $'…'

    private mutating func ansi() {
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "'") {
                word = (word ?? []) + text
                return
            }
            guard byte == UInt8(ascii: "\\"), let escape = current else {
                if byte == 0x0A { line += 1 }
                text.append(byte)
                continue
            }
            position += 1
            switch escape {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "a"): text.append(0x07)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "e"), UInt8(ascii: "E"): text.append(0x1B)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "v"): text.append(0x0B)
            case UInt8(ascii: "x"): text.append(UInt8(truncatingIfNeeded: number(16, digits: 2) ?? 0))
            case UInt8(ascii: "u"): scalar(digits: 4, into: &text)
            case UInt8(ascii: "U"): scalar(digits: 8, into: &text)
            case UInt8(ascii: "c"):
                if let letter = current {
                    position += 1
                    text.append(letter & 0x1F)
                }
            case 0x30...0x37:
                position -= 1
                text.append(UInt8(truncatingIfNeeded: number(8, digits: 3) ?? 0))
            case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "?"): text.append(escape)
            default: text += [byte, escape]
            }
        }
        word = (word ?? []) + text
        fault = "line \(line): a quote ($') is not closed"
    }

    private mutating func number(_ base: Int, digits: Int) -> UInt32? {
        var value: UInt32?
        for _ in 0..<digits {
            guard let digit = current.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }), digit < base else {
                break
            }
            position += 1
            value = (value ?? 0) &* UInt32(base) &+ UInt32(digit)
        }
        return value
    }

    /// Chrome writes characters beyond U+FFFF as two surrogates.
    private mutating func scalar(digits: Int, into text: inout [UInt8]) {
        guard var value = number(16, digits: digits) else { return }
        if (0xD800...0xDBFF).contains(value), position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            let start = position
            position += 2
            if let low = number(16, digits: 4), (0xDC00...0xDFFF).contains(low) {
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            } else {
                position = start
            }
        }
        text += Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
    }
}
