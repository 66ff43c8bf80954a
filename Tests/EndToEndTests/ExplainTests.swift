import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The 404, `Understudy-Explain: 1` and `understudy match` give the same reasons, and their commands help.
    @Suite struct `Explanations` {
        let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
            let origin = try RawOrigin(responses: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
            let proxy = try Understudy(recording: origin, in: folder)
            for request in Self.recorded { #expect(try request.send(to: proxy.port).status == 200) }
            #expect(try proxy.stop().status == 0)
        }

        private static let json = ["Content-Type: application/json"]

        private static let recorded = [
            PlainRequest("GET", "/users?page=1&q=it%27s"), PlainRequest("GET", "/users/7/posts"),
            PlainRequest("POST", "/orders", json, body: #"{"id": 1, "meta": {"time": 5}, "tags": ["a", "b"]}"#),
            PlainRequest(
                "POST", "/login", ["Content-Type: application/x-www-form-urlencoded"], body: "user=ada&nonce=1"),
            PlainRequest("PUT", "/notes/1", ["Content-Type: text/plain"], body: "one\ntwo"),
            PlainRequest("GET", "/plans", ["X-Plan: pro"]),
        ]

        /// Each differs in one thing from what was recorded.
        static let asked: [PlainRequest] = [
            PlainRequest("GET", "/users?page=2&q=it%27s"), PlainRequest("GET", "/users?page=1&q=it%27s&new=a%20b"),
            PlainRequest("GET", "/users?page=1"), PlainRequest("GET", "/users/8/comments"),
            PlainRequest("POST", "/orders", json, body: #"{"id": 1, "meta": {"time": 6}, "tags": ["a", "b"]}"#),
            PlainRequest("POST", "/orders", json, body: #"{"id": 1, "meta": {"time": 5}, "tags": ["a", "c"]}"#),
            PlainRequest("POST", "/orders", json, body: "[1"),
            PlainRequest(
                "POST", "/login", ["Content-Type: application/x-www-form-urlencoded"], body: "nonce=2&user=ada"),
            PlainRequest("PUT", "/notes/1", ["Content-Type: text/plain"], body: "one\nthree"),
            PlainRequest("PUT", "/notes/1", json, body: "1"), PlainRequest("GET", "/plans", ["X-Plan: free"]),
            PlainRequest("GET", "/users/8/posts"), PlainRequest("DELETE", "/plans"),
            PlainRequest("GET", "/quite/something/else?a=1"),
        ]

        private struct Reason: Equatable, Decodable, CustomStringConvertible {
            var id, reason: String
            var mend: String?
            var description: String { "\(id): \(reason) – \(mend ?? "-")" }
        }

        private struct NotFound: Decodable {
            struct Postman: Decodable { var name: String }
            var detail: String
            var nearest: [Reason]
            var error: Postman?
        }

        private struct Explained: Decodable {
            struct Line: Decodable { var id: String; var reason, mend, points: String? }
            var result: String
            var considered: [Line]
            var reasons: [Reason] {
                considered.compactMap { line in line.reason.map { Reason(id: line.id, reason: $0, mend: line.mend) } }
            }
        }

        private func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
            try JSONDecoder().decode(type, from: Data(bytes))
        }

        private static let flags = ["--match-body", "--match-headers", "X-Plan"]

        private func match(_ request: PlainRequest, _ flags: [String]) throws -> Program.Outcome {
            let content = request.body.map { ["--data-raw", $0] } ?? []
            let fields = request.fields.flatMap { ["-H", $0] }
            return try Program.run(
                ["match", "-X", request.method, request.target] + fields + content + flags, in: folder)
        }

        /// The text's lines of one kind: an example's title, then what is said of it.
        private func reasons(in lines: [String]) -> [Reason] {
            var found: [Reason] = []
            var id = ""
            for line in lines {
                if line.hasPrefix("    out: ") {
                    found.append(Reason(id: id, reason: String(line.dropFirst("    out: ".count))))
                } else if line.hasPrefix("    mend: "), !found.isEmpty {
                    found[found.count - 1].mend = String(line.dropFirst("    mend: ".count))
                } else if line.hasPrefix("  "), !line.hasPrefix("    ") {
                    id = String(line.drop { $0 == " " }.prefix { $0 != " " })
                }
            }
            return found
        }

        @Test(arguments: ["strict", "postman"]) func `are the same wherever they are asked for`(profile: String) throws
        {
            let flags = ["--profile", profile] + Self.flags
            let server = try Understudy(["replay"] + flags, in: folder)
            var misses = 0
            for request in Self.asked {
                var asking = request
                asking.fields.append("Understudy-Explain: 1")
                let explained = try decode(Explained.self, asking.send(to: server.port).body)
                let printed = try match(request, flags + ["--explain"])
                let machine = try decode(
                    Explained.self, Array(match(request, flags + ["--json"]).lines.joined(separator: "\n").utf8))
                #expect(explained.considered.count == Self.recorded.count)
                #expect(explained.reasons == machine.reasons && explained.result == machine.result, "\(request.name)")
                #expect(explained.reasons == reasons(in: printed.lines), "\(request.name)")
                #expect(printed.status == (explained.result == "hit" ? 0 : 3))

                let answer = try request.send(to: server.port)
                #expect(answer["Understudy-Result"] == explained.result, "\(request.name)")
                guard answer.status == 404 else { continue }
                misses += 1
                let body = try decode(NotFound.self, answer.body)
                #expect(body.error?.name == (profile == "postman" ? "mockRequestNotFoundError" : nil))
                #expect(body.nearest.count == 3)
                for (near, line) in zip(body.nearest, explained.reasons) {
                    #expect(near.id == line.id && near.reason == line.reason, "\(request.name)")
                    // Where no edit helps the 404 says how to record it.
                    let record = near.mend?.hasPrefix("understudy auto http://127.0.0.1:") == true
                    #expect(line.mend == near.mend || (line.mend == nil && record), "\(request.name): \(near)")
                }
                #expect(body.detail.contains(body.nearest[0].reason))
                let short = try match(request, flags).lines
                for near in body.nearest { #expect(short.contains("    \(near.reason)"), "\(short)") }
            }
            #expect(misses >= 10, "\(misses)")
        }

        @Test(arguments: ["strict", "postman"]) func `have commands that work as printed`(profile: String) throws {
            let flags = ["--profile", profile] + Self.flags
            let saved = try Snapshot(folder.file("recordings/collections")).files
            let server = try Understudy(["replay"] + flags, in: folder)
            let bin = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
            var environment = Program.environment(home: folder.path)
            environment["PATH"] = "\(bin):\(environment["PATH"] ?? "/usr/bin:/bin")"
            var commands: [String] = []
            for request in Self.asked {
                let answer = try request.send(to: server.port)
                guard answer.status == 404 else { continue }
                let body = try decode(NotFound.self, answer.body)
                // Recording is another matter: upstream is gone.
                guard let command = body.nearest[0].mend, !command.hasPrefix("understudy auto") else { continue }
                commands.append(command)
                let shell = try ChildProcess(
                    "/bin/sh", ["-c", command], environment: environment, folder: folder.path)
                #expect(try shell.waitForExit(within: 20) == 0, "\(command): \(shell.lines)")
                #expect(try request.send(to: server.port)["Understudy-Result"] == "hit", "\(request.name): \(command)")
                // Each request meets what was recorded.
                for (name, bytes) in saved {
                    try bytes.write(to: URL(fileURLWithPath: folder.file("recordings/collections/\(name)")))
                }
                #expect(try request.send(to: server.port).status == 404, "\(request.name)")
            }
            #expect(commands.count >= 7, "\(commands)")
        }
    }
}
