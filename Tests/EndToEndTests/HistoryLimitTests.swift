import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// `--history-limit`: the oldest go, the newest stay, and nobody waits for it.
    @Suite struct `A history at its limit` {
        let folder: TemporaryFolder
        init() throws { folder = try TemporaryFolder() }

        /// Octets of the database without its log, and of its bodies in files.
        private func size(_ proxy: Understudy) throws -> Int {
            let bodies = proxy.workspace + "/history.bodies"
            let files =
                try [proxy.workspace + "/history.sqlite"]
                + FileManager.default.contentsOfDirectory(atPath: bodies).map { "\(bodies)/\($0)" }
            return files.reduce(0) { sum, path in
                sum + ((try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0)
            }
        }

        /// Answers `/N/…` with a body of about N kilobytes that no other request has.
        private func origin() throws -> RawOrigin {
            try RawOrigin { (request: RawMessage) in
                let parts = request.startLine.split(separator: " ")[1].split(separator: "/")
                let size = (Int(parts[0]) ?? 1) << 10
                let body = parts[1] + String(repeating: "x", count: size)
                return "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            }
        }

        @Test(.timeLimit(.minutes(2))) func `D65 the oldest go, the newest stay, traffic goes on`() throws {
            let limit = 8 << 20, count = 4000
            let origin = try origin()
            let proxy = try Understudy(
                ["proxy", "http://127.0.0.1:\(origin.port)", "--history-limit", "8MB"], in: folder)
            #expect(try proxy.get("/1/0").status == 200)
            #if os(Linux)
                let before = try proxy.memory
            #endif
            var slowest = 0.0
            var largest = 0
            let client = try RawClient(port: proxy.port)
            for number in 1...count {
                // Every hundredth in a file of its own: 60 MB of them beside 32 MB in rows.
                let isLarge = number.isMultiple(of: 100)
                let start = ContinuousClock.now
                try client.send(Understudy.request("GET", isLarge ? "/1500/\(number)" : "/8/\(number)"))
                #expect(try client.readResponse().status == 200)
                // This origin takes its time to make a large one.
                if !isLarge { slowest = max(slowest, (ContinuousClock.now - start).seconds) }
                if number.isMultiple(of: 250) { largest = max(largest, try size(proxy)) }
            }
            #expect(slowest < 2)
            let isWithin = try eventually { try size(proxy) <= limit + limit / 8 }
            #expect(isWithin, "\(try? size(proxy)) bytes")
            let start = ContinuousClock.now
            let newest = try Program.run(["history", "ls", "--limit", "5"], in: folder)
            let seconds = (ContinuousClock.now - start).seconds
            #expect(newest.lines.joined().contains("/8/\(count - 1)"))
            #expect(seconds < 2)
            let status = try proxy.status()
            #expect(status.recorded == count + 1 && status.notRecorded == 0 && status.dropped == 0)
            #if os(Linux)
                let after = try proxy.memory
                print("history limit: memory \(before) MB before, \(after) MB after")
                #expect(after - before < 48)
            #endif
            print(
                "history limit 8 MB: \(status.pruned) of \(count) pruned, \(largest >> 10) KB at most on disk, slowest small request \(Int(slowest * 1000)) ms"
            )
            #expect(try proxy.stop().status == 0)
            #expect(try proxy.history.integrity() == "ok")
            let left = try proxy.history.count()
            #expect(left == count + 1 - status.pruned && left > 50)
            // No gap: what is left are the newest.
            #expect(try proxy.history.count("id > \(count + 1 - left)") == left)
            // Only bodies of rows that are there.
            let bodies = try FileManager.default.contentsOfDirectory(atPath: proxy.workspace + "/history.bodies")
            #expect(try proxy.history.count("response_file IS NOT NULL") == bodies.count)
            #expect(largest < 3 * limit)
        }

        @Test(.timeLimit(.minutes(1))) func `a limit that was lowered takes effect without traffic`() throws {
            let origin = try origin()
            let large = try Understudy(["proxy", "http://127.0.0.1:\(origin.port)"], in: folder)
            for number in 1...300 { #expect(try large.get("/20/\(number)").status == 200) }
            #expect(try large.stop().status == 0)
            #expect(try size(large) > 6 << 20)
            let small = try Understudy(
                ["proxy", "http://127.0.0.1:\(origin.port)", "--history-limit", "1MB"], in: folder)
            let isSmall = try eventually(within: 20) { try small.status().pruned > 200 }
            #expect(isSmall)
            #expect(try small.stop().status == 0)
            #expect(try size(small) < 2 << 20)
            #expect(try small.history.count("path = '/20/300'") == 1)
            #expect(try small.history.integrity() == "ok")
        }

        @Test(.timeLimit(.minutes(1))) func `examples lose nothing to it`() throws {
            let origin = try origin()
            let proxy = try Understudy(recording: origin, ["--history-limit", "1MB", "--write", "fresh"], in: folder)
            for number in 1...300 { #expect(try proxy.get("/20/\(number)").status == 200) }
            #expect(try proxy.stop().summary?.examplesAdded == 300)
            let replay = try Understudy(["replay"], in: folder)
            for number in 1...300 { #expect(try replay.get("/20/\(number)").status == 200) }
            #expect(try replay.stop().status == 0)
        }
    }
}
