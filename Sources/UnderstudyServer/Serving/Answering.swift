public import UnderstudyCore

/// What may be done to an example before it is sent.
public struct Answering: Sendable, Hashable {
    /// Whether `{{…}}` in responses is filled in; an example's own rules outrank it.
    public var fillsTemplates: Bool
    /// Makes dynamic values repeatable; `nil` draws them anew in every process.
    public var seed: UInt64?
    public var derived = DerivedOptions()
    public var cors: CrossOrigin
    /// Asked before any example is looked at.
    public var gate = MockGate()

    /// Which answers scripts of other origins' pages may read.
    public enum CrossOrigin: Sendable {
        case none
        /// Our own: preflights that no example answers, and misses. Examples say it themselves.
        case ownAnswers
        /// All; an example that says whom it allows has the last word.
        case all
    }

    /// Recordings are sent byte for byte; mock servers are Postman's.
    public init(profile: MatchOptions.Profile) {
        fillsTemplates = profile == .postman
        cors = profile == .postman ? .all : .ownAnswers
    }
}
