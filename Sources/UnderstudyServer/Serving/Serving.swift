public import NIOCore
public import UnderstudyCore

/// What a running server serves now: every event loop holds its own copy, replaced between two requests.
public struct Serving: Sendable {
    public var mode: Mode
    /// Where forwarded requests go; `nil` when no upstream was given, which only replay can do without.
    public var upstream: Upstream?
    public var index: ExampleIndex<PreparedReply>
    /// Applied to live requests before they are matched, as it was to the recorded ones.
    public var redaction: Redaction
    public var latency: Latency
    /// Whether answers carry `Understudy-Result` and its companions.
    public var annotates: Bool {
        // Prepared replies hold the annotations.
        didSet { if annotates != oldValue { replaceExamples(Array(index.examples)) } }
    }
    /// Whether `Location` and `Content-Location` that point at the upstream are pointed at us.
    public var rewritesLocation: Bool
    /// Our name in `Via`, or `nil` for none. Requests that already carry it have gone in a circle.
    public var via: String?

    public init(
        mode: Mode, upstream: Upstream? = nil, examples: [Example] = [], redaction: Redaction = .none,
        latency: Latency = .none, annotates: Bool = true, rewritesLocation: Bool = false, via: String? = nil
    ) {
        self.mode = mode
        self.upstream = upstream
        self.redaction = redaction
        self.latency = latency
        self.annotates = annotates
        self.rewritesLocation = rewritesLocation
        self.via = via
        index = ExampleIndex()
        setExamples(examples)
    }

    /// Replaces the examples; every group starts at its first again.
    public mutating func setExamples(_ examples: [Example]) {
        let annotates = annotates
        index = ExampleIndex(examples) { PreparedReply(&$0, annotates: annotates) }
    }

    /// Replaces the examples after an edit: groups that are still there stay where they were.
    public mutating func replaceExamples(_ examples: [Example]) {
        let old = index
        setExamples(examples)
        index.adoptPositions(from: old)
    }

    /// Adds one just recorded.
    mutating func insert(_ example: Example) -> ExampleIndex<PreparedReply>.Insertion {
        var example = example
        let reply = PreparedReply(&example, annotates: annotates)
        return index.insert(example, reply)
    }
}

/// How long a replayed answer waits.
public enum Latency: Sendable, Hashable {
    case none
    /// As long as the recorded one took.
    case recorded
    case fixed(TimeAmount)

    func delay(of example: Example) -> TimeAmount? {
        switch self {
        case .none: nil
        case .recorded: example.responseTime.map { .milliseconds(Int64($0)) }
        case .fixed(let amount): amount
        }
    }
}
