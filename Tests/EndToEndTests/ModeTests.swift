import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// One running server and what its users change about it.
    @Suite struct Modes {
        let folder: TemporaryFolder
        let origin: RawOrigin
        init() throws {
            folder = try TemporaryFolder()
            origin = try RawOrigin { (request: RawMessage) in
                let path = request.startLine.split(separator: " ")[1]
                return
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)"
            }
        }

        private func result(_ proxy: Understudy, _ path: String) throws -> String {
            let answer = try proxy.get(path)
            return "\(answer.status) \(answer["Understudy-Result"] ?? "-")"
        }

        @Test func `switch between two requests`() throws {
            let proxy = try Understudy(recording: origin, in: folder)
            #expect(try result(proxy, "/known") == "200 recorded")
            let steps: [(mode: String, known: String, unknown: String, again: String, calls: Int)] = [
                ("replay", "200 hit", "404 miss", "404 miss", 0),
                ("auto", "200 hit", "200 recorded", "200 hit", 1),
                ("spy", "200 hit", "200 passthrough", "200 passthrough", 2),
                ("proxy", "200 passthrough", "200 passthrough", "200 passthrough", 3),
                ("record", "200 recorded", "200 recorded", "200 recorded", 3),
            ]
            for step in steps {
                let outcome = try proxy.mode(step.mode)
                #expect(outcome.status == 0 && outcome.lines == [step.mode])
                let before = origin.requests.count
                #expect(try result(proxy, "/known") == step.known, "\(step.mode), known")
                #expect(try result(proxy, "/new/\(step.mode)") == step.unknown, "\(step.mode), unknown")
                #expect(try result(proxy, "/new/\(step.mode)") == step.again, "\(step.mode), again")
                #expect(origin.requests.count - before == step.calls, "\(step.mode), upstream calls")
                #expect(try proxy.status().mode == step.mode)
            }
            #expect(try proxy.stop().status == 0)
            let replay = try Understudy(["replay"], in: folder)
            let known = try ["/known", "/new/auto", "/new/record", "/new/spy", "/new/proxy"].map {
                try replay.get($0).status
            }
            #expect(known == [200, 200, 200, 404, 404])
        }

        @Test func `a replay without upstream cannot be made to call one`() throws {
            let proxy = try Understudy(recording: origin, in: folder)
            #expect(try proxy.get("/a").status == 200)
            try proxy.stop()
            let replay = try Understudy(["replay", "--no-forward"], in: folder)
            let outcome = try replay.mode("record")
            #expect(
                outcome.status == 1 && outcome.lines.count == 1 && outcome.lines[0].contains("upstream"),
                "\(outcome.lines)")
            #expect(try replay.status().mode == "replay")
        }

        @Test func `a flag wins over the environment, that over the file, that over the default`() throws {
            func latency(_ flag: String?, _ variable: String?, _ file: String?) throws -> Double {
                let folder = try TemporaryFolder()
                let dir = folder.file("recordings")
                try FileManager.default.copyItem(atPath: self.folder.file("recordings"), toPath: dir)
                if let file { try folder.write("latency: \(file)\n", to: "understudy.yaml") }
                let replay = try Understudy(
                    ["replay"] + (flag.map { ["--latency", $0] } ?? []), in: folder,
                    environment: variable.map { ["UNDERSTUDY_LATENCY": $0] } ?? [:])
                let start = ContinuousClock.now
                #expect(try replay.get("/a").status == 200)
                let seconds = (ContinuousClock.now - start).seconds
                try replay.stop()
                return seconds
            }
            let proxy = try Understudy(recording: origin, in: folder)
            #expect(try proxy.get("/a").status == 200)
            try proxy.stop()
            #expect(try latency(nil, nil, nil) < 0.3)
            #expect(try (0.35..<0.7).contains(latency(nil, nil, "400ms")))
            #expect(try (0.75..<1.2).contains(latency(nil, "800ms", "400ms")))
            #expect(try latency("0", "800ms", "400ms") < 0.3)
        }

        @Test func `settings from file and environment alone start a recording`() throws {
            try folder.write(
                "upstream: http://127.0.0.1:\(origin.port)\nwrite: replace\nno-annotate: true\n", to: "settings.yaml")
            let proxy = try Understudy(["record"], in: folder, environment: ["UNDERSTUDY_CONFIG": "settings.yaml"])
            let answer = try proxy.get("/a")
            #expect(answer.status == 200 && answer["Understudy-Result"] == nil)
            #expect(try proxy.stop().summary?.recorded == 1)
        }

        @Test func `port 0 is told on the terminal, in JSON and in the port file`() throws {
            let child = try ChildProcess(
                Program.path,
                [
                    "record", "http://127.0.0.1:\(origin.port)", "--port", "0", "--admin-port", "0", "--port-file",
                    "port",
                ],
                environment: Program.environment(home: folder.path), folder: folder.path)
            let line = try child.waitForLine { $0.contains("listening on") }
            let port = Int(line.split(separator: ":").last ?? "") ?? 0
            let file = folder.file("port")
            #expect(eventually { (try? String(contentsOfFile: file, encoding: .utf8)) == "\(port)\n" })
            #expect(try RawClient.exchange(port: port, Understudy.request("GET", "/a")).status == 200)
            child.send(signal: SIGTERM)
            #expect(try child.waitForExit() == 0)
            #expect(!FileManager.default.fileExists(atPath: file))
            #expect(child.lines.contains { $0.contains("next: understudy replay") }, "\(child.lines)")

            let json = try Understudy(recording: origin, in: folder)
            #expect(try json.get("/a").status == 200)
            try json.stop()
            for line in json.child.lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
            #expect(json.child.lines.count == 2, "\(json.child.lines)")
        }

        // MARK: The end

        @Test(arguments: [SIGINT, SIGTERM]) func `a running exchange finishes and is stored`(signal: Int32) throws {
            let slow = try RawOrigin { (connection: RawConnection) in
                while try connection.readRequestOrEnd() != nil {
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
                    usleep(1_200_000)
                    try connection.send("56789")
                }
            }
            let proxy = try Understudy(recording: slow, in: folder)
            let client = try RawClient(port: proxy.port)
            try client.send(Understudy.request("GET", "/slow"))
            _ = try client.connection.readHead()
            #expect(try client.connection.read(exactly: 5).latin1 == "01234")
            proxy.child.send(signal: signal)
            #expect(try client.connection.read(exactly: 5).latin1 == "56789")
            #expect(try proxy.child.waitForExit(within: 5) == 0)
            #expect(throws: (any Error).self, "nobody listens any more") { try RawClient(port: proxy.port) }
            #expect(try proxy.history.count("path = '/slow' AND example_state = 2 AND flags = 0") == 1)
            let replay = try Understudy(["replay"], in: folder)
            #expect(try replay.get("/slow").body.latin1 == "0123456789")
        }

        @Test func `a second signal ends at once`() throws {
            let stuck = try RawOrigin { (connection: RawConnection) in
                _ = try connection.readRequestOrEnd()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
                try connection.waitForPeerToClose()
            }
            let proxy = try Understudy(recording: stuck, in: folder)
            let client = try RawClient(port: proxy.port)
            try client.send(Understudy.request("GET", "/stuck"))
            _ = try client.connection.readHead()
            proxy.child.send(signal: SIGINT)
            // It has begun to stop once it no longer accepts.
            #expect(eventually { (try? RawClient(port: proxy.port)) == nil })
            #expect(proxy.child.isRunning)
            let start = ContinuousClock.now
            proxy.child.send(signal: SIGINT)
            #expect(try proxy.child.waitForExit(within: 5) == 130)
            #expect((ContinuousClock.now - start).seconds < 2)
        }

        // MARK: Editing by hand

        @Test func `an edit is served by the next request, a broken file keeps the last good version`() throws {
            let proxy = try Understudy(recording: origin, in: folder)
            #expect(try proxy.get("/a").status == 200)
            try proxy.stop()
            let replay = try Understudy(["replay"], in: folder)
            #expect(try replay.get("/a").body.latin1 == "/a")
            let name = try #require(try replay.collections().keys.first)
            let path = replay.workspace + "/collections/" + name
            let text = try String(contentsOfFile: path, encoding: .utf8)
            func save(_ text: String, atomically: Bool = true) throws {
                try text.write(toFile: path, atomically: atomically, encoding: .utf8)
            }
            for (word, atomically) in [("edited", true), ("again", false)] {
                try save(
                    text.replacingOccurrences(of: "\"body\": \"/a\"", with: "\"body\": \"\(word)\""),
                    atomically: atomically)
                #expect(try replay.get("/a").body.latin1 == word)
            }
            try save(text.replacingOccurrences(of: "\"code\": 200", with: "\"code\": 200,,"))
            #expect(try replay.get("/a").body.latin1 == "again", "the last good version")
            let complaint = try replay.child.waitForLine { $0.contains(name) }
            #expect(complaint.contains("line"), "\(complaint)")
            #expect(try replay.get("/a").body.latin1 == "again")
            #expect(replay.child.lines.filter { $0.contains(name) }.count == 1, "said once: \(replay.child.lines)")
            try save(text)
            #expect(try replay.get("/a").body.latin1 == "/a", "mended")
            try FileManager.default.removeItem(atPath: path)
            #expect(try replay.get("/a").status == 404, "removed")
            try save(text)
            #expect(try replay.get("/a").status == 200, "back")
        }
    }
}
