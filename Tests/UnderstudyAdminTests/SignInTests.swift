import HTTPTypes
import NIOCore
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `Signing in at the page` {
    /// A browser: it keeps the cookie, and says whose page its requests come from.
    private struct Visitor {
        let bench: Bench
        var cookie = ""

        init(_ bench: Bench, key: String?) throws {
            self.bench = bench
            let reply = try ask("POST", "/api/v1/session", ["key": .string(key ?? bench.token)])
            #expect(reply.status == 200)
            try keep(reply)
        }

        init(_ bench: Bench, ticket: String) throws {
            self.bench = bench
            try keep(try ask("POST", "/api/v1/session", ["ticket": .string(ticket)]))
        }

        private mutating func keep(_ reply: Bench.Reply) throws {
            let line = try #require(reply.field("Set-Cookie"), "\(reply.status)")
            cookie = String(line.prefix { $0 != ";" })
        }

        func ask(
            _ method: String, _ path: String, _ body: JSONValue? = nil,
            fields: [String] = ["Sec-Fetch-Site: same-origin"]
        ) throws -> Bench.Reply {
            let fields = cookie.isEmpty ? fields : fields + ["Cookie: theme=dark; \(cookie); a=b"]
            return try bench.plain(method, path, body.map { JSONWriter.text($0) }, fields: fields)
        }

        func isSignedIn() throws -> Bool { try ask("GET", "/api/v1/session").json["signedIn"] == true }
    }

    @Test func `a key becomes a cookie that no script and no other site has, and stays out of sight`() async throws {
        try await Bench.run { bench in
            let nobody = try bench.plain("GET", "/api/v1/session")
            #expect(nobody.status == 200)
            #expect(nobody.json == ["signedIn": false, "role": .null, "owner": .null, "version": "1.2.3"])
            for role in AccessKey.Role.allCases where role != .caller {
                let key = try #require(bench.keys[role])
                let reply = try bench.plain("POST", "/api/v1/session", "{\"key\": \"\(key)\"}")
                #expect(reply.status == 200 && reply.json["role"] == .string(role.rawValue))
                #expect(!reply.text.contains(key))
                let parts = (reply.field("Set-Cookie") ?? "").split(separator: "; ").map(String.init)
                #expect(parts.dropFirst() == ["HttpOnly", "SameSite=Strict", "Path=/"])
                let pair = (parts.first ?? "").split(separator: "=").map(String.init)
                #expect(pair.first == "understudy_session_\(bench.server.port)")
                #expect(pair.last?.utf8.count == 64 && !key.contains(pair.last ?? ""))
                let shown = try bench.plain("GET", "/api/v1/session", fields: ["Cookie: \(parts[0])"]).json
                #expect(shown["signedIn"] == true && shown["role"] == .string(role.rawValue))
                #expect(shown["owner"] == reply.json["owner"])
                // HEAD is answered as everywhere.
                #expect(try bench.plain("HEAD", "/api/v1/session").status == 200)
            }
            let first = try Visitor(bench, key: nil).cookie, second = try Visitor(bench, key: nil).cookie
            #expect(first != second)
        }
    }

    @Test func `every route takes the cookie in place of the key, for what its key may do`() async throws {
        try await Bench.run { bench in
            let member = try Visitor(bench, key: bench.keys[.member]),
                admin = try Visitor(bench, key: bench.keys[.admin])
            for route in AllRoutes.table.routes where route.admission != .anyone {
                let path = route.path.replacing(/\{[^}]*\}/, with: "x")
                guard route.path != "/api/v1/events" else { continue }
                let reply = try admin.ask(route.method.rawValue, path, ["unknown": 1])
                #expect(reply.status != 401, "\(route.method) \(path)")
            }
            #expect(try member.ask("GET", "/mocks").status == 200)
            #expect(try member.ask("GET", "/nothing").status == 404)
            #expect(try member.ask("GET", "/api/v1/keys").status == 403)
            #expect(try member.ask("PUT", "/api/v1/policy", ["publicMocks": true]).status == 403)
            #expect(try admin.ask("PUT", "/api/v1/policy", ["publicMocks": true]).status == 200)
            #expect(try admin.ask("POST", "/api/v1/keys", ["name": "x", "role": "admin"]).status == 403)
        }
    }

    @Test func `events are followed with the cookie, until its key ends or somebody signs out`() async throws {
        var limits = AdminLimits()
        (limits.eventInterval, limits.heartbeat) = (.milliseconds(10), .milliseconds(50))
        try await Bench.run(limits: limits) { bench in
            let visitor = try Visitor(bench, key: bench.keys[.member])
            let admin = try Visitor(bench, key: bench.keys[.admin])
            func follow(_ field: String) throws -> RawClient {
                let client = try RawClient(port: bench.server.port)
                try client.send(
                    Array(
                        "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:\(bench.server.port)\r\nSec-Fetch-Site: same-origin\r\n\(field)\r\n\r\n"
                            .utf8))
                let head = String(decoding: try client.connection.readHead(), as: UTF8.self).lowercased()
                #expect(head.hasPrefix("http/1.1 200 ") && head.contains("content-type: text/event-stream\r\n"))
                return client
            }
            /// Whether the last chunk comes within two hundred beats.
            func isEnded(_ client: RawClient) throws -> Bool {
                try (0..<400).contains { _ in try client.connection.read(through: "\r\n") == Array("0\r\n".utf8) }
            }
            let clients = try [
                follow("Cookie: \(visitor.cookie)"), follow("X-Api-Key: \(bench.keys[.member] ?? "")"),
                follow("Cookie: \(admin.cookie)"),
            ]
            defer { for client in clients { client.connection.close() } }
            // All go on for some beats; then those end that may no longer know.
            for client in clients { for _ in 0..<5 { _ = try client.connection.read(through: ": \n\n") } }
            try KeyRing(bench.workspace).revoke("member")
            for client in clients.prefix(2) { #expect(try isEnded(client)) }
            for _ in 0..<5 { _ = try clients[2].connection.read(through: ": \n\n") }
            #expect(try admin.ask("DELETE", "/api/v1/session").status == 200)
            #expect(try isEnded(clients[2]))
        }
    }

    @Test func `what a page of somebody else makes a browser send changes nothing`() async throws {
        try await Bench.run { bench in
            let visitor = try Visitor(bench, key: bench.keys[.admin])
            let own = "Origin: http://127.0.0.1:\(bench.server.port)"
            func change(_ fields: [String]) throws -> Int {
                try visitor.ask("PUT", "/api/v1/policy", ["publicMocks": true], fields: fields).status
            }
            for fields in [[own], ["Sec-Fetch-Site: same-origin"], [own, "Sec-Fetch-Site: same-origin"]] {
                #expect(try change(fields) == 200, "\(fields)")
            }
            for fields in [
                [], ["Sec-Fetch-Site: none"], ["Sec-Fetch-Site: same-site"], ["Sec-Fetch-Site: cross-site"],
                ["Origin: http://127.0.0.1:1"], ["Origin: null"], ["Origin: http://localhost:\(bench.server.port)"],
                [own, "Sec-Fetch-Site: same-site"], ["Origin: http://evil.test", "Sec-Fetch-Site: same-origin"],
                ["Authorization: Basic eDp5"],
            ] {
                #expect(try change(fields) == 403, "\(fields)")
                let ended = try visitor.ask("DELETE", "/api/v1/session", fields: fields).status
                #expect(ended == 403, "\(fields)")
            }
            #expect(try visitor.ask("GET", "/api/v1/policy", fields: []).status == 200)
            let host = try bench.plain(
                "GET", "/api/v1/policy", fields: ["Cookie: \(visitor.cookie)"], host: "evil.test:\(bench.server.port)")
            #expect(host.status == 403)
            #expect(try visitor.isSignedIn())
        }
    }

    @Test func `a key beside a cookie decides alone`() async throws {
        try await Bench.run { bench in
            let visitor = try Visitor(bench, key: bench.keys[.admin])
            let member = try #require(bench.keys[.member])
            func status(_ method: String, _ path: String, _ fields: [String]) throws -> Int {
                try visitor.ask(method, path, ["publicMocks": true], fields: fields).status
            }
            let own = try status("GET", "/api/v1/keys", [])
            #expect(own == 200)
            #expect(try status("GET", "/api/v1/keys", ["X-Api-Key: \(member)"]) == 403)
            #expect(try status("GET", "/api/v1/keys", ["Authorization: Bearer \(member)"]) == 403)
            for wrong in ["X-Api-Key: PMAK-wrong", "X-Api-Key: ", "Authorization: Bearer x"] {
                #expect(try status("GET", "/api/v1/keys", [wrong]) == 401)
            }
            // No page can send a key: whoever does needs to come from nowhere.
            #expect(try status("PUT", "/api/v1/policy", ["X-Api-Key: \(bench.keys[.admin] ?? "")"]) == 200)
        }
    }

    @Test func `who signs out, or signs in anew, leaves nothing behind`() async throws {
        try await Bench.run { bench in
            let visitor = try Visitor(bench, key: bench.keys[.member])
            let out = try visitor.ask("DELETE", "/api/v1/session")
            #expect(out.status == 200 && out.json == ["signedIn": false])
            let name = "understudy_session_\(bench.server.port)"
            #expect(out.field("Set-Cookie") == "\(name)=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0")
            #expect(try visitor.isSignedIn() == false)
            #expect(try visitor.ask("GET", "/mocks").status == 401)
            #expect(try visitor.ask("DELETE", "/api/v1/session").status == 200)
            // Another path's cookie before it changes nothing.
            let shadowed = try Visitor(bench, key: bench.keys[.member])
            let ended = try bench.plain(
                "DELETE", "/api/v1/session",
                fields: ["Cookie: \(name)=other; \(shadowed.cookie)", "Origin: http://127.0.0.1:\(bench.server.port)"])
            #expect(ended.status == 200)
            #expect(try shadowed.isSignedIn() == false)

            let again = try Visitor(bench, key: bench.keys[.member])
            let other = try again.ask("POST", "/api/v1/session", ["key": .string(bench.keys[.admin] ?? "")])
            #expect(other.status == 200)
            #expect(try again.isSignedIn() == false)
        }
    }

    @Test func `only this server's cookie counts, whatever else is sent under its name`() async throws {
        try await Bench.run { bench in
            let visitor = try Visitor(bench, key: bench.keys[.member])
            let id = visitor.cookie.split(separator: "=")[1], name = "understudy_session_\(bench.server.port)"
            func status(_ lines: String...) throws -> Int {
                try bench.plain("GET", "/mocks", fields: lines.map { "Cookie: \($0)" }).status
            }
            let others = (1...8).map { "\(name)=\($0)" }
            for good in [
                "\(name)=\(id)", "a=b;\(name)=\(id)", "\(name)=\(id); \(name)=\(id); x", "\(name)=\(id); \(name)=other",
                "\(name)=other; \(name)=\(id)", "\(name)=; \(name)=\(id)",
                (others.prefix(7) + ["\(name)=\(id)"]).joined(separator: "; "),
            ] {
                #expect(try status(good) == 200, "\(good)")
            }
            let split = try status("a=b", "\(name)=\(id)")
            #expect(split == 200)
            for bad in [
                "understudy_session=\(id)", "understudy_session_1=\(id)", "x\(name)=\(id)", "\(name)x=\(id)",
                "\(name)=",
                "\(name)", "\(name)=\(id)0", "\(name)=\(id.dropLast())", "\(name)=\(id.uppercased())",
                "\(name)=\"\(id)\"", "\(name)=\(bench.keys[.member] ?? "")",
                "\(name)=\(bench.token)", "\(name)=\(Digest(of: String(id)))",
            ] {
                #expect(try status(bad) == 401, "\(bad)")
            }
            // So many are looked at.
            #expect(try status((others + ["\(name)=\(id)"]).joined(separator: "; ")) == 401)
            // Another server's cookie beside ours is nobody's business.
            #expect(try status("understudy_session_1=abc; \(name)=\(id)") == 200)
        }
    }

    @Test func `a session lasts no longer than its key, and as its key is`() async throws {
        try await Bench.run { bench in
            let visitor = try Visitor(bench, key: bench.keys[.member])
            let file = try Visitor(bench, key: nil)
            #expect(try visitor.isSignedIn())
            // Another role is another key; and what ended does not come back with the old one.
            func setRole(_ role: AccessKey.Role) throws {
                try KeyRing(bench.workspace).change { contents in
                    for index in contents.keys.indices where contents.keys[index].name == "member" {
                        contents.keys[index].role = role
                    }
                }
            }
            try setRole(.superAdmin)
            #expect(try visitor.ask("GET", "/api/v1/keys").status == 401)
            try setRole(.member)
            #expect(try !visitor.isSignedIn())

            let ticket = try #require(
                try bench.ask("POST", "/api/v1/session/tickets", key: bench.keys[.member]).json["ticket"]?.text)
            let next = try Visitor(bench, key: bench.keys[.member])
            #expect(try next.isSignedIn())
            try KeyRing(bench.workspace).revoke("member")
            #expect(try next.ask("GET", "/mocks").status == 401)
            #expect(try !next.isSignedIn())
            let late = try bench.plain("POST", "/api/v1/session", "{\"ticket\": \"\(ticket)\"}")
            #expect(late.status == 401 && late.field("Set-Cookie") == nil)

            let admin = try Visitor(bench, key: bench.keys[.admin])
            #expect(try admin.isSignedIn())
            try KeyRing(bench.workspace).change { contents in
                for index in contents.keys.indices { contents.keys[index].expiresAt = Timestamp(microseconds: 1) }
            }
            #expect(try !admin.isSignedIn())
            #expect(try file.isSignedIn())
        }
    }

    @Test func `wrong keys and tickets are guesses, and ended sessions are none`() async throws {
        var limits = AdminLimits()
        limits.wrongKeysPerMinute = 6
        try await Bench.run(limits: limits) { bench in
            func status(_ body: String) throws -> Int { try bench.plain("POST", "/api/v1/session", body).status }
            for body in ["", "{}", "[]", "{\"key\": 1}", "{\"key\": \"a\", \"ticket\": \"b\"}", "{\"key\": null}", "x"]
            {
                #expect(try status(body) == 400, "\(body)")
            }
            for _ in 0..<20 {
                let reply = try bench.plain(
                    "GET", "/mocks", fields: ["Cookie: understudy_session_\(bench.server.port)=abc"])
                #expect(reply.status == 401)
            }
            let wrong = ["{\"key\": \"PMAK-no\"}", "{\"key\": \"\"}", "{\"ticket\": \"abc\"}"]
            for body in wrong {
                let reply = try bench.plain("POST", "/api/v1/session", body)
                #expect(reply.status == 401 && reply.field("Set-Cookie") == nil)
            }
            // Asking who one is guesses too.
            for _ in 0..<3 {
                let reply = try bench.plain("GET", "/api/v1/session", fields: ["X-Api-Key: PMAK-no"])
                #expect(reply.status == 200 && reply.json["signedIn"] == false)
            }
            for body in wrong { #expect(try status(body) == 429) }
            #expect(try bench.plain("GET", "/api/v1/session", fields: ["X-Api-Key: PMAK-no"]).status == 429)
            #expect(try status("{\"key\": \"\(bench.keys[.member] ?? "")\"}") == 200)
        }
    }

    @Test func `a ticket is for who asks, once`() async throws {
        try await Bench.run { bench in
            for role: AccessKey.Role? in [nil, .member, .admin, .superAdmin] {
                let made = try bench.ask("POST", "/api/v1/session/tickets", key: role.flatMap { bench.keys[$0] })
                #expect(made.status == 201)
                let ticket = try #require(made.json["ticket"]?.text)
                let end = try #require(made.json["expiresAt"]?.text.flatMap { Timestamp(isoText: $0) })
                #expect((1_000_000...60_000_000).contains(end.microseconds - Timestamp.now().microseconds))
                let visitor = try Visitor(bench, ticket: ticket)
                let shown = try visitor.ask("GET", "/api/v1/session").json
                #expect(shown["role"] == .string((role ?? .superAdmin).rawValue))
                let second = try bench.plain("POST", "/api/v1/session", "{\"ticket\": \"\(ticket)\"}")
                #expect(second.status == 401 && second.field("Set-Cookie") == nil)
                // It is no key and no session; and a session makes no other.
                #expect(try bench.ask("GET", "/mocks", key: ticket).status == 401)
                #expect(try visitor.ask("POST", "/api/v1/session/tickets").status == 403)
            }
            #expect(try bench.plain("POST", "/api/v1/session/tickets").status == 401)
        }
    }

    @Test func `a page may ask more often than a program, and not without end`() async throws {
        var limits = AdminLimits()
        (limits.requestsPerMinute, limits.sessionRequestsPerMinute) = (3, 8)
        try await Bench.run(limits: limits) { bench in
            let visitor = try Visitor(bench, key: bench.keys[.member])
            for left in (0..<8).reversed() {
                let reply = try visitor.ask("GET", "/mocks")
                #expect(reply.status == 200 && reply.field("RateLimit-Remaining") == "\(left)")
            }
            let refused = try visitor.ask("GET", "/mocks")
            #expect(refused.status == 429 && refused.field("Retry-After") != nil)
            // The key itself has not asked yet, and neither has somebody else.
            #expect(try bench.ask("GET", "/mocks", key: bench.keys[.member]).status == 200)
            #expect(try Visitor(bench, key: bench.keys[.admin]).ask("GET", "/mocks").status == 200)
        }
    }

    @Test func `sessions and tickets end, by themselves and to make room`() {
        var limits = AdminLimits()
        (limits.pageSessions, limits.pageSessionsOfKey, limits.tickets, limits.ticketsOfKey) = (4, 2, 4, 2)
        let sessions = PageSessions(limits)
        let now = ContinuousClock.now
        func holder(_ key: String) -> PageSessions.Holder { .init(key: key, role: .member) }

        // Unused for twelve hours; or seven days old, however it was used.
        let idle = sessions.begin(for: holder("a"), at: now)
        #expect(sessions.holder(of: idle, at: now + .seconds(12 * 3600 - 1)) == holder("a"))
        #expect(sessions.holder(of: idle, at: now + .seconds(24 * 3600 - 2)) == holder("a"))
        #expect(sessions.holder(of: idle, at: now + .seconds(36 * 3600)) == nil)
        #expect(sessions.holder(of: idle, at: now) == nil)
        let old = sessions.begin(for: holder("a"), at: now)
        for hour in 1..<168 { #expect(sessions.holder(of: old, at: now + .seconds(hour * 3600)) == holder("a")) }
        #expect(sessions.holder(of: old, at: now + .seconds(168 * 3600)) == nil)

        // One's own make room first, the one unused for longest.
        let first = sessions.begin(for: holder("a"), at: now)
        let second = sessions.begin(for: holder("a"), at: now + .seconds(1))
        #expect(sessions.holder(of: first, at: now + .seconds(2)) != nil)
        let third = sessions.begin(for: holder("a"), at: now + .seconds(3))
        #expect(sessions.holder(of: second, at: now + .seconds(4)) == nil)
        #expect(sessions.holder(of: first, at: now + .seconds(4)) != nil)
        #expect(sessions.holder(of: third, at: now + .seconds(5)) != nil)
        for key in ["b", "c", "d", "e"] { _ = sessions.begin(for: holder(key), at: now + .seconds(6)) }
        #expect(sessions.counts.sessions == 4)
        #expect(sessions.holder(of: third, at: now + .seconds(7)) == nil)

        let ticket = sessions.ticket(for: holder("a"), at: now)
        #expect(sessions.redeem(ticket, at: now + .seconds(60)) == nil)
        #expect(sessions.redeem(ticket, at: now) == nil)
        let good = sessions.ticket(for: holder("a"), at: now)
        #expect(sessions.holder(of: good, at: now) == nil)
        #expect(sessions.redeem(good, at: now + .seconds(59)) == holder("a"))
        #expect(sessions.redeem(good, at: now + .seconds(59)) == nil)
        for key in ["a", "a", "a", "b", "c", "d", "e", "f"] { _ = sessions.ticket(for: holder(key), at: now) }
        #expect(sessions.counts.tickets == 4)
        // What ended is forgotten with the next.
        _ = sessions.ticket(for: holder("z"), at: now + .seconds(61))
        #expect(sessions.counts.tickets == 1)
    }
}
