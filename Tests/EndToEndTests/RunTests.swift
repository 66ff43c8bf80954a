import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// `understudy run` around real clients: recorded once, then the same without anybody to ask.
    @Suite struct Run {
        static let curl = "/usr/bin/curl"
        static let canRun = FileManager.default.isExecutableFile(atPath: curl) && TLSOrigin.isAvailable

        private let folder: TemporaryFolder
        init() throws { folder = try TemporaryFolder() }

        private func run(_ arguments: [String], _ script: String, _ environment: [String: String] = [:]) throws
            -> Program.Outcome
        {
            try Program.run(
                ["run"] + arguments + ["--", "sh", "-c", script], in: folder, environment: environment, within: 60)
        }

        @Test(.enabled(if: canRun)) func `records http and https, and replays both when nobody is there`() throws {
            var script = ""
            var recorded: [String] = []
            do {
                let plain = try RawOrigin { (request: RawMessage) in
                    let path = request.startLine.split(separator: " ")[1]
                    return "HTTP/1.1 200 OK\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)"
                }
                let secure = try TLSOrigin(name: "localhost")
                script = """
                    set -e
                    curl -sS http://127.0.0.1:\(plain.port)/one; echo
                    curl -sS -d text http://127.0.0.1:\(plain.port)/two; echo
                    curl -sS https://localhost:\(secure.port)/ | grep -c 'Ciphers supported'
                    """
                let outcome = try run(["--mode", "record", "--cacert", secure.certificate], script)
                #expect(outcome.status == 0, "\(outcome.lines)")
                recorded = outcome.lines.filter { !$0.hasPrefix("understudy: ") }
                #expect(recorded == ["/one", "/two", "1"], "\(outcome.lines)")
                #expect(outcome.lines.contains("understudy: 3 requests: 0 replayed, 3 recorded, 0 missed"))
            }
            let outcome = try run([], script, ["CI": "true"])
            #expect(outcome.status == 0, "\(outcome.lines)")
            #expect(outcome.lines.filter { !$0.hasPrefix("understudy: ") } == recorded)
            #expect(
                outcome.lines.filter { $0.hasPrefix("understudy: ") } == [
                    "understudy: 3 requests: 3 replayed, 0 missed"
                ])
        }

        @Test(.enabled(if: canRun)) func `does not trust for its program what it does not trust itself`() throws {
            let secure = try TLSOrigin(name: "localhost")
            let outcome = try run(
                ["--mode", "auto"], "curl -sS -o /dev/null -w '%{http_code}\\n' https://localhost:\(secure.port)/")
            #expect(outcome.lines.contains("502"), "\(outcome.lines)")
        }
    }
}
