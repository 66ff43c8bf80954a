/// Which state-changing requests preceded each recorded read, so that a replay can answer a read by what the client
/// has changed instead of by how often it asked.
struct Causality: Sendable {
    /// State-changing examples of one recording, in the order in which they happened.
    private var changes: [Recording: [Change]] = [:]

    /// What one client did in one run: of others that recorded at the same time it knows nothing.
    private struct Recording: Hashable {
        let run: Int
        let session: String

        init?(_ entry: Entry) {
            guard let order = entry.example.order else { return nil }
            run = order.run
            session = entry.example.session
        }
    }

    private struct Change {
        let number: Int
        /// What all requests equal to it have in common.
        let group: UInt64
    }

    /// POST, PUT, PATCH and DELETE.
    static func isChange(_ method: String) -> Bool {
        switch method {
        case "POST", "PUT", "PATCH", "DELETE": true
        default: false
        }
    }

    mutating func insert(_ entry: Entry) {
        guard let order = entry.example.order, let recording = Recording(entry),
            Self.isChange(entry.example.request.head.method)
        else { return }
        var list = changes[recording] ?? []
        changes[recording] = nil
        let change = Change(number: order.number, group: entry.group)
        if let last = list.last, last.number > order.number {
            list.insert(change, at: list.firstIndex { $0.number > order.number } ?? list.endIndex)
        } else {
            list.append(change)
        }
        changes[recording] = list
    }

    /// Finds the version of a resource that fits what a session has changed so far. Linear in the changes of the
    /// recording.
    ///
    /// Of each example what counts are the changes between the first of its group and itself: those before are common
    /// to all, and a version that was recorded after exactly what the session did since is the right one. Otherwise
    /// the one with the fewest differences, and of several the latest.
    ///
    /// - Parameters:
    ///   - tied: examples of one request, in recorded order.
    ///   - done: how often the session has sent each change.
    /// - Returns: the version's name and its examples; `nil` when the recording does not tell.
    func version(of tied: [Entry], after done: [UInt64: Int]) -> (name: Int, entries: [Entry])? {
        guard let recording = tied.first.flatMap({ Recording($0) }), let changes = changes[recording] else {
            return nil
        }
        let members = tied.compactMap { entry -> (number: Int, entry: Entry)? in
            guard let order = entry.example.order, Recording(entry) == recording else { return nil }
            return (order.number, entry)
        }.sorted { $0.number < $1.number }
        guard members.count > 1, let first = members.first, let last = members.last else { return nil }
        let start = Self.count(changes, before: first.number)
        let window = changes[start..<Self.count(changes, before: last.number)]
        guard !window.isEmpty else { return nil }
        // What the session did that is of this window: its changes less those that came before the window.
        var open: [UInt64: Int] = [:]
        for change in window { open[change.group, default: 0] += 1 }
        var before: [UInt64: Int] = [:]
        for change in changes[..<start] where open[change.group] != nil { before[change.group, default: 0] += 1 }
        for (group, most) in open {
            open[group] = min(most, max(0, (done[group] ?? 0) - (before[group] ?? 0)))
        }
        let ends = members.map { Self.count(changes, before: $0.number) }
        let recorded = Set(ends)
        var difference = open.values.reduce(0, +)
        var best = (difference: difference, end: start)
        var end = start
        for change in window {
            end += 1
            let left = open[change.group] ?? 0
            difference += left > 0 ? -1 : 1
            open[change.group] = left - 1
            // Only versions that something was recorded of.
            guard difference <= best.difference, recorded.contains(end) else { continue }
            best = (difference, end)
        }
        let entries = zip(members, ends).filter { $0.1 == best.end }.map(\.0.entry)
        return entries.isEmpty ? nil : (best.end, entries)
    }

    /// How many changes happened before that one. Binary search.
    private static func count(_ changes: [Change], before number: Int) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
