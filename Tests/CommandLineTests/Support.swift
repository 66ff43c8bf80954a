import Foundation
import TestSupport
import UnderstudyCore

/// What one run of a command left behind.
struct Outcome {
    let status: Int32
    let output: [UInt8]
    let errors: String

    var text: String { String(decoding: output, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) }
    /// What went wrong, without line ends: commands say it in one line.
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

    /// Each line as a JSON document.
    func jsonLines() throws -> [JSONValue] { try lines.map { try JSONValue(parsing: $0) } }
    func json() throws -> JSONValue { try JSONValue(parsing: text) }
}

/// Commands on one recording, in a folder of their own.
final class Workbench: Sendable {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var recording: String { folder.file("recordings") }

    func environment(_ more: [String: String] = [:]) -> [String: String] {
        let inherited = ProcessInfo.processInfo.environment
        var environment = ["HOME": folder.path, "TMPDIR": folder.path, "LC_ALL": "C.UTF-8", "TZ": "UTC"]
        for name in ["PATH", "LD_LIBRARY_PATH"] { environment[name] = inherited[name] }
        return environment.merging(more) { _, new in new }
    }

    /// Runs a command to its end, its two outputs apart and byte for byte.
    func run(_ arguments: String..., environment more: [String: String] = [:]) throws -> Outcome {
        try run(all: arguments, environment: more)
    }

    func run(all arguments: [String], environment more: [String: String] = [:]) throws -> Outcome {
        let name = UUID().uuidString
        let (out, errors) = (folder.file("\(name).out"), folder.file("\(name).err"))
        let child = try ChildProcess(
            "/bin/sh", ["-c", "exec \"$0\" \"$@\" >'\(out)' 2>'\(errors)'", BuiltProduct.understudy] + arguments,
            environment: environment(more), folder: folder.path)
        let status = try child.waitForExit(within: 30)
        defer { for path in [out, errors] { try? FileManager.default.removeItem(atPath: path) } }
        return Outcome(
            status: status, output: Array(FileManager.default.contents(atPath: out) ?? Data()),
            errors: String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self))
    }

    /// Starts a server on the recording.
    func serve(_ arguments: String...) throws -> RunningServer {
        let child = try ChildProcess(
            BuiltProduct.understudy, arguments + ["--port", "0", "--admin-port", "0"], environment: environment(),
            folder: folder.path)
        return try RunningServer(child)
    }

    /// Records these requests and stops.
    func record(_ requests: [String], from origin: RawOrigin, _ arguments: String..., mode: String = "record") throws {
        let child = try ChildProcess(
            BuiltProduct.understudy,
            [mode, "http://127.0.0.1:\(origin.port)", "--port", "0", "--admin-port", "0"] + arguments,
            environment: environment(), folder: folder.path)
        let server = try RunningServer(child)
        for request in requests { _ = try server.exchange(request) }
        try server.stop()
    }

    /// Names in a folder, `nil` when there is none.
    func names(in path: String) -> [String]? { try? FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func text(of path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// The only collection file.
    func collectionFile() throws -> String {
        let folder = recording + "/collections"
        let name = try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".json") }
        return "\(folder)/\(name ?? "none")"
    }
}

/// A server that has said where it listens.
struct RunningServer {
    let child: ChildProcess
    let port: Int

    init(_ child: ChildProcess) throws {
        self.child = child
        let line = try child.waitForLine(within: 20) { $0.contains("listening on") }
        port = line.split(separator: ":").last.flatMap { Int($0) } ?? 0
    }

    func exchange(_ request: String) throws -> RawMessage { try RawClient.exchange(port: port, request) }

    func stop() throws {
        child.send(signal: SIGINT)
        try child.waitForExit(within: 20)
    }
}

extension String {
    /// A GET of a path.
    static func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: test\r\n\r\n" }

    static func post(_ path: String, _ body: String) -> String {
        "POST \(path) HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// A response with this body of Latin-1 characters.
    static func answer(_ body: String, status: String = "200 OK", type: String = "application/json") -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.unicodeScalars.count)\r\n\r\n\(body)"
    }
}

/// An API with something of everything.
func sampleOrigin() throws -> RawOrigin {
    try RawOrigin { request in
        let path = request.startLine.split(separator: " ").dropFirst().first.map(String.init) ?? ""
        switch path {
        case "/missing": return .answer("no such thing", status: "404 Not Found", type: "text/plain")
        case "/image":
            return .answer((0...255).map { UInt8($0) }.latin1, type: "image/png")
        case "/rude": return .answer("red \u{1B}[31m and\ttab\r\nbell \u{07}\n", type: "text/plain")
        case "/cut": return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"
        case "/secret":
            return .answer(#"{"access_token": "hunter2", "ok": true}"#)
        default: return .answer(#"{"path": "\#(path)", "list": [1, {"a": null}]}"#)
        }
    }
}
