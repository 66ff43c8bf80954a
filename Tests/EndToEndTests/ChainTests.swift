import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Proxies one behind the other: circles are noticed, and a request goes as far as it may and no further.
    @Suite struct `Chains of proxies` {
        let folder: TemporaryFolder
        init() throws { folder = try TemporaryFolder() }

        private func proxy(
            to port: Int, _ name: String, at ownPort: Int = 0, _ more: [String] = []
        ) throws -> Understudy {
            try Understudy(["record", "http://127.0.0.1:\(port)"] + more, dir: name, port: ownPort, in: folder)
        }

        /// Free a moment ago.
        private func freePort() throws -> Int {
            let origin = try RawOrigin(responses: [])
            origin.stop()
            return origin.port
        }

        @Test(.timeLimit(.minutes(1))) func `D66 nobody is sent to ourselves`() throws {
            let port = try freePort()
            for (name, spelling) in ["127.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]"].enumerated() {
                let alone = try Understudy(
                    ["record", "http://\(spelling):\(port)"], dir: "\(name)", port: port, in: folder)
                let answer = try alone.get("/circle")
                #expect(answer.status == 403, "\(spelling): \(answer.startLine)")
                #expect(answer.body.latin1.contains("understudy itself"))
                #expect(try alone.stop().summary?.exchanges == 1)
            }
        }

        @Test(.timeLimit(.minutes(1))) func `D66 so is one through another proxy`() throws {
            let port = try freePort()
            let first = try proxy(to: port, "first")
            let second = try proxy(to: first.port, "second", at: port)
            for method in ["GET", "POST", "OPTIONS"] {
                let answer = try first.send(method, "/circle", body: method == "POST" ? "x" : nil)
                #expect(answer.status == 508, "\(answer.startLine)")
            }
            // Each request passed the first twice and the second once.
            #expect(try first.stop().summary?.exchanges == 6)
            #expect(try second.stop().summary?.exchanges == 3)
        }

        @Test(.timeLimit(.minutes(1))) func `D66 without Via a circle ends where connections do`() throws {
            let port = try freePort()
            let options = ["--no-via", "--connect-timeout", "1", "--max-upstream-per-host", "8"]
            let other = try proxy(to: port, "other", at: 0, options)
            let alone = try proxy(to: other.port, "alone", at: port, options)
            let start = ContinuousClock.now
            #expect(try [502, 504].contains(alone.get("/circle").status))
            let seconds = (ContinuousClock.now - start).seconds
            #expect(seconds < 20)
            #expect(try alone.status().recording == "ok")
            let exchanges = try #require(try alone.stop().summary).exchanges
            print("a circle without Via: over after \(exchanges) laps, \(String(format: "%.1f", seconds)) s")
            #expect(exchanges < 200)
        }

        @Test(.timeLimit(.minutes(1))) func `D67 Max-Forwards is counted down and ends here`() throws {
            let origin = try RawOrigin.small()
            let second = try proxy(to: origin.port, "second")
            let first = try proxy(to: second.port, "first")
            func send(_ method: String, _ count: String, _ fields: [String] = []) throws -> RawMessage {
                try first.send(method, "/far?x=%7B", ["Max-Forwards: \(count)"] + fields)
            }
            func arrived() -> [String] { origin.requestTexts.last?.components(separatedBy: "\r\n") ?? [] }

            // The first answers, then the second, then the origin.
            let options = try send("OPTIONS", "0")
            #expect(options.status == 200 && options.body.isEmpty && options["Content-Length"] == "0")
            #expect(options["Allow"]?.contains("TRACE") == true && options["Understudy-Result"] == "refused")
            let secrets = [
                "Authorization: Bearer canary", "Cookie: a=canary", "X-Api-Key: canary",
                "Proxy-Authorization: Basic canary",
            ]
            let near = try send("TRACE", "0", secrets + ["X-Odd:  value "])
            #expect(near.status == 200 && near["Content-Type"] == "message/http")
            #expect(
                near.body.latin1
                    == "TRACE /far?x=%7B HTTP/1.1\r\nHost: api.example.com\r\nMax-Forwards: 0\r\nX-Odd: value\r\n\r\n")
            let far = try send("TRACE", "1", secrets)
            #expect(far.status == 200 && far["Content-Type"] == "message/http")
            #expect(far.body.latin1.hasPrefix("TRACE /far?x=%7B HTTP/1.1\r\nHost: 127.0.0.1:\(second.port)\r\n"))
            #expect(far.body.latin1.contains("\r\nVia: 1.1 understudy-"), "it says whom it passed")
            #expect(far.body.latin1.contains("\r\nMax-Forwards: 0\r\n"))
            #expect(!far.body.latin1.contains("canary"))
            #expect(try send("OPTIONS", "1").status == 200)
            #expect(origin.requests.isEmpty)

            for (method, count, left) in [
                ("OPTIONS", "2", "0"), ("TRACE", "007", "5"),
                ("OPTIONS", "99999999999999999999", "9223372036854775805"),
                ("GET", "0", "0"), ("POST", "abc", "abc"),
            ] {
                #expect(try send(method, count).body.latin1 == "ok", "\(method) \(count)")
                #expect(arrived().contains("Max-Forwards: \(left)"), "\(method) \(count): \(arrived())")
            }
            for bad in ["-1", "1, 2", "", "x", "1\r\nMax-Forwards: 1"] {
                #expect(try send("TRACE", bad).status == 400, "\(bad)")
            }
            #expect(origin.requests.count == 5)
            #expect(try first.stop().status == 0)
            #expect(try second.stop().status == 0)

            // What was answered here became no example, and is answered again without upstream.
            let replay = try Understudy(["replay"], dir: "first", in: folder)
            #expect(try replay.send("OPTIONS", "/far", ["Max-Forwards: 0"]).status == 200)
            #expect(try replay.send("OPTIONS", "/far").status == 404)
        }
    }
}
