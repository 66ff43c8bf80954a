import Curl
import Foundation
import UnderstudyCore
import UnderstudyFormats
import UnderstudyServer
import UnderstudyStore

/// Runs a serving command from its banner to its summary.
struct ServeRunner {
    let settings: ServeSettings
    var sources: [CollectionLibrary.Source] = []
    /// Whether mock servers are what it is about: then it is said too that there are none.
    var listsMocks = false

    func run() async throws {
        let signals = StopSignals()
        let instance = try await ServingInstance.start(settings, sources: sources)
        await greet(instance)
        await signals.first()
        if !settings.output.quiet, !settings.output.json {
            let time = settings.limits.gracefulShutdown.formatted(
                .units(allowed: [.seconds, .milliseconds], width: .narrow))
            Console.line("\nstopping: running exchanges get \(time), a second Ctrl-C ends at once")
        }
        await instance.stop()
        summarise(instance)
    }

    /// Where examples go: the API's file, or, when any host may be recorded, the folder of all.
    private var savingPlace: String {
        let folder = "\(settings.folder)/collections/"
        guard let upstream = settings.upstream else { return folder }
        return folder + PostmanCollection.slug(for: upstream.baseURL) + PostmanCollection.fileEnding
    }

    /// What further commands need to find this folder.
    private var dirOption: String { settings.folder == "recordings" ? "" : " --dir \(settings.folder)" }

    private func greet(_ instance: ServingInstance) async {
        let count = (try? await instance.server.serving.exampleCount) ?? 0
        if settings.output.json {
            let line: JSONValue = [
                "event": "listening", "mode": .string(settings.mode.rawValue),
                "url": .string("http://\(instance.address)"),
                "port": .integer(instance.port), "admin": .string("http://\(instance.adminAddress)"),
                "dir": .string(settings.folder), "examples": .integer(count),
                "mocks": .array(
                    instance.mocks.all.map { loaded in
                        [
                            "id": .string(loaded.mock.id), "name": .string(loaded.mock.name),
                            "url": .string(instance.url(of: loaded.mock)), "private": .bool(loaded.mock.isPrivate),
                            "deactivated": .bool(loaded.examples == nil),
                        ]
                    }),
            ]
            return Console.line(JSONWriter.text(line))
        }
        guard !settings.output.quiet else { return }
        let upstream = settings.upstream?.baseURL ?? "wherever clients ask to go"
        switch settings.mode {
        case .record: Console.line("recording \(upstream)")
        case .replay where !settings.servesCollections:
            Console.line("serving from \(settings.folder)")
        case .replay: Console.line("replaying \(Count.text(count, "example")) from \(settings.folder)")
        case .auto: Console.line("replaying \(Count.text(count, "example")), recording the rest from \(upstream)")
        case .spy: Console.line("replaying \(Count.text(count, "example")), passing the rest on to \(upstream)")
        case .proxy: Console.line("passing on to \(upstream)")
        }
        Console.line("  listening on  http://\(instance.address)")
        if settings.mode.savesExamples { Console.line("  saving to     \(savingPlace)") }
        if settings.upstream == nil, settings.mode.callsUpstream {
            Console.line("  as a proxy    set HTTP_PROXY and HTTPS_PROXY to it, or: understudy run -- PROGRAM")
        }
        if settings.mode.callsUpstream, settings.curl.insecure {
            Console.line("  not verified  any server's certificate")
        } else if settings.mode.callsUpstream, !settings.forward.insecureHosts.isEmpty {
            let hosts = settings.forward.insecureHosts.map(\.description).joined(separator: ", ")
            Console.line("  not verified  the certificates of \(hosts)")
        }
        if settings.isOpenToOthers, settings.forward.forwards, settings.forward.credentials == nil,
            settings.mode.callsUpstream
        {
            Console.line("  open to all   whoever reaches \(instance.address) can use this proxy: see --proxy-auth")
        }
        Console.line("  page          http://\(instance.adminAddress)  (understudy open\(dirOption))")
        if listsMocks {
            Console.line("  API           http://\(instance.adminAddress), with a key: understudy key create NAME")
        }
        for line in mockLines(instance) { Console.line(line) }
        Console.line("  stop with     Ctrl-C\n")
    }

    /// The first of them; the rest by number.
    static let listedMocks = 20

    private func mockLines(_ instance: ServingInstance) -> [String] {
        let all = instance.mocks.all
        guard !all.isEmpty else {
            return listsMocks
                ? ["  mock servers  none yet: understudy mock create --help says how to make one"] : []
        }
        var lines = ["  mock servers  \(all.count)"]
        for loaded in all.prefix(Self.listedMocks) {
            let mock = loaded.mock
            let state = loaded.examples == nil ? " (deactivated)" : mock.isPrivate ? " (private)" : ""
            lines.append("    \(mock.name)\(state)  \(instance.url(of: mock))")
        }
        if all.count > Self.listedMocks { lines.append("    and \(all.count - Self.listedMocks) more") }
        return lines
    }

    /// What happened, and what to type next.
    private func summarise(_ instance: ServingInstance) {
        let counts = instance.pipeline.counts
        let examples = instance.examplesResult
        let recorder = instance.recorderStatus
        if settings.output.json {
            let line: JSONValue = [
                "event": "stopped", "exchanges": .integer(counts.exchanges), "recorded": .integer(counts.recorded),
                "hits": .integer(counts.hits), "misses": .integer(counts.misses), "failures": .integer(counts.failures),
                "bytes": .integer(counts.byteCount), "examplesAdded": .integer(examples.added),
                "examplesKept": .integer(examples.kept), "notRecorded": .integer(recorder.notRecorded),
                "dropped": .integer(recorder.dropped),
            ]
            return Console.line(JSONWriter.text(line))
        }
        if recorder.notRecorded > 0 {
            Console.error("\(recorder.notRecorded) exchanges could not be stored: the disk was full or failing")
        }
        if recorder.dropped > 0 {
            Console.error(
                "\(recorder.dropped) calls are missing from the history: they came faster than it could be written")
        }
        for (mock, count) in recorder.droppedByMock.sorted(by: { $0.key < $1.key }) {
            let name = instance.mocks.all.first { $0.mock.id == mock }?.mock.name ?? mock
            Console.error("  of those \(count) to mock server \(name)")
        }
        guard !settings.output.quiet else { return }
        if settings.mode.savesExamples {
            let recorded = "\(Count.text(counts.recorded, "exchange")), \(Size.text(counts.byteCount))"
            Console.line("recorded \(recorded); \(Count.text(examples.added, "new example")), \(examples.kept) known")
            if counts.failures > 0 {
                let failures = Count.text(counts.failures, "exchange")
                Console.line("\(failures) failed or broke off: kept in the history, not as examples")
            }
            if counts.recorded > 0 {
                Console.line("next: understudy replay\(dirOption)")
            }
        } else {
            let requests = Count.text(counts.exchanges, "request")
            Console.line("\(requests): \(counts.hits) replayed, \(counts.misses) without an example")
        }
    }
}

/// Counted nouns.
enum Count {
    static func text(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
