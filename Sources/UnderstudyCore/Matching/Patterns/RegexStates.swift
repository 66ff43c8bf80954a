/// The sets of states that one run of a pattern has come through, each computed once: mostly a handful, so that a
/// character costs one look-up. When there are too many they are forgotten, and the run costs what an automaton costs
/// that is not cached: characters times states.
struct RegexStates {
    /// Sets kept at a time.
    private static let limit = 128
    /// A power of two, so that half of the slots stay free.
    private static let slotCount = 256

    private let program: RegexProgram
    private let symbolCount: Int
    private var count = 0
    /// Row after row, by set.
    private var rows: [UInt64] = []
    /// The sets by their hash; -1 where free.
    private var slots = [Int16](repeating: -1, count: slotCount)
    /// The set after a set and a symbol; -1 where not known yet.
    private var steps: [Int16] = []
    /// The row being made.
    private var next: [UInt64]

    let dead = 0
    private(set) var initial = 0

    init(_ program: RegexProgram) {
        self.program = program
        symbolCount = program.alphabet.symbolCount
        next = [UInt64](repeating: 0, count: program.rowLength)
        begin()
    }

    @inline(__always) func isDead(_ state: Int) -> Bool { state == dead }

    @inline(__always) func isAccepting(_ state: Int) -> Bool { rows[(state + 1) * program.rowLength - 1] != 0 }

    /// The set after a character.
    @inline(__always) mutating func step(_ state: Int, _ symbol: Int) -> Int {
        let known = steps[state * symbolCount + symbol]
        return known >= 0 ? Int(known) : computed(state, symbol)
    }

    /// The set with the pattern's beginning added.
    mutating func restarted(_ state: Int) -> Int {
        if state == dead { return initial }
        for index in 0..<program.rowLength {
            next[index] = rows[state * program.rowLength + index] | program.initial[index]
        }
        return numberOfNext()
    }

    private mutating func computed(_ state: Int, _ symbol: Int) -> Int {
        let (wordCount, rowLength) = (program.alphabet.wordCount, program.rowLength)
        for index in 0..<rowLength { next[index] = 0 }
        for word in 0..<wordCount {
            var active = rows[state * rowLength + word] & program.alphabet.takers[symbol * wordCount + word]
            while active != 0 {
                let start = (word * 64 + active.trailingZeroBitCount) * rowLength
                active &= active - 1
                for index in 0..<rowLength { next[index] |= program.follow[start + index] }
            }
        }
        let countBefore = count
        let result = numberOfNext()
        // Numbers from before a forgetting mean nothing now.
        if count >= countBefore { steps[state * symbolCount + symbol] = Int16(result) }
        return result
    }

    /// The number of the set in `next`, which is kept if it is new.
    private mutating func numberOfNext() -> Int {
        var slot = slotOfNext()
        if slots[slot] >= 0 { return Int(slots[slot]) }
        if count == Self.limit {
            let row = next
            begin()
            next = row
            slot = slotOfNext()
            if slots[slot] >= 0 { return Int(slots[slot]) }
        }
        slots[slot] = Int16(count)
        rows += next
        steps.append(contentsOf: repeatElement(-1, count: symbolCount))
        count += 1
        return count - 1
    }

    /// Where the set in `next` is, or would be.
    private func slotOfNext() -> Int {
        var hash: UInt64 = 0
        for word in next { hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15 ^ hash >> 29 }
        var slot = Int(hash >> 56)
        while slots[slot] >= 0, !isNext(Int(slots[slot])) { slot = (slot + 1) & (Self.slotCount - 1) }
        return slot
    }

    private func isNext(_ state: Int) -> Bool {
        for index in 0..<program.rowLength where rows[state * program.rowLength + index] != next[index] { return false }
        return true
    }

    /// With the two sets that every run has; whatever else there was is forgotten.
    private mutating func begin() {
        count = 0
        rows.removeAll(keepingCapacity: true)
        steps.removeAll(keepingCapacity: true)
        for slot in slots.indices { slots[slot] = -1 }
        for index in next.indices { next[index] = 0 }
        _ = numberOfNext()
        next = program.initial
        initial = numberOfNext()
    }
}
