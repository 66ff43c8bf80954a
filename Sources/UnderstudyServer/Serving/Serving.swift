public import NIOCore
import UnderstudyCoding
public import UnderstudyCore

/// What a running server serves now: every event loop holds its own copy, replaced between two requests.
public struct Serving: Sendable {
    public var mode: Mode
    /// Where forwarded requests go; `nil` when no upstream was given, which only replay can do without.
    public var upstream: Upstream?
    public private(set) var index: ExampleIndex
    /// Examples of switched protocols (101): asked first by requests that want to switch, and by no others.
    private(set) var upgrades: ExampleIndex
    /// Of entries whose response is filled in per request, by position.
    private var templates: [Int: ReplyTemplate] = [:]
    /// Whose turn it is among equal examples, per client. Shared by all copies.
    public internal(set) var sessions: MatchSessions
    /// Applied to live requests before they are matched, as it was to the recorded ones.
    public var redaction: Redaction
    public var latency: Latency
    /// What recorded times are divided by: 2 is twice as fast.
    public var speed = 1.0
    /// What is done to examples before they are sent.
    public internal(set) var answering: Answering
    /// Counts calls where they are limited: a mock server's.
    var meter: CallMeter?
    /// Whether answers carry `Understudy-Result` and its companions.
    public var annotates: Bool
    /// Whether `Location` and `Content-Location` that point at the upstream are pointed at us.
    public var rewritesLocation: Bool
    /// Where commands that a miss names find the examples.
    public var editPlace = EditPlace.here
    /// Whether a path that is asked of us, and of no mock server, is answered from examples or upstream; else as if it were
    /// a mock server that is not there.
    public var hasFrontDoor = true
    /// Whether we are a forward proxy too: clients may name other hosts.
    public var forwards = true
    /// Which tunnels are looked into.
    public var intercepting = InterceptRules()
    /// What clients must say to use us as their proxy; `nil` for nothing.
    public var proxyCredentials: ProxyCredentials?
    /// Where we listen.
    var frontDoor = FrontDoor()
    /// Which exchanges become examples, in the modes in which any do.
    public var recordingFilter = RecordingFilter()
    /// Our name in `Via`, or `nil` for none. Requests that already carry it have gone in a circle.
    public var via: Via?

    /// - Parameter answering: `nil` for what the profile has.
    public init(
        mode: Mode, upstream: Upstream? = nil, examples: [Example] = [],
        matching: MatchOptions = MatchOptions(profile: .strict), answering: Answering? = nil,
        redaction: Redaction = .none, latency: Latency = .none, annotates: Bool = true, rewritesLocation: Bool = false,
        via: String? = nil, sessions: MatchSessions = MatchSessions()
    ) {
        self.sessions = sessions
        self.mode = mode
        self.upstream = upstream
        self.redaction = redaction
        self.latency = latency
        self.annotates = annotates
        self.rewritesLocation = rewritesLocation
        self.via = via.map { Via($0) }
        self.answering = answering ?? Answering(profile: matching.profile)
        index = ExampleIndex(options: matching, decoder: Self.decoder)
        upgrades = index
        replaceExamples(examples)
    }

    /// Replaces the examples; every session starts at their first again.
    public mutating func setExamples(_ examples: [Example]) {
        sessions.reset()
        replaceExamples(examples)
    }

    /// Replaces the examples after an edit: sessions stay where they were in groups that are still there.
    public mutating func replaceExamples(_ examples: [Example]) {
        templates = [:]
        var examples = examples.map { example in
            var example = redaction.apply(to: example)
            example.removePageSessions()
            return example
        }
        let switched = examples.filter(\.isSwitched)
        if !switched.isEmpty { examples.removeAll(where: \.isSwitched) }
        upgrades = ExampleIndex(switched, options: index.options, decoder: Self.decoder)
        for position in examples.indices { takeTemplate(of: &examples[position], at: position) }
        let used = Set(index.entries.lazy.filter(\.isUsed).map(\.example.id))
        index = ExampleIndex(examples, options: index.options, decoder: Self.decoder)
        guard !used.isEmpty else { return }
        for entry in index.entries where used.contains(entry.example.id) { entry.markUsed() }
    }

    /// Takes the response apart if it is to be filled in; what depends on no request is filled in at once.
    private mutating func takeTemplate(of example: inout Example, at position: Int) {
        guard example.rules?.isTemplate ?? answering.fillsTemplates, let template = ReplyTemplate(&example) else {
            return
        }
        templates[position] = template
    }

    /// What a request brings to be compared: redacted as examples are.
    ///
    /// - Parameter limit: longer content is compared by its digest, as examples' are that lie in files.
    func content(of head: RequestHead, _ bytes: ByteBuffer, inMemory limit: Int) -> RequestContent {
        let contentType = head.fields.text("content-type")
        // What recordings keep is not looked into under a coding either, so both sides are the same again.
        let redacted = Redaction.isCoded(head.fields) ? nil : redaction.apply(toBody: bytes, contentType: contentType)
        let content = redacted ?? bytes
        let mediaType = contentType.flatMap { MediaType($0) }
        guard content.readableBytes <= limit else {
            return RequestContent(
                bytes: nil, byteCount: content.readableBytes, digest: Digest(of: content), mediaType: mediaType)
        }
        return Self.decoder.content(content, of: head.fields, mediaType: mediaType)
    }

    /// Takes content codings off before bodies are compared; what cannot be decoded is compared as it is.
    public static let decoder = ContentDecoder { bytes, fields in
        guard let codings = try? ContentCoding.list(fields.all("content-encoding").map(\.value)) else { return nil }
        return try? ContentCoding.decode(bytes, codings: codings, limit: decodedLimit)
    }

    /// What a request's content may become without its coding.
    static let decodedLimit = 16 << 20

    /// What is filled in for an example; `nil` for nothing, or when the examples changed since it was found.
    func template(of hit: ExampleIndex.Hit) -> ReplyTemplate? {
        let position = hit.entry.position
        guard !templates.isEmpty, let template = templates[position], index.entries[position] === hit.entry else {
            return nil
        }
        return template
    }

    /// An example just recorded, for the other copies.
    struct Insertion: Sendable {
        fileprivate let entry: Entry
        fileprivate let template: ReplyTemplate?
        fileprivate var isSwitched = false
    }

    /// All examples, whatever they are asked for.
    public var exampleCount: Int { index.count + upgrades.count }

    /// Adds one just recorded. Copies that are the same in all else `apply` what one has inserted.
    mutating func insert(_ example: Example) -> Insertion {
        var example = example
        example.removePageSessions()
        if example.isSwitched { return Insertion(entry: upgrades.insert(example), template: nil, isSwitched: true) }
        takeTemplate(of: &example, at: index.count)
        let entry = index.insert(example)
        return Insertion(entry: entry, template: templates[entry.position])
    }

    mutating func apply(_ insertion: Insertion) {
        if insertion.isSwitched { return upgrades.insert(insertion.entry) }
        index.insert(insertion.entry)
        templates[insertion.entry.position] = insertion.template
    }
}

extension Example {
    /// Whether its response hands the connection to another protocol.
    var isSwitched: Bool { response.head.status == 101 }
}

/// How long a replayed answer waits.
public enum Latency: Sendable, Hashable {
    case none
    /// As long as the recorded one took.
    case recorded
    case fixed(TimeAmount)
    /// As a mock server's configuration says.
    case drawn(Delay)

    /// How long an answer waits that has nothing recorded, such as a miss.
    var delay: TimeAmount? {
        switch self {
        case .none, .recorded: nil
        case .fixed(let amount): amount
        case .drawn(let delay): delay.amount
        }
    }

    /// How long the head of an example's response waits: content that has a pace of its own takes the rest of the time.
    ///
    /// - Parameter speed: what recorded times are divided by.
    func delay(of example: Example, speed: Double = 1) -> TimeAmount? {
        switch self {
        case .none, .fixed, .drawn: return delay
        case .recorded:
            guard let time = example.responseTime else { return nil }
            let milliseconds = Double(max(0, time - example.response.pace.duration))
            return .microseconds(Int64(min(milliseconds * 1000 / speed, 1e12)))
        }
    }
}

extension Delay {
    /// What one answer waits; `nil` for not at all.
    var amount: TimeAmount? {
        guard self != .none else { return nil }
        var random = SystemRandomNumberGenerator()
        let milliseconds = milliseconds(using: &random)
        return milliseconds > 0 ? .milliseconds(Int64(milliseconds)) : nil
    }
}
