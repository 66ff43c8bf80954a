/// Finds the positions of examples: all of an index, or a part.
///
/// A value, copied when it is changed while shared. Behind one reference, because every request takes it in hand.
struct Lookup: Sendable {
    private struct Content {
        var exact = Chains()
        var targets = Chains()
        var tables: LikenessTables
        var hasSoft = false
        var looksAtBodies = false
        var positions: [Int32] = []
    }

    /// `@unchecked Sendable`: changed only through `insert` and `reserveCapacity`, by the one who alone holds it.
    private final class Box: @unchecked Sendable {
        var content: Content
        init(_ content: Content) { self.content = content }
    }

    private var box: Box
    /// Tells results of one lookup from those of another in a cache.
    let salt: UInt64

    init(poolThreshold: Int) {
        box = Box(Content(tables: LikenessTables(poolThreshold: poolThreshold)))
        var random = SystemRandomNumberGenerator()
        salt = random.next()
    }

    /// By method, path, parameters and, where bodies are compared, body.
    var exact: Chains { box.content.exact }
    /// The same without the body.
    var targets: Chains { box.content.targets }
    var tables: LikenessTables { box.content.tables }
    /// Whether some example can only be judged by looking at it: then an exact find may not be the only best one.
    var hasSoft: Bool { box.content.hasSoft }
    /// Whether some example's body, or what it says of bodies, may decide.
    var looksAtBodies: Bool { box.content.looksAtBodies }
    /// In the order in which they came.
    var positions: [Int32] { box.content.positions }

    mutating func reserveCapacity(_ count: Int, matchBody: Bool) {
        makeUnique()
        box.content.exact.reserveCapacity(matchBody ? count : 0)
        box.content.targets.reserveCapacity(count)
        box.content.tables.reserveCapacity(count)
        box.content.positions.reserveCapacity(count)
    }

    /// - Parameter entries: all there are, this one included.
    mutating func insert(_ entry: Entry, _ options: MatchOptions, among entries: [Entry]) {
        makeUnique()
        box.content.positions.append(Int32(entry.position))
        if options.matchBody { box.content.exact.append(entry.position, to: entry.key) }
        box.content.targets.append(entry.position, to: entry.targetKey)
        box.content.tables.insert(entry, options.profile) { entries[Int($0)] }
        box.content.hasSoft = box.content.hasSoft || entry.isSoft
        box.content.looksAtBodies = box.content.looksAtBodies || entry.looksAtBodies
    }

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&box) { box = Box(box.content) }
    }
}
