import Foundation
import HTTPTypes
import Logging
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `Who may ask` {
    @Test func `a Host that is not this listener's is refused`() async throws {
        try await Bench.run { bench in
            let port = bench.server.port
            for host in ["127.0.0.1:\(port)", "localhost:\(port)", "LOCALHOST:\(port)", "[::1]:\(port)"] {
                let status = try bench.ask("GET", "/mocks", host: host).status
                #expect(status == 200, "\(host)")
            }
            for host in [
                "evil.test", "evil.test:\(port)", "127.0.0.1", "localhost", "127.0.0.1:1", "localhost.evil:\(port)",
                "127.0.0.1.evil:\(port)", "127.0.0.1:\(port)evil", "127.0.0.1:", "[::1", "", "user@127.0.0.1:\(port)",
            ] {
                let status = try bench.ask("GET", "/mocks", host: host).status
                #expect(status == 403 || status == 400, "\(host)")
                let health = try bench.plain("GET", "/api/v1/health", host: host).status
                #expect(health == 403 || health == 400, "\(host)")
            }
        }
    }

    @Test func `pages of other sites are refused`() async throws {
        try await Bench.run { bench in
            let own = "http://127.0.0.1:\(bench.server.port)"
            let good = try bench.ask("GET", "/mocks", fields: ["Origin: \(own)", "Sec-Fetch-Site: same-origin"]).status
            #expect(good == 200)
            for field in [
                "Origin: null", "Origin: http://evil.test", "Origin: https://127.0.0.1:\(bench.server.port)",
                "Origin: http://127.0.0.1:1", "Origin: ", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site",
            ] {
                let reply = try bench.ask("POST", "/mocks", text: "{}", fields: [field])
                #expect(reply.status == 403, "\(field)")
                #expect(reply.field("Access-Control-Allow-Origin") == nil)
            }
        }
    }

    @Test func `every route needs a key, but for health and signing in`() async throws {
        try await Bench.run { bench in
            for route in AllRoutes.table.routes {
                let path = route.path.replacing(/\{[^}]*\}/, with: "x")
                let reply = try bench.plain(route.method.rawValue, path, "{}")
                let open = ["GET /api/v1/health", "GET /api/v1/ready", "GET /api/v1/session", "DELETE /api/v1/session"]
                if open.contains("\(route.method) \(route.path)") {
                    #expect(reply.status == 200)
                    continue
                }
                if route.method == .post, route.path == "/api/v1/session" {
                    #expect(reply.status == 400)
                    continue
                }
                #expect(reply.status == 401, "\(route.method) \(route.path)")
                #expect(reply.field("Content-Type") == "application/problem+json")
                if route.style == .postman { #expect(Shape.unauthorized.faults(reply.json) == []) }
            }
            // What is not there is not told to those without one.
            #expect(try bench.plain("GET", "/nothing").status == 401)
            #expect(try bench.ask("GET", "/nothing").status == 404)
        }
    }

    @Test func `keys are taken as Postman's field and as bearer token, and only valid ones`() async throws {
        try await Bench.run { bench in
            let member = try #require(bench.keys[.member])
            let ended = try KeyRing(bench.workspace).create(
                name: "ended", role: .admin, expiresAt: Timestamp(microseconds: 1_000_000)
            ).key
            func status(_ fields: [String]) throws -> Int { try bench.plain("GET", "/mocks", fields: fields).status }
            for fields in [
                ["X-Api-Key: \(member)"], ["Authorization: Bearer \(member)"], ["authorization: bearer \(member)"],
                ["Authorization: Bearer \(bench.token)"], ["X-API-KEY: \(member)", "X-Api-Key: \(member)"],
                ["Authorization: Basic dXNlcg==", "X-Api-Key: \(member)"],
            ] { #expect(try status(fields) == 200, "\(fields)") }
            for fields in [
                [], ["X-Api-Key: "], ["X-Api-Key: \(member.dropLast())"], ["X-Api-Key: \(member)0"],
                ["X-Api-Key: \(member.lowercased())"], ["X-Api-Key: \(ended)"], ["Authorization: \(member)"],
                ["X-Api-Key: \(member)", "X-Api-Key: other"], ["Authorization: Basic \(member)"],
            ] {
                let reply = try bench.plain("GET", "/mocks", fields: fields)
                #expect(reply.status == 401, "\(fields)")
                #expect(!reply.text.contains(member))
            }
            // Revoked: from the next request on.
            try KeyRing(bench.workspace).revoke("member")
            #expect(try status(["X-Api-Key: \(member)"]) == 401)
        }
    }

    @Test func `a use is noted, once a minute`() async throws {
        try await Bench.run { bench in
            let key = try #require(bench.keys[.member])
            #expect(try bench.ask("GET", "/mocks", key: key).status == 200)
            func use() throws -> Timestamp? {
                try KeyRing(bench.workspace).contents().keys.first { $0.name == "member" }?.lastUsedAt
            }
            let first = try #require(try use())
            #expect(try bench.ask("GET", "/mocks", key: key).status == 200)
            #expect(try use() == first)
        }
    }

    @Test func `roles: members work, admins have keys and policy, super admins have admins' keys`() async throws {
        try await Bench.run { bench in
            let member = bench.keys[.member], admin = bench.keys[.admin], superAdmin = bench.keys[.superAdmin]
            let table: [(String, String, JSONValue?, [String?: Int])] = [
                ("GET", "/mocks", nil, [member: 200, admin: 200, superAdmin: 200]),
                ("GET", "/api/v1/keys", nil, [member: 403, admin: 200, superAdmin: 200]),
                ("GET", "/api/v1/policy", nil, [member: 200, admin: 200, superAdmin: 200]),
                ("PUT", "/api/v1/policy", ["publicMocks": true], [member: 403, admin: 200, superAdmin: 200]),
                ("POST", "/api/v1/keys", ["name": "a", "role": "admin"], [member: 403, admin: 403, superAdmin: 201]),
                ("POST", "/api/v1/keys", ["name": "m"], [member: 403, admin: 201]),
                ("DELETE", "/api/v1/keys/super-admin", nil, [member: 403, admin: 403]),
                ("DELETE", "/api/v1/keys/m", nil, [member: 403, admin: 200]),
            ]
            for (method, path, body, expected) in table {
                for (key, status) in expected {
                    let reply = try bench.ask(method, path, body, key: key)
                    #expect(reply.status == status, "\(method) \(path)")
                }
            }
        }
    }

    @Test func `a key for calling mock servers opens nothing here`() async throws {
        try await Bench.run { bench in
            let key = try #require(bench.keys[.caller])
            for route in AllRoutes.table.routes where route.admission != .anyone {
                let path = route.path.replacing(/\{[^}]*\}/, with: "x")
                let reply = try bench.ask(route.method.rawValue, path, key: key)
                #expect(reply.status == 403, "\(route.method) \(path)")
            }
            let signedIn = try bench.plain("POST", "/api/v1/session", "{\"key\": \"\(key)\"}")
            #expect(signedIn.status == 403 && signedIn.field("Set-Cookie") == nil)
            // Admins make such keys, as those of members.
            let made = try bench.ask("POST", "/api/v1/keys", ["name": "c", "role": "caller"], key: bench.keys[.admin])
            #expect(made.status == 201)
        }
    }

    @Test func `guessing is limited, and right keys go on working`() async throws {
        var limits = AdminLimits()
        limits.requestsPerMinute = nil
        try await Bench.run(limits: limits) { bench in
            let key = bench.keys[.member]
            var statuses: [Int: Int] = [:]
            let start = Date()
            for number in 0..<1000 {
                let reply = try bench.ask("GET", "/mocks", key: "PMAK-\(number)")
                statuses[reply.status, default: 0] += 1
                if reply.status == 429 {
                    #expect((1...61).contains(Int(reply.field("Retry-After") ?? "") ?? 0))
                }
                if number % 100 == 99 { #expect(try bench.ask("GET", "/mocks", key: key).status == 200) }
            }
            // A window may end while a slow machine guesses.
            let windows = Int(Date().timeIntervalSince(start) / 60) + 1
            #expect(statuses[401, default: 0] <= limits.wrongKeysPerMinute * windows)
            #expect(statuses[401, default: 0] + statuses[429, default: 0] == 1000)
            // No key is no guess.
            #expect(try bench.plain("GET", "/mocks").status == 401)
        }
    }

    @Test func `addresses that are counted are bounded`() {
        var limits = AdminLimits()
        (limits.guessingAddresses, limits.wrongKeysPerMinute) = (3, 2)
        let guesses = GuessLimiter(limits)
        let now = ContinuousClock.now
        for number in 0..<10 { #expect(guesses.wrong(from: "10.0.0.\(number)", at: now + .seconds(number)) == nil) }
        #expect(guesses.addresses == 3)
        let last = now + .seconds(9)
        #expect(guesses.wrong(from: "10.0.0.9", at: last) == nil)
        #expect(guesses.wrong(from: "10.0.0.9", at: last) == 61)
        #expect(guesses.wrong(from: "10.0.0.9", at: last + .seconds(60)) == nil)
    }

    @Test func `requests of a key are counted, told and limited as Postman's API does`() async throws {
        var limits = AdminLimits()
        limits.requestsPerMinute = 5
        try await Bench.run(limits: limits) { bench in
            let key = bench.keys[.member]
            for left in [4, 3, 2, 1, 0] {
                let reply = try bench.ask("GET", "/mocks", key: key)
                #expect(reply.status == 200)
                for prefix in ["X-RateLimit", "RateLimit"] {
                    #expect(reply.field("\(prefix)-Limit") == "5")
                    #expect(reply.field("\(prefix)-Remaining") == "\(left)")
                }
                #expect(reply.field("RateLimit-Policy") == "5;w=60")
                let reset = try #require(Double(reply.field("X-RateLimit-Reset") ?? ""))
                #expect((-5...66).contains(reset - Date().timeIntervalSince1970))
                #expect((1...60).contains(Int(reply.field("RateLimit-Reset") ?? "") ?? 0))
            }
            let refused = try bench.ask("GET", "/mocks", key: key)
            #expect(refused.status == 429)
            #expect(refused.json["error"]?["name"] == "rateLimited")
            #expect(refused.field("Retry-After") != nil)
            #expect(try bench.ask("GET", "/mocks", key: bench.keys[.admin]).status == 200)
            // The lock file's token is not counted.
            for _ in 0..<8 {
                let reply = try bench.ask("GET", "/mocks")
                #expect(reply.status == 200 && reply.field("X-RateLimit-Limit") == nil)
            }
        }
    }

    @Test func `a listener that others reach needs a key`() async throws {
        let folder = try TemporaryFolder()
        let workspace = try Workspace(folder.path, opening: .serving)
        let history = try History(workspace, opening: .serving)
        defer {
            try? history.close()
            workspace.close()
        }
        var configuration = AdminServer.Configuration(
            token: "t", workspace: workspace, history: history, logger: .init(label: "test"))
        configuration.host = "0.0.0.0"
        await #expect {
            _ = try await AdminServer.start(configuration)
        } throws: { error in
            "\(error)".contains("understudy key create")
        }
        _ = try KeyRing(workspace).create(name: "one", role: .superAdmin)
        let server = try await AdminServer.start(configuration)
        await server.stop()
    }

    @Test func `slow work keeps nobody from being let in`() async throws {
        try await Bench.run { bench in
            func begin(_ path: String, _ body: JSONValue) throws -> RawClient {
                let client = try RawClient(port: bench.server.port)
                let text = JSONWriter.text(body)
                try client.send(
                    Array(
                        "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(bench.server.port)\r\nX-Api-Key: \(bench.token)\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
                            .utf8))
                return client
            }
            let collection = try bench.addCollection()
            // More than there are threads, of work that takes long: all else goes on.
            let collections = try HeldFolder(bench.workspace.folder + "/collections")
            var clients = try (0..<4).map { _ in try begin("/collections", ["collection": Bench.collection]) }
            for _ in 0..<20 { #expect(try bench.ask("GET", "/mocks", key: bench.keys[.member]).status == 200) }
            // And of all else: what does not wait for files goes on.
            let mocks = try HeldFolder(bench.workspace.folder + "/mocks")
            clients += try (0..<4).map {
                try begin("/api/v1/mocks", ["collection": .string(collection), "name": .string("m\($0)")])
            }
            for _ in 0..<20 {
                #expect(try bench.ask("GET", "/api/v1/sessions", key: bench.keys[.member]).status == 200)
            }
            mocks.release()
            collections.release()
            for client in clients {
                let status = try client.readResponse().status
                #expect([200, 201, 400].contains(status))
                client.connection.close()
            }
        }
    }

    @Test func `a damaged file of keys opens nothing, tells nothing, and is logged once`() async throws {
        let log = LogLines()
        var limits = AdminLimits()
        limits.wrongKeysPerMinute = 5
        try await Bench.run(limits: limits, logger: log.logger) { bench in
            let path = bench.workspace.folder + "/access.json"
            let whole = try String(contentsOfFile: path, encoding: .utf8)
            try "{\"keys\": [{}]}".write(toFile: path, atomically: true, encoding: .utf8)
            let key = try #require(bench.keys[.member])
            for number in 0..<8 {
                let reply = try bench.ask("GET", number % 2 == 0 ? "/mocks" : "/api/v1/mocks", key: key)
                #expect(reply.status == (number < 5 ? 503 : 429))
                #expect(!reply.text.contains("access") && !reply.text.contains(bench.workspace.folder))
            }
            #expect(log.lines.filter { $0.contains("no key can be checked") }.count == 1)
            // Who has the lock file goes on, and so does everybody once it is mended.
            #expect(try bench.ask("GET", "/mocks").status == 200)
            try whole.write(toFile: path, atomically: true, encoding: .utf8)
            #expect(try bench.ask("GET", "/mocks", key: key).status == 200)
        }
    }
}
