import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What the management API sends to real APIs for its callers, with the built program and an API that is there.
    @Suite struct `Calls that the server makes for callers` {
        let folder: TemporaryFolder
        init() throws { folder = try TemporaryFolder() }

        /// The running program, and keys of an admin and a member.
        private struct Page {
            let server: Understudy
            let admin: String
            let member: String
            let port: Int

            init(_ server: Understudy) throws {
                self.server = server
                admin = try Self.key("admin", server)
                member = try Self.key("member", server)
                struct Lock: Decodable { var admin: String }
                let lock = try Data(contentsOf: URL(fileURLWithPath: server.workspace + "/.lock"))
                let address = try JSONDecoder().decode(Lock.self, from: lock).admin
                port = try #require(address.split(separator: ":").last.flatMap { Int($0) })
            }

            private static func key(_ role: String, _ server: Understudy) throws -> String {
                let made = try Program.run(
                    ["key", "create", "\(role)-\(server.port)", "--role", role, "--dir", server.dir], in: server.folder)
                let line = made.lines.first { $0.hasPrefix("PMAK-") }
                let key = try #require(line)
                return key
            }

            func ask(
                _ method: String, _ path: String, _ body: String? = nil, key: String? = nil
            ) throws -> (status: Int, json: [String: Any]) {
                var head =
                    "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nX-Api-Key: \(key ?? admin)\r\nConnection: close\r\n"
                if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
                let answer = try RawClient.exchange(port: port, head + "\r\n" + (body ?? ""))
                let json = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
                return (answer.status, json ?? [:])
            }

            func call(_ url: String, _ more: String = "") throws -> (status: Int, json: [String: Any]) {
                try ask("POST", "/api/v1/calls", #"{"url": "\#(url)"\#(more)}"#)
            }
        }

        private static func api() throws -> RawOrigin {
            try RawOrigin { request in
                let body = "\(request.startLine.split(separator: " ")[1])"
                return
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            }
        }

        @Test func `from one call to a mock server that answers, and from its miss to the real answer`() throws {
            let origin = try Self.api()
            defer { origin.stop() }
            let page = try Page(Understudy(["serve"], in: folder))
            let made = try page.call("http://127.0.0.1:\(origin.port)/users/1", #", "mock": "Shop""#)
            #expect(made.status == 201 && made.json["status"] as? Int == 200)
            let url = try #require(page.ask("GET", "/api/v1/mocks/Shop").json["url"] as? String)
            func call(_ target: String) throws -> RawMessage {
                try RawClient.exchange(
                    port: page.server.port,
                    "GET \(target) HTTP/1.1\r\nHost: \(url.split(separator: "/").last ?? "")\r\n\r\n")
            }
            let first = try call("/users/1")
            #expect(first.body.latin1 == "/users/1", "\(first.head.latin1)\(first.body.latin1)")
            #expect(try call("/elsewhere").status == 404)
            var missed: Int?
            let isRecorded = try eventually {
                let list = try page.ask("GET", "/api/v1/history?result=miss").json["exchanges"] as? [[String: Any]]
                missed = list?.first?["id"] as? Int
                return missed != nil
            }
            #expect(isRecorded)
            let path = "/api/v1/history/\(try #require(missed))/learn"
            #expect(try page.ask("POST", path, #"{"fetch": true}"#, key: page.member).status == 403)
            let learnt = try page.ask("POST", path, #"{"fetch": true}"#)
            #expect(learnt.status == 201 && learnt.json["collection"] as? String == made.json["collection"] as? String)
            #expect(try call("/elsewhere").body.latin1 == "/elsewhere")
            try page.server.stop()
        }

        @Test func `nothing goes where nothing may go`() throws {
            let origin = try Self.api()
            defer { origin.stop() }
            let page = try Page(Understudy(["serve"], in: folder))
            for own in [page.port, page.server.port] {
                let refused = try page.call("http://127.0.0.1:\(own)/")
                #expect(refused.status == 502)
                #expect((refused.json["detail"] as? String)?.contains("understudy itself") == true)
            }
            for address in ["169.254.169.254", "169.254.1.1", "[fe80::1]", "0xA9FEA9FE", "[::ffff:169.254.169.254]"] {
                let refused = try page.call("http://\(address)/")
                #expect(refused.status == 502, "\(address)")
                #expect((refused.json["detail"] as? String)?.contains("refused unless allowed") == true, "\(address)")
            }
            #expect(
                try page.ask("POST", "/api/v1/calls", #"{"url": "http://a.test/"}"#, key: page.member).status == 403)
            try page.server.stop()
        }

        @Test func `switching to replay ends what is under way`() async throws {
            let origin = try RawOrigin { (connection: RawConnection) in
                _ = try connection.readHead()
                try connection.waitForPeerToClose()
            }
            defer { origin.stop() }
            let url = "http://127.0.0.1:\(origin.port)/x"
            let page = try Page(Understudy(["auto", "http://127.0.0.1:\(origin.port)"], in: folder))
            async let ended = Self.refusal(of: url, page)
            let isSent = try await comesTrue { origin.requests.count == 1 }
            #expect(isSent)
            try page.server.mode("replay")
            let refusal = try await ended
            #expect(refusal.contains("this server now sends nothing to APIs (shutdown)"), "\(refusal)")
            #expect(refusal.contains("exchange 1 of the history"))
            let kept = try page.ask("GET", "/api/v1/history/1").json
            #expect((kept["failure"] as? [String: Any])?["kind"] as? String == "shutdown", "\(kept)")
            let isLeft = try await comesTrue { origin.openConnectionCount == 0 }
            #expect(isLeft)
            try page.server.stop()
        }

        private static func refusal(of url: String, _ page: Page) async throws -> String {
            let answer = try page.call(url)
            #expect(answer.status == 502)
            return answer.json["detail"] as? String ?? ""
        }

        @Test func `an admin has the certificate authority made, and it is that of the command line`() throws {
            let page = try Page(Understudy(["serve"], in: folder))
            #expect(try page.ask("POST", "/api/v1/ca", key: page.member).status == 403)
            #expect(try page.ask("GET", "/api/v1/ca").json["exists"] as? Bool == false)
            let made = try page.ask("POST", "/api/v1/ca")
            #expect(made.status == 201 && made.json["exists"] as? Bool == true)
            let printed = try Program.run(["ca", "fingerprint"], in: folder)
            #expect(printed.lines.last == made.json["fingerprint"] as? String)
            #expect(try page.ask("POST", "/api/v1/ca").status == 409)
            try page.server.stop()
        }

        @Test func `a replaying server sends nothing until its mode is another`() throws {
            let origin = try Self.api()
            defer { origin.stop() }
            let url = "http://127.0.0.1:\(origin.port)/x"
            let page = try Page(Understudy(["auto", "http://127.0.0.1:\(origin.port)"], in: folder))
            #expect(try page.call(url).status == 201)
            try page.server.mode("replay")
            let refused = try page.call(url)
            #expect(refused.status == 409)
            #expect((refused.json["detail"] as? String)?.contains("change its mode") == true)
            try page.server.mode("auto")
            #expect(try page.call(url).status == 201)
            try page.server.stop()
            let replaying = try Page(Understudy(["replay"], in: folder))
            #expect(try replaying.call(url).status == 409)
            try replaying.server.stop()
        }
    }
}
