/// A regular expression that takes time in proportion to the text, whatever the pattern.
///
/// Patterns come from files that other people made and texts from whoever calls the server, so an engine that
/// backtracks could be stalled by either. This one runs all alternatives at once (a Thompson automaton, its sets of
/// states cached as they appear), which rules out back-references and look-around.
///
/// A match is always of the whole text, as if the pattern stood in `^(?:…)$`. Texts are read as UTF-8; a byte that is
/// not UTF-8 counts as one character which only `.` and negated classes take.
///
/// Understood: literals, `.` (all but CR and LF), classes with ranges and negation, `\d \w \s \D \W \S` (ASCII),
/// `\n \r \t \f \v \0 \xHH \uHHHH \u{H…}`, groups (capturing or not: nothing is captured), `|`, `* + ? {m} {m,} {m,n}`
/// and their lazy forms (the same here), `^`, `$`, and `(?i)` at the start (ASCII letters).
/// Source: Russ Cox, <https://swtch.com/~rsc/regexp/regexp1.html>
public struct LinearRegex: Sendable {
    /// Octets in a pattern.
    public static let sourceLimit = 4096
    /// Characters and classes in a pattern after its counted repeats are written out.
    public static let stateLimit = 512
    /// How deep groups may nest.
    public static let nestingLimit = 50
    /// The largest number in `{m,n}`.
    public static let repeatLimit = 1000

    /// Why a pattern is refused.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// One sentence without a full stop, such as `back-references are not supported`.
        public let description: String

        init(_ description: String) { self.description = description }
    }

    /// The pattern as written.
    public let source: String
    let program: RegexProgram

    public init(_ source: String) throws(Fault) {
        guard source.utf8.count <= Self.sourceLimit else {
            throw Fault("the pattern is longer than \(Self.sourceLimit) bytes")
        }
        self.source = source
        var parser = RegexParser(source)
        program = try RegexProgram(parser.pattern())
    }

    /// Whether the whole text matches.
    public func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var states = RegexStates(program)
        var state = states.initial
        var reader = ScalarReader(bytes)
        while let scalar = reader.next() {
            state = states.step(state, program.alphabet.symbol(of: scalar))
            if states.isDead(state) { return false }
        }
        return states.isAccepting(state)
    }

    public func matches(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.withContiguousStorageIfAvailable { matches(UnsafeRawBufferPointer($0)) }
            ?? Array(bytes).withUnsafeBytes { matches($0) }
    }

    /// The offsets at which a match ends that began at one of the given offsets. Both hold one flag per octet and one
    /// for the end. Time is in proportion to the text, however many starts there are.
    func ends(in bytes: UnsafeRawBufferPointer, startingAt starts: [Bool]) -> [Bool] {
        var ends = [Bool](repeating: false, count: bytes.count + 1)
        guard let first = starts.firstIndex(of: true) else { return ends }
        var states = RegexStates(program)
        var state = states.dead
        var reader = ScalarReader(bytes, at: first)
        while true {
            let offset = reader.position
            if starts[offset] { state = states.restarted(state) }
            if states.isAccepting(state) { ends[offset] = true }
            guard let scalar = reader.next() else { return ends }
            state = states.step(state, program.alphabet.symbol(of: scalar))
        }
    }
}

/// Decodes UTF-8; a byte that begins no well-formed sequence becomes U+DC00 plus the byte, which no text holds.
struct ScalarReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    @inline(__always) mutating func next() -> UInt32? {
        guard position < bytes.count else { return nil }
        let byte = bytes[position]
        if byte < 0x80 {
            position += 1
            return UInt32(byte)
        }
        return multibyte(byte)
    }

    private mutating func multibyte(_ lead: UInt8) -> UInt32 {
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        let end = min(position + length, bytes.count)
        let sequence = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
        guard lead >= 0xC2, sequence.count == length, UTF8Check.firstInvalidOffset(in: sequence) == nil else {
            position += 1
            return 0xDC00 + UInt32(lead)
        }
        var scalar = UInt32(lead) & (0x7F >> UInt32(length))
        for byte in sequence.dropFirst() { scalar = scalar << 6 | UInt32(byte & 0x3F) }
        position = end
        return scalar
    }
}
