import Curl
import NIOCore
import Synchronization
import UnderstudyCore

/// What all connections of one event loop share.
///
/// `@unchecked Sendable`: a reference that travels between threads; every property that changes is used on `loop` only.
final class LoopContext: @unchecked Sendable {
    let loop: any EventLoop
    let limits: Limits
    let recorder: any Recorder
    let storedBodies: any StoredBodies
    private let curlOptions: CurlOptions
    private let insecureOptions: CurlOptions
    private let insecureHosts: [InterceptRules.HostGlob]
    let certificates: TunnelCertificates
    let targets: TargetGuard
    let door: LoopDoor
    let commits: CommitMailbox
    private let replyBudget = ReplyBudget()
    let knownRequests = KnownRequests()
    let turn: LoopTurn
    private let examplesMonitor: (any ExamplesMonitor)?

    private let keyUses: KeyUses?
    /// What the plain front door serves.
    let frontSite: Site
    /// Mock servers that were called on this loop, by id.
    private var sites: [String: Site] = [:]
    /// All mock servers; `nil` where nobody serves any, so that no address is one's.
    var house: MockHouse? {
        didSet {
            sites = sites.filter { id, site in house?.mocks[id] === site.mock }
            hasMocks = house?.mocks.isEmpty == false
            knownRequests.forgetAll()
        }
    }
    private var hasMocks = false
    var connections: [ObjectIdentifier: ClientConnection] = [:]
    var isStopping = false
    /// Requests that were no HTTP we take.
    var refusedRequests = 0
    private var engineBridge: EngineBridge?

    init(loop: any EventLoop, configuration: ProxyServer.Configuration, serving: Serving) {
        self.loop = loop
        limits = configuration.limits
        recorder = configuration.recorder
        storedBodies = configuration.storedBodies
        curlOptions = configuration.curlOptions
        insecureOptions = configuration.curlOptions.acceptingAnyCertificate
        insecureHosts = configuration.insecureHosts
        certificates = configuration.certificates
        targets = configuration.targets
        examplesMonitor = configuration.examplesMonitor
        turn = LoopTurn(
            loop: loop, recorder: recorder, examplesMonitor: examplesMonitor)
        keyUses = configuration.keyUses
        door = LoopDoor(loop: loop)
        commits = CommitMailbox(door: door)
        frontSite = Site(serving, budget: replyBudget)
    }

    /// What the plain front door serves; see `replaceServing`.
    var serving: Serving { frontSite.serving }

    func replaceServing(_ serving: Serving) {
        frontSite.serving = serving
        knownRequests.forgetAll()
    }

    /// Takes over an example just recorded.
    func apply(_ insertion: Serving.Insertion) {
        frontSite.serving.apply(insertion)
        knownRequests.forgetAll()
    }

    /// Whether any request may be answered from an example, whoever is asked for.
    var usesExamples: Bool { frontSite.serving.mode.usesExamples || hasMocks }

    /// A mock server's site on this loop, made at its first call: of a thousand most are rarely called.
    private func site(of mock: MountedMock) -> Site {
        if let site = sites[mock.id], site.mock === mock { return site }
        let site = Site(mock, budget: replyBudget)
        sites[mock.id] = site
        return site
    }

    /// How a host is reached.
    func curlOptions(for upstream: Upstream) -> CurlOptions {
        isTrustedBlindly(upstream) ? insecureOptions : curlOptions
    }

    /// Whether a host was excepted from having to show a good certificate.
    func isTrustedBlindly(_ upstream: Upstream) -> Bool {
        upstream.scheme == "https"
            && insecureHosts.contains { $0.matches(host: upstream.host, port: upstream.port) }
    }

    /// The loop's engine, made when the first request is forwarded: a server that only replays has none, so nothing
    /// exists in it that could reach the network.
    func bridge() throws -> EngineBridge {
        if let engineBridge { return engineBridge }
        let bridge = try EngineBridge(loop: loop, limits: limits)
        engineBridge = bridge
        return bridge
    }

    /// Gives the engine up. Its `stop` waits for its thread, so that is for another one to call.
    func takeBridge() -> EngineBridge? {
        defer { engineBridge = nil }
        return engineBridge
    }

    /// Decides about a request and starts its exchange.
    func exchange(for head: RequestHead, framing: BodyFraming, on connection: ClientConnection) -> any ActiveExchange {
        func refuse(_ refusal: Refusal) -> any ActiveExchange {
            var request = AddressedRequest(head: head)
            request.head.fields.remove("proxy-authorization")
            return answer(.refusal(refusal), request, framing, connection)
        }
        if head.fields.all("expect").contains(where: { !$0.value.equalsIgnoringCase("100-continue") }) {
            return refuse(
                Refusal(status: 417, name: "expectation-failed", detail: "Only 100-continue is understood."))
        }
        if head.method == "CONNECT" {
            if connection.entrance != nil { return refuse(Self.noProxy) }
            switch serving.connectDisposition(of: head, framing: framing, in: connection.tunnel) {
            case .refuse(let refusal): return refuse(refusal)
            case .intercept(let tunnel): return ConnectExchange(head, to: tunnel, on: connection)
            case .relay(let upstream): return RelayedTunnel(head, to: upstream, on: connection)
            }
        }
        do throws(Refusal) {
            var request = try serving.address(
                head, through: connection.tunnel, at: connection.entrance, in: house)
            switch request.place {
            case .frontDoor:
                if !serving.hasFrontDoor, request.named == nil { return answer(.nobody, request, framing, connection) }
            case .mock(let mock): request.site = site(of: mock)
            case .nowhere: return answer(.nobody, request, framing, connection)
            }
            let site = request.site ?? frontSite
            let hasBody = framing != .none && framing != .counted(0)
            let disposition = site.serving.disposition(
                of: request, hasBody: hasBody, cache: site.matchCache, used: { keyUses?.used($0) })
            return exchange(for: request, framing: framing, disposition, on: connection)
        } catch {
            return refuse(error)
        }
    }

    /// Starts the exchange of a request about which all is decided.
    func exchange(
        for request: AddressedRequest, framing: BodyFraming, _ disposition: Disposition,
        on connection: ClientConnection
    ) -> any ActiveExchange {
        func answer(_ answer: RepliedExchange.Answer) -> RepliedExchange {
            self.answer(answer, request, framing, connection)
        }
        switch disposition {
        case .reply(let hit): return answer(.example(hit))
        case .replyWithStream(let hit): return ReplayedUpgrade(request, hit: hit, on: connection)
        case .miss(let miss): return answer(.miss(miss))
        case .explain(let explanation): return answer(.explanation(explanation))
        case .preflight: return answer(.preflight)
        case .finalRecipient: return answer(.finalRecipient)
        case .gate(let verdict): return answer(.gate(verdict))
        case .limited(let refusal): return answer(.limited(refusal))
        case .refuse(let refusal): return answer(.refusal(refusal))
        case .page(let page): return answer(.page(page))
        case .forward(let upstream, let target):
            return ForwardedExchange(request, framing: framing, upstream: upstream, target: target, on: connection)
        case .awaitContent(let search):
            return AwaitingExchange(request, framing: framing, search: search, on: connection)
        }
    }

    private static let noProxy = Refusal(
        status: 405, name: "connect-not-supported",
        detail: "This port is a mock server's: send requests to it directly."
    )

    private func answer(
        _ answer: RepliedExchange.Answer, _ request: AddressedRequest, _ framing: BodyFraming,
        _ connection: ClientConnection
    ) -> RepliedExchange {
        RepliedExchange(request, framing: framing, answer: answer, on: connection)
    }

    /// A client did not go through with TLS in a tunnel, most often because nobody told it to trust our certificates. What
    /// would else be an unexplained fault of the client is in the history, and on the terminal.
    func handshakeFailed(in tunnel: Tunnel, _ error: any Error) {
        var head = RequestHead(method: "CONNECT", target: tunnel.origin.hostAndPort)
        head.fields.append("Host", tunnel.origin.hostAndPort)
        var exchange = Exchange(
            startedAt: .now(), mode: serving.mode, result: .refused, upstream: tunnel.origin.origin,
            session: tunnel.session, request: Exchange.Request(head: head))
        exchange.failure = UpstreamFailure(
            .clientAborted,
            "\(tunnel.origin.authority): the client ended the TLS handshake (\(error)); it may not trust this proxy's certificates: understudy ca"
        )
        recorder.record(exchange, savingExample: false, committed: nil)
    }

    /// What a connection must wait for before its next request.
    enum Obstacle {
        /// Examples that changed on disk are to be loaded.
        case edit(any ExamplesMonitor)
        /// Too much waits to be stored.
        case recorder
    }

    /// `nil` when the next request can be taken.
    var obstacle: Obstacle? {
        if frontSite.serving.mode.usesExamples || house != nil, let examplesMonitor, turn.haveExamplesChanged() {
            return .edit(examplesMonitor)
        }
        // Replayed calls never wait for the history: see `HistoryWriter.record`.
        return frontSite.serving.mode.callsUpstream && recorder.isCongested ? .recorder : nil
    }

    /// Calls `resume` once, on the loop, when the obstacle is gone.
    func wait(for obstacle: Obstacle, _ resume: @escaping () -> Void) {
        // The closure never leaves the loop; the box only carries it through other threads and back.
        let box = NIOLoopBound(resume, eventLoop: loop)
        switch obstacle {
        case .edit(let monitor): monitor.reload { [door] in door.execute { box.value() } }
        case .recorder: recorder.whenDrained { [door] in door.execute { box.value() } }
        }
    }
}

/// Notices that examples on disk were edited, so that the next request is answered by the new ones.
public protocol ExamplesMonitor: Sendable {
    /// Asked before every request that an example may answer; must cost no more than a system call.
    func hasChanged() -> Bool
    /// Loads what changed and installs it in the server, then calls `done` on any thread.
    func reload(_ done: @escaping @Sendable () -> Void)
}

/// The way for other threads to a loop, shut before the loop ends: the recorder may outlive it.
final class LoopDoor: Sendable {
    private let loop: any EventLoop
    private let isOpen = Mutex(true)

    init(loop: any EventLoop) { self.loop = loop }

    /// Runs `task` on the loop, or drops it once the door is shut: then it answers false.
    @discardableResult
    func execute(_ task: @escaping @Sendable () -> Void) -> Bool {
        isOpen.withLock { isOpen in
            if isOpen { loop.execute(task) }
            return isOpen
        }
    }

    func close() { isOpen.withLock { $0 = false } }
}

/// Brings "it is durable" from the recorder's thread to the loop: one task for all that came together.
final class CommitMailbox: Sendable {
    private let door: LoopDoor
    private let waiting = Mutex<[ForwardedExchange]>([])

    init(door: LoopDoor) { self.door = door }

    func committed(_ exchange: ForwardedExchange) {
        let isFirst = waiting.withLock { waiting in
            waiting.append(exchange)
            return waiting.count == 1
        }
        guard isFirst else { return }
        let isTaken = door.execute { [self] in
            for exchange in taken() { exchange.committed() }
        }
        // Nobody comes for them, and they hold their connection, which holds this.
        if !isTaken { _ = taken() }
    }

    private func taken() -> [ForwardedExchange] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
