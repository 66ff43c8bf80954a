/// How far some selectors have come at one place of a document, so that one walk serves all of them.
///
/// For each selector a set of bits: bit n stands where n of its steps are taken. `..name` stays where it is while it
/// also goes on, which is why a set is needed; it bounds the work per place whatever the document.
struct JSONSelection: Sendable {
    /// None of them can choose anything at this place or below.
    static let none = JSONSelection([])

    private let selectors: [JSONSelector]
    private var reached: [UInt64]

    /// At the document itself.
    init(_ selectors: [JSONSelector]) {
        self.selectors = selectors
        reached = selectors.map { _ in 1 }
    }

    private init(_ selectors: [JSONSelector], reached: [UInt64]) {
        self.selectors = selectors
        self.reached = reached
    }

    var isEmpty: Bool { selectors.isEmpty }

    /// Whether a selector chooses this very value.
    var isChosen: Bool {
        for (selector, reached) in zip(selectors, reached) where reached >> UInt64(selector.steps.count) & 1 != 0 {
            return true
        }
        return false
    }

    func entering(member name: String) -> JSONSelection {
        entering { step in
            switch step {
            case .member(let wanted), .descendant(let wanted): wanted.elementsEqual(name.utf8)
            case .anything: true
            case .element: false
            }
        }
    }

    func entering(element index: Int) -> JSONSelection {
        entering { step in
            switch step {
            case .element(let wanted): wanted == index
            case .anything: true
            case .member, .descendant: false
            }
        }
    }

    private func entering(_ takes: (JSONSelector.Step) -> Bool) -> JSONSelection {
        guard !selectors.isEmpty else { return self }
        var next = [UInt64](repeating: 0, count: reached.count)
        var isAlive = false
        for (index, selector) in selectors.enumerated() {
            for (number, step) in selector.steps.enumerated() where reached[index] >> UInt64(number) & 1 != 0 {
                if takes(step) { next[index] |= 1 << UInt64(number + 1) }
                if case .descendant = step { next[index] |= 1 << UInt64(number) }
            }
            isAlive = isAlive || next[index] != 0
        }
        return isAlive ? JSONSelection(selectors, reached: next) : .none
    }
}

extension JSONObject {
    /// The places of the members that count, sorted by name: of repeats the last.
    var countingMembers: [Int] {
        var places = Array(members.indices)
        let isSorted = zip(places, places.dropFirst()).allSatisfy { precedes($0, $1) }
        if isSorted { return places }
        places.sort { left, right in
            precedes(left, right) || (!precedes(right, left) && left < right)
        }
        var counting: [Int] = []
        counting.reserveCapacity(places.count)
        for place in places {
            if let last = counting.last, !precedes(last, place) { counting.removeLast() }
            counting.append(place)
        }
        return counting
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        members[left].name.utf8.lexicographicallyPrecedes(members[right].name.utf8)
    }
}
