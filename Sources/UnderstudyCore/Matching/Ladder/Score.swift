/// How well an example answers a request, in the parts it is made of, so that it can explain itself.
public struct Score: Sendable, Hashable {
    public var tier: PathTier
    /// `nil` when parameters are not compared, or neither side has any.
    public var query: QueryComparison?
    /// Whether both bodies are the same although that is not asked: worth 5.
    public var hasBodyBonus = false
    /// What the strict profile takes off where something is equal only by a rule of the example.
    public var allowance = Allowance.none

    /// Why a strict comparison is less than exact.
    public enum Allowance: Double, Sendable {
        case none = 0
        /// Placeholders or rules of the example were needed.
        case pattern = -5
        /// Only secrets differ, which both sides have redacted.
        case redaction = -10
    }

    init(tier: PathTier) { self.tier = tier }

    static let bodyBonus = 5.0
    static let queryBonus = 10.0

    public var total: Double {
        tier.base + (query?.adjustment ?? 0) + (hasBodyBonus ? Self.bodyBonus : 0) + allowance.rawValue
    }

    /// Scores closer than this are equal.
    static let tolerance = 1e-9

    /// `110: 100 for the same path, +10 for all 2 parameters`.
    public var description: String {
        var parts = ["\(Self.text(tier.base)) for: \(tier.description)"]
        if let query {
            let sign = query.adjustment < 0 ? "" : "+"
            parts.append("\(sign)\(Self.text(query.adjustment)) for its parameters: \(query.description)")
        }
        if hasBodyBonus { parts.append("+5 for the same body") }
        switch allowance {
        case .none: break
        case .pattern: parts.append("-5 because it is equal by a rule of the example")
        case .redaction: parts.append("-10 because secrets differ")
        }
        return "\(Self.text(total)): " + parts.joined(separator: ", ")
    }

    /// At most four decimals, none when whole.
    public static func text(_ value: Double) -> String {
        if value == value.rounded() { return String(Int(value)) }
        let scaled = Int((value * 10_000).rounded())
        let sign = scaled < 0 ? "-" : ""
        var decimals = String(scaled.magnitude % 10_000)
        decimals = String(repeating: "0", count: 4 - decimals.count) + decimals
        while decimals.last == "0" { decimals.removeLast() }
        return "\(sign)\(scaled.magnitude / 10_000)" + (decimals.isEmpty ? "" : ".\(decimals)")
    }
}

/// What two queries have in common.
public struct QueryComparison: Sendable, Hashable {
    /// Key and value equal.
    public var matching = 0
    /// Key on both sides with different values.
    public var partial = 0
    /// Key on one side only.
    public var missing = 0
    /// Whether redacted values were taken as equal.
    var hasRedacted = false
    /// Whether a placeholder or an unresolved variable stood for a value.
    var hasPattern = false

    public var isSame: Bool { partial == 0 && missing == 0 }

    /// +10 when all match, a part of it when some do, less for each missing one when none does.
    public var adjustment: Double {
        if matching > 0 { return Score.queryBonus * Double(matching) / Double(matching + partial + missing) }
        return -min(Score.queryBonus, Double(missing))
    }

    public var description: String {
        var parts: [String] = []
        if matching > 0 { parts.append("\(matching) equal") }
        if partial > 0 { parts.append("\(partial) of another value") }
        if missing > 0 { parts.append("\(missing) on one side only") }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }
}
