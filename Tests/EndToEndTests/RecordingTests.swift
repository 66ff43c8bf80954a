import Foundation
import Synchronization
import TestSupport
import Testing

extension EndToEnd {
    /// What recording does to files that are there.
    @Suite struct `Recording again` {
        let folder: TemporaryFolder
        init() throws { folder = try TemporaryFolder() }

        /// Answers with what the request asks for, the time, and the word that is set, and counts repeats.
        private final class Origin: Sendable {
            let word = Mutex("one")
            let repeats = Mutex(0)
            func answer(_ request: RawMessage) -> String {
                let path = request.startLine.split(separator: " ")[1]
                let count = repeats.withLock { count in
                    if path == "/repeat" { count += 1 }
                    return count
                }
                let body = path == "/repeat" ? "\(count % 3)" : "\(path) \(word.withLock { $0 })"
                return """
                    HTTP/1.1 200 OK\r\nDate: \(Date().timeIntervalSince1970)\r\nContent-Type: text/plain\r\n\
                    Content-Length: \(body.utf8.count)\r\n\r\n\(body)
                    """
            }
        }

        static let traffic = ["/a", "/repeat", "/b?x=1&y=2", "/repeat", "/users/1/posts", "/repeat", "/b?x=2", "/a"]

        private func record(_ server: RawOrigin, _ policy: String, _ paths: [String] = traffic) throws -> [String: Data]
        {
            let proxy = try Understudy(recording: server, ["--write", policy], in: folder)
            for path in paths { #expect(try proxy.get(path).status == 200) }
            let binary = try proxy.send("POST", "/upload", ["Content-Type: application/json"], body: #"{"n":1.0}"#)
            #expect(binary.status == 200)
            let stopped = try proxy.stop()
            #expect(stopped.status == 0 && stopped.summary?.recorded == paths.count + 1)
            return try proxy.collections()
        }

        @Test(arguments: ["append", "replace", "fresh"]) func `the same traffic gives no diff`(policy: String) throws {
            let origin = Origin()
            let server = try RawOrigin { origin.answer($0) }
            let first = try record(server, policy)
            #expect(first.count == 1)
            for _ in 1...2 { #expect(try record(server, policy) == first) }
        }

        @Test(arguments: [
            ("append", ["/a one", "/a two"], ["/b?x=2 one"]), ("replace", ["/a two"], ["/b?x=2 one"]),
            ("fresh", ["/a two"], []),
        ])
        func `other traffic is added, put in place, or all there is`(policy: String, a: [String], b: [String]) throws {
            let origin = Origin()
            let server = try RawOrigin { origin.answer($0) }
            _ = try record(server, policy, ["/a", "/b?x=2"])
            origin.word.withLock { $0 = "two" }
            _ = try record(server, policy, ["/a"])
            let replay = try Understudy(["replay"], in: folder)
            let answers = try a.map { _ in try replay.get("/a").body.latin1 }
            #expect(answers == a)
            #expect(try replay.get("/a").body.latin1 == a.last, "the last one stays")
            let other = try replay.get("/b?x=2")
            #expect(other.status == (b.isEmpty ? 404 : 200) && (b.isEmpty || other.body.latin1 == b[0]))
        }
    }

    /// A secret that goes through every channel is nowhere on disk, and the recording still answers.
    @Suite struct `Secrets on disk` {
        static let canary = "canary-5ecre7-0123456789abcdef"

        static let requests: [PlainRequest] = [
            PlainRequest("GET", "/bearer", ["Authorization: Bearer \(canary)"]),
            PlainRequest("GET", "/basic", ["Proxy-Authorization: Basic \(canary)"]),
            PlainRequest("GET", "/cookie", ["Cookie: session=\(canary); theme=dark"]),
            PlainRequest("GET", "/key", ["X-Api-Key: \(canary)"]),
            PlainRequest("GET", "/query?page=2&access_token=\(canary)&api_key=\(canary)"),
            PlainRequest("GET", "/referer", ["Referer: https://example.com/?token=\(canary)"]),
            PlainRequest(
                "POST", "/json", ["Content-Type: application/json"], body: #"{"user":"ada","password":"\#(canary)"}"#),
            PlainRequest(
                "POST", "/form", ["Content-Type: application/x-www-form-urlencoded"],
                body: "user=ada&client_secret=\(canary)"),
            PlainRequest(
                "POST", "/large", ["Content-Type: application/json"],
                body: #"{"data":"\#(String(repeating: "x", count: 1_500_000))","secret":"\#(canary)"}"#),
        ]

        /// Every response tells the secret in fields and body, small and large.
        private static func answer(_ request: RawMessage) -> String {
            let padding = request.startLine.contains("/large") ? String(repeating: "y", count: 1_500_000) : "y"
            let body = #"{"padding":"\#(padding)","refresh_token":"\#(canary)"}"#
            return """
                HTTP/1.1 200 OK\r\nSet-Cookie: session=\(canary); Path=/; HttpOnly\r\nX-Auth-Token: \(canary)\r\n\
                Location: /next?token=\(canary)\r\nContent-Type: application/json\r\n\
                Content-Length: \(body.utf8.count)\r\n\r\n\(body)
                """
        }

        @Test(arguments: [
            ([String](), history: false, examples: false), (["--keep-secrets"], history: true, examples: false),
            (["--no-redact"], history: true, examples: true),
        ])
        func `are where the flags say, and nowhere else`(flags: [String], history: Bool, examples: Bool) throws {
            let folder = try TemporaryFolder()
            let origin = try RawOrigin { Self.answer($0) }
            let proxy = try Understudy(recording: origin, flags, in: folder)
            for request in Self.requests {
                let answer = try request.send(to: proxy.port)
                #expect(answer["X-Auth-Token"] == Self.canary, "the client gets what the server sent")
            }
            // The log is part of it: looked at while the server runs, and after its end.
            let isFolded = try eventually { try proxy.history.count("example_state = 2") == Self.requests.count }
            #expect(isFolded)
            for moment in ["running", "stopped"] {
                if moment == "stopped" { #expect(try proxy.stop().status == 0) }
                let files = try Self.filesWithCanary(in: proxy.workspace)
                let inHistory = files.filter { $0.hasPrefix("history") },
                    inExamples = files.filter { !$0.hasPrefix("history") }
                #expect(inHistory.isEmpty != history, "\(moment): \(files)")
                #expect(inExamples.isEmpty != examples, "\(moment): \(files)")
            }
            #expect(proxy.child.lines.allSatisfy { !$0.contains(Self.canary) })

            let replay = try Understudy(["replay"] + flags, in: folder)
            for request in Self.requests {
                let answer = try request.send(to: replay.port)
                #expect(answer["Understudy-Result"] == "hit", "\(request.name)")
                #expect(answer.body.latin1.contains(Self.canary) == examples, "\(request.name)")
            }
            #expect(try replay.stop().status == 0)
            #expect(try Self.filesWithCanary(in: proxy.workspace).contains { !$0.hasPrefix("history") } == examples)
        }

        /// A recording that is cut is no JSON any more; in front of the cut there may be secrets all the same.
        @Test func `of a body that is cut are not kept either`() throws {
            let folder = try TemporaryFolder()
            let rest = String(repeating: "x", count: 2_000_000)
            let origin = try RawOrigin { (_: RawMessage) in
                let body = #"{"access_token":"\#(Self.canary)","data":"\#(rest)"}"#
                return
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            }
            let proxy = try Understudy(recording: origin, ["--max-body", "1500KB"], in: folder)
            let body = #"{"password":"\#(Self.canary)","data":"\#(rest)"}"#
            let answer = try proxy.send("POST", "/cut", ["Content-Type: application/json"], body: body)
            #expect(answer.status == 200 && answer.body.count > 2_000_000)
            #expect(try proxy.stop().status == 0)
            #expect(try proxy.history.count("flags = 7 AND example_state <> 2") == 1)
            #expect(try Self.filesWithCanary(in: proxy.workspace) == [])
        }

        private static func filesWithCanary(in folder: String) throws -> [String] {
            let canary = Data(canary.utf8)
            return try Snapshot(folder).files.filter { $0.value.range(of: canary) != nil }.map(\.key).sorted()
        }
    }
}
