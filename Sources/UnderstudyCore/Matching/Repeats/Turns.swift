import Synchronization

/// Whose turn it is among examples that answer a request equally well.
struct Turns {
    let repeats: Repeats
    /// Who answers where there are no turns.
    let choice: Entry
    let session: MatchSession
    /// False looks without moving on, as explanations do.
    let moves: Bool

    /// - Parameters:
    ///   - tied: in recorded order, not empty.
    ///   - group: what the session keeps its place under.
    ///   - causality: which state-changing requests came before which example.
    /// - Returns: `nil` when each was to be given once, and was.
    func next(_ tied: [Entry], group: UInt64, causality: Causality) -> Entry? {
        switch repeats {
        case .first: return tied[0]
        case .last: return tied[tied.count - 1]
        case .tie: return choice
        case .cycle: return tied[place(group, last: .max) % tied.count]
        case .sequence: return tied[place(group, last: tied.count - 1)]
        case .once:
            let place = place(group, last: tied.count)
            return place < tied.count ? tied[place] : nil
        case .causal:
            let changes = session.state.withLock { $0.changes }
            guard let (version, entries) = causality.version(of: tied, after: changes) else {
                return tied[place(group, last: tied.count - 1)]
            }
            var hasher = Hasher()
            hasher.combine(group)
            hasher.combine(version)
            return entries[place(UInt64(bitPattern: Int64(hasher.finalize())), last: entries.count - 1)]
        }
    }

    private func place(_ group: UInt64, last: Int) -> Int {
        moves ? session.advance(group, last: last) : session.place(in: group, last: last)
    }

    /// Sorted by id, the first with status 200, else the first.
    static func postmansChoice(_ tied: [Entry]) -> Entry {
        var best = tied[0]
        for entry in tied.dropFirst() {
            let (mine, its) = (entry.example.response.head.status == 200, best.example.response.head.status == 200)
            if mine != its {
                if mine { best = entry }
            } else if entry.example.id < best.example.id {
                best = entry
            }
        }
        return best
    }
}
