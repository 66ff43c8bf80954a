/// When upstream is called. Which examples are kept is a separate question: `WritePolicy`.
public enum Mode: String, Sendable, CaseIterable {
    /// Always upstream; history and example.
    case record
    /// Examples only; a miss explains itself; nothing ever leaves.
    case replay
    /// An example where one matches, else upstream, recorded.
    case auto
    /// An example where one matches, else upstream, kept in the history only.
    case spy
    /// Always upstream, kept in the history only.
    case proxy

    /// Whether an example may answer.
    public var usesExamples: Bool { self == .replay || self == .auto || self == .spy }
    /// Whether upstream may be called.
    public var callsUpstream: Bool { self != .replay }
    /// Whether an upstream exchange becomes an example.
    public var savesExamples: Bool { self == .record || self == .auto }
}

/// What happens to examples that exist when new ones are recorded.
public enum WritePolicy: String, Sendable, CaseIterable {
    /// Keep them; add what is new.
    case append
    /// New examples take the place of those for the same request.
    case replace
    /// Start the collection anew: only what this run recorded stays.
    case fresh
}
