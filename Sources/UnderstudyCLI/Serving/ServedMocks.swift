import Dispatch
import Foundation
import Logging
import NIOCore
import Synchronization
import UnderstudyCore
import UnderstudyServer
import UnderstudyStore

/// The workspace's mock servers on their way to the front door: files in, `MockSite`s out.
final class ServedMocks: Sendable {
    private let library: MockLibrary
    private let settings: ServeSettings
    private let redaction: Redaction
    private let history: History
    private let writer: HistoryWriter
    private let state = Mutex(State())

    private struct State {
        var loaded: [MockLibrary.LoadedMock] = []
        var problems: [MockProblem] = []
        var told: Set<String> = []
    }

    init(
        _ library: MockLibrary, settings: ServeSettings, redaction: Redaction, history: History, writer: HistoryWriter
    ) {
        self.library = library
        self.settings = settings
        self.redaction = redaction
        self.history = history
        self.writer = writer
    }

    /// What is served, oldest first.
    var all: [MockLibrary.LoadedMock] { state.withLock { $0.loaded } }
    /// Addresses that could not be had.
    var problems: [MockProblem] { state.withLock { $0.problems } }

    /// Reads what changed. Blocks.
    ///
    /// - Returns: one line for each thing that is wrong.
    func load() -> (sites: [MockSite], problems: [String]) {
        let contents = library.load()
        state.withLock { $0.loaded = contents.mocks }
        let keys = AdmittedKeys(contents.keys)
        return (contents.mocks.map { MockSite($0, keys: keys, settings, redaction) }, contents.problems)
    }

    /// Puts them in place of those that are served.
    func install(_ sites: [MockSite], in server: ProxyServer) async throws {
        let problems = try await server.setMocks(sites) { [history, writer] mock in
            // What was answered just now counts too.
            writer.flush()
            return (try? history.callsInMonth(ofMock: mock)) ?? 0
        }
        let news = state.withLock { state in
            state.problems = problems
            let texts = Set(problems.map { "mock server \(name(of: $0.mock, in: state)): \($0.reason)" })
            defer { state.told = texts }
            return texts.subtracting(state.told).sorted()
        }
        for line in news { Console.error(line) }
    }

    private func name(of id: String, in state: State) -> String {
        state.loaded.first { $0.mock.id == id }?.mock.name ?? id
    }
}

extension MockSite {
    /// What a mock server's configuration says, and what is the same for all of them.
    init(_ loaded: MockLibrary.LoadedMock, keys: AdmittedKeys, _ settings: ServeSettings, _ redaction: Redaction) {
        let mock = loaded.mock
        let matching = mock.matching.options
        var answering = Answering(profile: matching.profile)
        answering.cors = .all
        answering.seed = settings.answering.seed
        answering.derived = settings.answering.derived
        answering.gate = MockGate(
            keys: mock.isPrivate ? keys : nil, serverResponse: mock.forcedResponse.map { ForcedResponse($0) })
        answering.gate.isDeactivated = loaded.examples == nil
        answering.gate.explainsAuth = settings.explainsAuth
        self.init(
            id: mock.id, names: [mock.hostLabel, mock.name], port: mock.port, contents: loaded.examples ?? Self.nothing,
            matching: matching, answering: answering)
        delay = mock.delay
        limits = CallLimits(perMinute: mock.limits.perMinute, perMonth: mock.limits.perMonth)
        self.redaction = redaction
        annotates = settings.annotates
        editPlace = EditPlace(folder: settings.folder)
    }

    private static let nothing = ExampleSet([])
}

extension ForcedResponse {
    /// As a client gets it: a field says the Content-Type, or else the language does.
    init(_ response: ServerResponse) {
        var fields = Fields()
        for field in response.fields where Self.isSent(field) { fields.append(field.name, field.value) }
        if !fields.contains("content-type"), let language = response.language {
            fields.append("Content-Type", language.contentType)
        }
        self.init(
            name: response.name,
            head: ResponseHead(
                status: response.status, reason: ReasonPhrase.text(of: response.status), fields: fields),
            body: ByteBuffer(string: response.body))
    }

    /// What belongs to the connection is ours to say, and what could end a line is nobody's.
    private static func isSent(_ field: ServerResponse.Field) -> Bool {
        let own = ["content-length", "transfer-encoding", "connection", "keep-alive", "trailer", "upgrade"]
        return !own.contains(field.name.lowercased())
            && field.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
            && !field.name.isEmpty && field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}

/// Writes down when keys were used, away from the event loops.
final class KeyNotes: Sendable {
    private let ring: KeyRing
    private let queue = DispatchQueue(label: "keys")
    private let logger: Logger

    init(_ workspace: Workspace, logger: Logger) {
        ring = KeyRing(workspace)
        self.logger = logger
    }

    func used(_ digest: Digest) {
        let now = Timestamp.now()
        queue.async { [self] in
            do {
                guard let key = try ring.contents().keys.first(where: { $0.digest == digest }) else { return }
                try ring.used([key.id: now])
            } catch {
                logger.warning("the use of a key was not written down: \(error)")
            }
        }
    }

    /// Waits until all is written.
    func finish() { queue.sync {} }
}
