import Foundation
import TestSupport
import Testing

/// What one client's test plays on: a folder, a server with a certificate of an authority that only the test knows, and
/// the client's two performances.
final class Stage {
    /// Reached by names that no resolver knows: who asks for an address, or leaves the proxy out, fails.
    static let (host, cloud) = ("api.test.example", "aws.test.example")

    let folder: TemporaryFolder
    /// What clients are told to call: over HTTP and HTTPS, or only one of them.
    let bases: [String]
    let server: ChildProcess
    private let authority: String
    private let addresses: [String]

    private init(_ folder: TemporaryFolder, server: ChildProcess, bases: [String]) {
        (self.folder, self.server, self.bases) = (folder, server, bases)
        authority = folder.file("authority.pem")
        addresses = bases.map { String($0.drop { $0 != "/" }.dropFirst(2)) + ":127.0.0.1" }
    }

    static func program(_ name: String) -> String {
        Program.packageRoot + "/Tests/EndToEndTests/Clients/Programs/" + name
    }

    private static func prepared(_ parts: [String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let arguments = [program("prepare.py"), folder.path, "certificates"] + parts
        let preparation = try ChildProcess(
            PythonServer.python, arguments, environment: Program.environment(home: folder.path))
        try #require(try preparation.waitForExit(within: 60) == 0, "\(preparation.lines)")
        return folder
    }

    /// `origin.py`, and of `prepare.py` the parts it is to serve.
    static func origin(_ parts: String...) throws -> Stage {
        let folder = try prepared(parts)
        let server = try ChildProcess(
            PythonServer.python,
            [program("origin.py"), folder.file("origin.pem"), folder.file("origin.key"), folder.path],
            environment: Program.environment(home: folder.path))
        let ports = try server.waitForLine(within: 30) { $0.hasPrefix("ports ") }.split(separator: " ").dropFirst()
        let bases = zip(["http", "https"], ports).map { "\($0)://\(host):\($1)" }
        return Stage(folder, server: server, bases: bases)
    }

    /// Amazon's services, as far as moto plays them.
    static func moto(secure: Bool) throws -> Stage {
        let folder = try prepared([])
        let certificate = ["-s", "-c", folder.file("origin.pem"), "-k", folder.file("origin.key")]
        // The host's first label is no bucket's name.
        let settings = ["PYTHONUNBUFFERED": "1", "S3_IGNORE_SUBDOMAIN_BUCKETNAME": "1"]
        let server = try ChildProcess(
            PythonServer.python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"] + (secure ? certificate : []),
            environment: Program.environment(settings, home: folder.path))
        let marker = "://127.0.0.1:"
        let line = try server.waitForLine(within: 60) { $0.contains(marker) }
        let port = line.components(separatedBy: marker)[1].prefix { $0.isNumber }
        return Stage(folder, server: server, bases: ["\(secure ? "https" : "http")://\(cloud):\(port)"])
    }

    /// The requests that the origin has had, `METHOD TARGET` each.
    var requests: [String] {
        let log = try? String(contentsOfFile: folder.file("requests.log"), encoding: .utf8)
        return (log ?? "").split(separator: "\n").map(String.init)
    }

    func stop() throws {
        server.send(signal: SIGTERM)
        try server.waitForExit(within: 20)
    }

    /// What a client did under `understudy run`.
    struct Performance {
        var status: Int32
        /// What the client printed, and what `understudy` did.
        var transcript, printed: [String]
        var errors: String
        /// The last line of `--json`.
        var report: Report?
    }

    struct Report: Decodable {
        var requests, replayed, recorded, passed, missed: Int
        /// Examples that answered nothing.
        var unused: [String]
    }

    /// Runs `command` under `understudy run`, in an empty folder and with an empty home.
    ///
    /// - Parameters:
    ///   - options: more for `understudy`.
    ///   - wrapper: a command that runs `understudy`.
    func perform(
        _ mode: String, _ command: [String], options: [String] = [], under wrapper: [String] = [],
        within seconds: Double = 120
    ) throws -> Performance {
        let place = folder.file("\(mode)-\(UUID().uuidString)")
        let home = place + "-home"
        for path in [place, home] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        var arguments =
            wrapper.dropFirst() + [Program.path, "run", "--json", "--mode", mode, "--dir", folder.file("recordings")]
        if mode == "record" { arguments += ["--cacert", authority] + addresses.flatMap { ["--resolve", $0] } }
        arguments += options + ["--", "/bin/sh", "-c", #"exec "$@" >transcript 2>errors"#, "sh"] + command
        let environment = Program.environment(
            ["XDG_DATA_HOME": folder.file("data"), "PYTHONDONTWRITEBYTECODE": "1"], home: home)
        let child = try ChildProcess(
            wrapper.first ?? Program.path, Array(wrapper.isEmpty ? arguments.dropFirst() : arguments),
            environment: environment, folder: place)
        let status = try child.waitForExit(within: seconds)
        let transcript = try String(contentsOfFile: place + "/transcript", encoding: .utf8)
        return Performance(
            status: status, transcript: transcript.split(separator: "\n").map(String.init), printed: child.lines,
            errors: (try? String(contentsOfFile: place + "/errors", encoding: .utf8)) ?? "",
            report: child.lines.last { $0.contains("\"ended\"") }
                .flatMap { try? JSONDecoder().decode(Report.self, from: Data($0.utf8)) })
    }

    /// Records `command`, stops the server, replays, and expects the same. Returns what was recorded.
    ///
    /// - Parameter least: how many lines the client prints at least.
    @discardableResult func prove(
        _ name: String, _ command: [String], least: Int, options: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [String] {
        let live = try perform("record", command, options: options)
        Self.expectSuccess(live, "live", sourceLocation)
        #expect(live.transcript.count >= least, "live: \(live.transcript)", sourceLocation: sourceLocation)
        try stop()
        let replayed = try perform("replay", command, options: options)
        try Self.compare(live, replayed, sourceLocation)
        print(
            "\(name): \(live.report?.requests ?? 0) requests, \(live.transcript.count) lines the same live and replayed"
        )
        return live.transcript
    }

    static func expectSuccess(_ performance: Performance, _ name: String, _ sourceLocation: SourceLocation) {
        #expect(
            performance.status == 0, "\(name): \(performance.errors.suffix(2000)) \(performance.printed)",
            sourceLocation: sourceLocation)
    }

    /// Every request was recorded and is answered from that, no example is left over, and the client printed the same, line
    /// by line; a secret may have become its placeholder.
    static func compare(
        _ live: Performance, _ replayed: Performance, _ sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        expectSuccess(replayed, "replayed", sourceLocation)
        let was = try #require(live.report, "\(live.printed)", sourceLocation: sourceLocation)
        let now = try #require(replayed.report, "\(replayed.printed)", sourceLocation: sourceLocation)
        #expect(was.requests > 0 && was.recorded == was.requests, "\(live.printed)", sourceLocation: sourceLocation)
        #expect(now.requests == was.requests, sourceLocation: sourceLocation)
        #expect(now.replayed == now.requests, "\(replayed.printed)", sourceLocation: sourceLocation)
        #expect(now.unused == [], sourceLocation: sourceLocation)
        #expect(live.transcript.count == replayed.transcript.count, sourceLocation: sourceLocation)
        for (live, replayed) in zip(live.transcript, replayed.transcript) {
            #expect(
                LiveComparison.matches(replayed, live), "live \(live.prefix(500)), replayed \(replayed.prefix(500))",
                sourceLocation: sourceLocation)
        }
    }
}
