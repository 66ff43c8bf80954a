import Foundation
import TestSupport

/// A real server from the tests' Python environment, on a port that it chose itself.
struct PythonServer {
    static let python = Program.packageRoot + "/.build-venv/bin/python"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: python) }
    /// The other packages may be there from before this one was added.
    static var hasWebSockets: Bool {
        guard isInstalled, let child = try? ChildProcess(python, ["-c", "import websockets"]) else { return false }
        return (try? child.waitForExit(within: 20)) == 0
    }
    static let advice =
        "no real servers here: run scripts/test once, or python3 -m venv .build-venv && .build-venv/bin/pip install -r scripts/requirements.txt"

    let child: ChildProcess
    let port: Int
    var url: String { "http://127.0.0.1:\(port)" }

    /// Runs `python ARGUMENTS` and takes the port from the first line that names an address.
    init(_ arguments: [String], in folder: TemporaryFolder) throws {
        child = try ChildProcess(
            Self.python, arguments, environment: Program.environment(["PYTHONUNBUFFERED": "1"], home: folder.path),
            folder: folder.path)
        let marker = "http://127.0.0.1:"
        let line = try child.waitForLine(within: 30) { $0.contains(marker) }
        let digits = line.components(separatedBy: marker).last?.prefix { $0.isNumber } ?? ""
        port = Int(digits) ?? 0
    }

    static func httpbin(in folder: TemporaryFolder) throws -> PythonServer {
        try PythonServer(
            ["-m", "gunicorn", "httpbin:app", "--bind", "127.0.0.1:0", "--worker-class", "gthread", "--threads", "8"],
            in: folder)
    }

    /// Amazon's S3 and SQS, as far as moto plays them.
    static func moto(in folder: TemporaryFolder) throws -> PythonServer {
        try PythonServer(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], in: folder)
    }

    func stop() throws {
        child.send(signal: SIGTERM)
        try child.waitForExit(within: 20)
    }
}
