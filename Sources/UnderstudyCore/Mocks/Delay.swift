#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How long an answer waits before it leaves, in milliseconds.
///
/// As JSON: `null`, `{"type": "fixed", "duration": MS}` (Postman's; its presets have a member `preset` beside it), and what Postman
/// does not have: `{"type": "uniform", "min": MS, "max": MS}`, `{"type": "normal", "mean": MS, "deviation": MS}`,
/// `{"type": "lognormal", "median": MS, "sigma": S}`. As text: `none`, `2g`, `3g`, `250`, `100..400`, `normal:200,50`,
/// `lognormal:200,0.5`.
public enum Delay: Sendable, Hashable {
    case none
    case fixed(Int)
    /// Each whole number between, ends included, is as likely.
    case uniform(ClosedRange<Int>)
    case normal(mean: Double, deviation: Double)
    /// Half of all wait less than `median`; the logarithm is normal with the deviation `sigma`. What networks look like.
    case lognormal(median: Double, sigma: Double)

    /// Nothing waits longer: Postman's bound.
    public static let limit = 180_000
    /// Postman's presets.
    public static let presets = [(name: "2g", key: "1", duration: 300), (name: "3g", key: "2", duration: 100)]

    public init?(json: JSONValue) {
        if json == .null {
            self = .none
            return
        }
        func whole(_ name: String) -> Int? { json[name]?.int.flatMap { Self.isValid($0) ? $0 : nil } }
        func number(_ name: String) -> Double? {
            json[name]?.double.flatMap { (0...Double(Self.limit)).contains($0) ? $0 : nil }
        }
        switch json["type"]?.text {
        case "fixed":
            let preset = Self.presets.first { $0.key == json["preset"]?.text }
            guard let duration = whole("duration") ?? preset?.duration else { return nil }
            self = duration == 0 ? .none : .fixed(duration)
        case "uniform":
            guard let least = whole("min"), let most = whole("max"), least <= most else { return nil }
            self = .uniform(least...most)
        case "normal":
            guard let mean = number("mean"), let deviation = number("deviation") else { return nil }
            self = .normal(mean: mean, deviation: deviation)
        case "lognormal":
            guard let median = number("median"), let sigma = number("sigma"), sigma <= 10 else { return nil }
            self = .lognormal(median: median, sigma: sigma)
        default: return nil
        }
    }

    public init?(text: String) {
        let text = text.lowercased()
        if text == "none" || text == "0" {
            self = .none
        } else if let preset = Self.presets.first(where: { $0.name == text }) {
            self = .fixed(preset.duration)
        } else if let duration = Int(text) {
            guard Self.isValid(duration) else { return nil }
            self = .fixed(duration)
        } else if let dots = text.firstRange(of: "..") {
            guard let least = Int(text[..<dots.lowerBound]), let most = Int(text[dots.upperBound...]), least <= most,
                Self.isValid(least), Self.isValid(most)
            else { return nil }
            self = .uniform(least...most)
        } else if let colon = text.firstIndex(of: ":") {
            let numbers = text[text.index(after: colon)...].split(separator: ",").map { Double($0) }
            guard numbers.count == 2, let first = numbers[0], let second = numbers[1],
                (0...Double(Self.limit)).contains(first), second >= 0
            else { return nil }
            switch text[..<colon] {
            case "normal" where second <= Double(Self.limit): self = .normal(mean: first, deviation: second)
            case "lognormal" where second <= 10: self = .lognormal(median: first, sigma: second)
            default: return nil
            }
        } else {
            return nil
        }
    }

    private static func isValid(_ milliseconds: Int) -> Bool { (0...limit).contains(milliseconds) }

    public var json: JSONValue {
        switch self {
        case .none: return .null
        case .fixed(let duration):
            let preset = Self.presets.first { $0.duration == duration }
            var members: [(String, JSONValue)] = [("type", "fixed")]
            if let preset { members.append(("preset", .string(preset.key))) }
            return .object(JSONObject(members + [("duration", .integer(duration))]))
        case .uniform(let range):
            return ["type": "uniform", "min": .integer(range.lowerBound), "max": .integer(range.upperBound)]
        case .normal(let mean, let deviation):
            return ["type": "normal", "mean": .number(Self.plain(mean)), "deviation": .number(Self.plain(deviation))]
        case .lognormal(let median, let sigma):
            return ["type": "lognormal", "median": .number(Self.plain(median)), "sigma": .number(Self.plain(sigma))]
        }
    }

    /// What one answer waits; another draw for each.
    public func milliseconds(using random: inout some RandomNumberGenerator) -> Int {
        switch self {
        case .none: return 0
        case .fixed(let duration): return duration
        case .uniform(let range): return Int.random(in: range, using: &random)
        case .normal(let mean, let deviation):
            return Self.bounded(mean + deviation * Self.standardNormal(using: &random))
        case .lognormal(let median, let sigma):
            return Self.bounded(median * exp(sigma * Self.standardNormal(using: &random)))
        }
    }

    private static func bounded(_ value: Double) -> Int { Int(min(max(value, 0), Double(limit))) }

    /// The Box-Muller transform. <https://en.wikipedia.org/wiki/Box–Muller_transform>
    private static func standardNormal(using random: inout some RandomNumberGenerator) -> Double {
        let radius = Double.random(in: Double.leastNonzeroMagnitude..<1, using: &random)
        let angle = Double.random(in: 0..<1, using: &random)
        return (-2 * log(radius)).squareRoot() * cos(2 * Double.pi * angle)
    }
}

extension Delay: CustomStringConvertible {
    /// The text form.
    public var description: String {
        switch self {
        case .none: "none"
        case .fixed(let duration): Self.presets.first { $0.duration == duration }?.name ?? "\(duration)"
        case .uniform(let range): "\(range.lowerBound)..\(range.upperBound)"
        case .normal(let mean, let deviation): "normal:\(Self.plain(mean)),\(Self.plain(deviation))"
        case .lognormal(let median, let sigma): "lognormal:\(Self.plain(median)),\(Self.plain(sigma))"
        }
    }

    private static func plain(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}
