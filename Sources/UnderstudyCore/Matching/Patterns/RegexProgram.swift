/// A pattern as an automaton without empty moves: one state per character or class, and for each the states that may
/// come next, as a row of bits.
struct RegexProgram: Sendable {
    /// Steps of the intermediate form, so that nothing that takes no character can grow without end.
    private static let codeLimit = 4096

    let alphabet: RegexAlphabet
    /// Words in a row: one bit per state, then a last word which is 1 where the match may end.
    let rowLength: Int
    /// The states that may take the first character.
    let initial: [UInt64]
    /// Row after row, by state.
    let follow: [UInt64]

    init(_ pattern: RegexNode) throws(LinearRegex.Fault) {
        var assembly = Assembly()
        try assembly.emit(pattern)
        try assembly.append(.accept)
        alphabet = RegexAlphabet(assembly.sets)
        rowLength = (assembly.sets.count + 63) / 64 + 1
        initial = assembly.closure(from: 0, isAtStart: true, rowLength: rowLength)
        var follow: [UInt64] = []
        follow.reserveCapacity(assembly.sets.count * rowLength)
        for (index, step) in assembly.code.enumerated() {
            if case .take = step { follow += assembly.closure(from: index + 1, isAtStart: false, rowLength: rowLength) }
        }
        self.follow = follow
    }

    private enum Step {
        /// Takes one character; states are numbered in this order.
        case take(state: Int)
        case split(Int, Int)
        case jump(Int)
        case start, end, accept
    }

    /// Thompson's construction.
    private struct Assembly {
        var code: [Step] = []
        var sets: [ScalarSet] = []

        mutating func append(_ step: Step) throws(LinearRegex.Fault) {
            guard code.count < codeLimit else { throw LinearRegex.Fault("the pattern repeats too much") }
            code.append(step)
        }

        mutating func emit(_ node: RegexNode) throws(LinearRegex.Fault) {
            switch node {
            case .empty: break
            case .set(let set):
                guard sets.count < LinearRegex.stateLimit else {
                    throw LinearRegex.Fault(
                        "with its repeats written out the pattern has more than \(LinearRegex.stateLimit) characters")
                }
                try append(.take(state: sets.count))
                sets.append(set)
            case .sequence(let nodes):
                for node in nodes { try emit(node) }
            case .choice(let branches): try emit(branches: branches)
            case .repeated(let node, let least, let most): try emit(node, atLeast: least, atMost: most)
            case .start: try append(.start)
            case .end: try append(.end)
            }
        }

        private mutating func emit(branches: [RegexNode]) throws(LinearRegex.Fault) {
            var exits: [Int] = []
            for branch in branches.dropLast() {
                let split = code.count
                try append(.split(split + 1, 0))
                try emit(branch)
                exits.append(code.count)
                try append(.jump(0))
                code[split] = .split(split + 1, code.count)
            }
            if let last = branches.last { try emit(last) }
            for exit in exits { code[exit] = .jump(code.count) }
        }

        private mutating func emit(
            _ node: RegexNode, atLeast least: Int, atMost most: Int?
        ) throws(LinearRegex.Fault) {
            for _ in 0..<least {
                let before = code.count
                try emit(node)
                // What emits nothing may be counted any number of times.
                if code.count == before { return }
            }
            guard let most else {
                let split = code.count
                try append(.split(split + 1, 0))
                try emit(node)
                try append(.jump(split))
                code[split] = .split(split + 1, code.count)
                return
            }
            var splits: [Int] = []
            for _ in least..<most {
                splits.append(code.count)
                try append(.split(code.count + 1, 0))
                try emit(node)
            }
            for split in splits { code[split] = .split(split + 1, code.count) }
        }

        /// The states reachable without taking a character, as a row.
        func closure(from first: Int, isAtStart: Bool, rowLength: Int) -> [UInt64] {
            var row = [UInt64](repeating: 0, count: rowLength)
            // Two places per step: before and behind a `$`, after which no character may be taken.
            var isSeen = [Bool](repeating: false, count: code.count * 2)
            var pending = [first * 2]
            while let place = pending.popLast() {
                guard !isSeen[place] else { continue }
                isSeen[place] = true
                let (index, isAtEnd) = (place / 2, place % 2)
                switch code[index] {
                case .take(let state):
                    if isAtEnd == 0 { row[state / 64] |= 1 << UInt64(state % 64) }
                case .split(let one, let other):
                    pending.append(one * 2 + isAtEnd)
                    pending.append(other * 2 + isAtEnd)
                case .jump(let target): pending.append(target * 2 + isAtEnd)
                case .start: if isAtStart { pending.append(place + 2) }
                case .end: pending.append((index + 1) * 2 + 1)
                case .accept: row[rowLength - 1] = 1
                }
            }
            return row
        }
    }
}

/// The characters of a pattern, put together where no state tells them apart.
struct RegexAlphabet: Sendable {
    private var ascii: [UInt16] = []
    /// Where the next run of equal characters begins, and its symbol.
    private var bounds: [UInt32] = []
    private var symbols: [UInt16] = []
    /// For each symbol the states that take it, in rows of `wordCount`.
    private(set) var takers: [UInt64] = []
    let wordCount: Int

    init(_ sets: [ScalarSet]) {
        wordCount = (sets.count + 63) / 64
        let distinct = Array(Set(sets))
        let number = Dictionary(uniqueKeysWithValues: zip(distinct, distinct.indices))
        let setOfState = sets.map { number[$0] ?? 0 }
        let edges = distinct.flatMap { $0.ranges.flatMap { [$0.lowerBound, $0.upperBound + 1] } }
        bounds = Set(edges + [0]).filter { $0 <= ScalarSet.maximum }.sorted()
        var known: [[Bool]: UInt16] = [:]
        for bound in bounds {
            let membership = distinct.map { $0.contains(bound) }
            if let symbol = known[membership] {
                symbols.append(symbol)
                continue
            }
            // No more symbols than ranges, and no more ranges than octets in the pattern, a class like \W counted as 5.
            let symbol = UInt16(known.count)
            known[membership] = symbol
            symbols.append(symbol)
            var row = [UInt64](repeating: 0, count: wordCount)
            for (state, set) in setOfState.enumerated() where membership[set] {
                row[state / 64] |= 1 << UInt64(state % 64)
            }
            takers += row
        }
        ascii = (0..<128).map { search($0) }
    }

    var symbolCount: Int { wordCount == 0 ? 1 : takers.count / wordCount }

    @inline(__always) func symbol(of scalar: UInt32) -> Int {
        Int(scalar < 128 ? ascii[Int(scalar)] : search(scalar))
    }

    private func search(_ scalar: UInt32) -> UInt16 {
        var (low, high) = (0, bounds.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if bounds[middle] <= scalar { low = middle } else { high = middle }
        }
        return symbols[low]
    }
}
