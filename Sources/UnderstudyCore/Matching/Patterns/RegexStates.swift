/// The sets of states that one run of a pattern has come through, each computed once: mostly a handful, so that a
/// character costs one look-up. When there are too many they are forgotten, and the run costs what an automaton costs
/// that is not cached: characters times states.
struct RegexStates {
    /// Sets kept at a time.
    private static let limit = 128

    private let program: RegexProgram
    private let symbolCount: Int
    private var rows: [[UInt64]] = []
    private var numbers: [[UInt64]: Int] = [:]
    /// By set and symbol; -1 where not known yet.
    private var steps: [Int32] = []

    let dead = 0
    private(set) var initial = 0

    init(_ program: RegexProgram) {
        self.program = program
        symbolCount = program.alphabet.symbolCount
        forget()
    }

    @inline(__always) func isDead(_ state: Int) -> Bool { state == dead }

    @inline(__always) func isAccepting(_ state: Int) -> Bool { rows[state][program.rowLength - 1] != 0 }

    /// The set after a character.
    @inline(__always) mutating func step(_ state: Int, _ symbol: Int) -> Int {
        let known = steps[state * symbolCount + symbol]
        return known >= 0 ? Int(known) : computed(state, symbol)
    }

    /// The set with the pattern's beginning added.
    mutating func restarted(_ state: Int) -> Int {
        if state == dead { return initial }
        var row = rows[state]
        for index in row.indices { row[index] |= program.initial[index] }
        return number(of: row)
    }

    private mutating func computed(_ state: Int, _ symbol: Int) -> Int {
        let wordCount = program.alphabet.wordCount
        let row = rows[state]
        var next = [UInt64](repeating: 0, count: program.rowLength)
        for word in 0..<wordCount {
            var active = row[word] & program.alphabet.takers[symbol * wordCount + word]
            while active != 0 {
                let taker = word * 64 + active.trailingZeroBitCount
                active &= active - 1
                let start = taker * program.rowLength
                for index in 0..<program.rowLength { next[index] |= program.follow[start + index] }
            }
        }
        let countBefore = rows.count
        let result = number(of: next)
        // Numbers from before a forgetting mean nothing now.
        if rows.count >= countBefore { steps[state * symbolCount + symbol] = Int32(result) }
        return result
    }

    private mutating func number(of row: [UInt64]) -> Int {
        if let number = numbers[row] { return number }
        if rows.count >= Self.limit { forget() }
        return numbers[row] ?? add(row)
    }

    private mutating func add(_ row: [UInt64]) -> Int {
        let number = rows.count
        rows.append(row)
        numbers[row] = number
        steps.append(contentsOf: repeatElement(-1, count: symbolCount))
        return number
    }

    private mutating func forget() {
        rows.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        steps.removeAll(keepingCapacity: true)
        _ = add([UInt64](repeating: 0, count: program.rowLength))
        initial = numbers[program.initial] ?? add(program.initial)
    }
}
