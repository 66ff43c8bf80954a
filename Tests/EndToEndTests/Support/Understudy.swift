import Foundation
import TestSupport

/// A serving `understudy`, ended with the object at the latest.
final class Understudy: Sendable {
    let child: ChildProcess
    let port: Int
    let folder: TemporaryFolder
    /// As given to `--dir`.
    let dir: String

    /// Starts `understudy VERB…` on free ports and waits until it listens.
    ///
    /// - Parameters:
    ///   - arguments: verb first, without `--dir`, ports and `--json`.
    ///   - descriptorLimit: what the shell allows the process, as `ulimit -n` does.
    init(
        _ arguments: [String], dir: String = "recordings", port: Int = 0, in folder: TemporaryFolder,
        environment: [String: String] = [:], descriptorLimit: Int? = nil
    ) throws {
        self.folder = folder
        self.dir = dir
        let arguments = arguments + ["--dir", dir, "--port", "\(port)", "--admin-port", "0", "--json"]
        let shell = descriptorLimit.map { ["-c", "ulimit -n \($0); exec \"$0\" \"$@\"", Program.path] }
        child = try ChildProcess(
            shell == nil ? Program.path : "/bin/sh", (shell ?? []) + arguments,
            environment: Program.environment(environment, home: folder.path), folder: folder.path)
        let line = try child.waitForLine(within: 20) { $0.contains("\"listening\"") }
        self.port = try Self.decode(Listening.self, line).port
    }

    /// Records what `origin` answers.
    convenience init(
        recording origin: RawOrigin, _ arguments: [String] = [], dir: String = "recordings", in folder: TemporaryFolder
    ) throws {
        try self.init(["record", "http://127.0.0.1:\(origin.port)"] + arguments, dir: dir, in: folder)
    }

    private struct Listening: Decodable { var port: Int }

    /// What `status --json` prints.
    struct Status: Decodable {
        var mode: String
        var recording: String
        var degraded: String?
        var examples, recorded, notRecorded, dropped, pruned: Int
    }

    /// The last line of `--json`.
    struct Summary: Decodable {
        var exchanges, recorded, hits, misses, failures, examplesAdded, examplesKept, notRecorded, dropped: Int
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    func get(_ target: String, _ fields: [String] = []) throws -> RawMessage {
        try send("GET", target, fields)
    }

    /// One request on a connection of its own.
    func send(_ method: String, _ target: String, _ fields: [String] = [], body: String? = nil) throws -> RawMessage {
        try RawClient.exchange(port: port, Self.request(method, target, fields, body: body))
    }

    static func request(_ method: String, _ target: String, _ fields: [String] = [], body: String? = nil) -> String {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: api.example.com"] + fields
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body.map { Array($0.utf8).latin1 } ?? "")
    }

    /// `understudy status --json`.
    func status() throws -> Status {
        let outcome = try Program.run(["status", "--json", "--dir", dir], in: folder)
        return try Self.decode(Status.self, outcome.lines.joined(separator: "\n"))
    }

    /// `understudy mode M`; what it printed.
    @discardableResult func mode(_ name: String) throws -> Program.Outcome {
        try Program.run(["mode", name, "--dir", dir], in: folder)
    }

    /// Asks for an orderly end, waits for it, and returns the summary that `--json` prints.
    @discardableResult func stop(signal: Int32 = SIGINT, within seconds: Double = 30) throws -> Stopped {
        child.send(signal: signal)
        let status = try child.waitForExit(within: seconds)
        let line = child.lines.last { $0.contains("\"stopped\"") }
        return Stopped(status: status, summary: try line.map { try Self.decode(Summary.self, $0) })
    }

    struct Stopped {
        var status: Int32
        var summary: Summary?
    }

    var workspace: String { dir.hasPrefix("/") ? dir : folder.file(dir) }
    var history: HistoryFile { HistoryFile(path: workspace + "/history.sqlite") }

    /// The collection files, by path.
    func collections() throws -> [String: Data] {
        let files = workspace + "/collections"
        let names = try FileManager.default.contentsOfDirectory(atPath: files).filter { $0.hasSuffix(".json") }
        return Dictionary(
            uniqueKeysWithValues: try names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(files)/\($0)"))) })
    }
}
