import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Real servers, recorded, stopped, replayed: every exchange is compared with what its client got live.
    @Suite(.enabled(if: PythonServer.isInstalled, Comment(rawValue: PythonServer.advice)))
    struct `Real upstreams` {
        let folder = Result { try TemporaryFolder() }

        @Test(.timeLimit(.minutes(3))) func `httpbin, endpoint by endpoint`() throws {
            let folder = try folder.get()
            let requests = HTTPBinRequests.all
            #expect(Set(requests.map(\.text)).count == requests.count, "each request has to be distinct")
            let httpbin = try PythonServer.httpbin(in: folder)
            let recording = try Understudy(["record", httpbin.url], in: folder)
            let live = try requests.map { try $0.send(to: recording.port) }
            for (request, answer) in zip(requests, live) {
                #expect(answer.endedCleanly, "\(request.name) live")
                #expect(answer["Understudy-Result"] == "recorded", "\(request.name) live")
            }
            #expect(try recording.stop().status == 0)
            try httpbin.stop()

            let replay = try Understudy(["replay"], in: folder)
            var equal = 0
            for (request, live) in zip(requests, live) {
                let replayed = try request.send(to: replay.port)
                #expect(replayed["Understudy-Result"] == "hit", "\(request.name)")
                let differences = LiveComparison.differences(live: live, replayed: replayed)
                #expect(differences == [], "\(request.name)")
                if differences.isEmpty { equal += 1 }
            }
            #expect(try replay.stop().status == 0)
            #expect(requests.count >= 60)
            print("httpbin: \(equal) of \(requests.count) exchanges replayed as they were received live")
        }

        /// The session script prints one line per call: status, fields and body as the client library saw them.
        @Test(
            .timeLimit(.minutes(2)),
            arguments: [
                ("boto3 against S3 and SQS", "boto3-session.py", 25),
                ("requests against httpbin", "requests-session.py", 15),
            ])
        func `a client library's whole session`(name: String, script: String, least: Int) throws {
            let folder = try folder.get()
            let server = script.hasPrefix("boto3") ? try PythonServer.moto(in: folder) : try .httpbin(in: folder)
            let recording = try Understudy(["record", server.url], in: folder)
            let live = try session(script, port: recording.port, in: folder)
            #expect(try recording.stop().status == 0)
            try server.stop()

            let replay = try Understudy(["replay"], in: folder)
            let replayed = try session(script, port: replay.port, in: folder)
            let stopped = try replay.stop()
            #expect(stopped.summary?.misses == 0)
            #expect(replayed.count == live.count)
            for (live, replayed) in zip(live, replayed) {
                #expect(
                    LiveComparison.matches(replayed, live), "live \(live.prefix(500)), replayed \(replayed.prefix(500))"
                )
            }
            #expect(live.count >= least)
            print("\(name): \(live.count) calls, \(stopped.summary?.hits ?? 0) exchanges replayed")
        }

        private func session(_ script: String, port: Int, in folder: TemporaryFolder) throws -> [String] {
            let path = Program.packageRoot + "/Tests/EndToEndTests/Sessions/" + script
            let child = try ChildProcess(
                PythonServer.python, [path, String(port)],
                environment: Program.environment(["PYTHONDONTWRITEBYTECODE": "1"], home: folder.path),
                folder: folder.path)
            #expect(try child.waitForExit(within: 60) == 0, "\(child.lines.suffix(5))")
            return child.lines
        }
    }
}
