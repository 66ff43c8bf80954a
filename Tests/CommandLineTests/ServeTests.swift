import Foundation
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyStore

/// `understudy serve`, and what is edited while it runs.
@Suite struct `Serving mock servers` {
    private func make(_ bench: Workbench, _ arguments: String...) throws {
        let outcome = try bench.run(all: ["mock", "create"] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    private func set(_ bench: Workbench, _ arguments: String...) throws {
        let outcome = try bench.run(all: ["mock", "set"] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    /// A connection that is kept while things change.
    private struct Caller {
        let client: RawClient
        let server: RunningServer

        init(_ server: RunningServer) throws {
            self.server = server
            client = try RawClient(port: server.port)
        }

        func ask(_ name: String, _ target: String = "/users/1", _ fields: String = "") throws -> RawMessage {
            try client.send("GET \(target) HTTP/1.1\r\nHost: \(name).localhost:\(server.port)\r\n\(fields)\r\n")
            return try client.readResponse()
        }
    }

    private static let nobody = "mockNotFoundError"

    @Test func `begins without any, and takes what is made, changed and removed from the next call on`() throws {
        let bench = try Workbench()
        let server = try bench.serve("serve")
        #expect(try server.child.waitForLine(within: 10) { $0.contains("mock servers") }.contains("none yet"))
        let caller = try Caller(server)
        #expect(try caller.ask("shop").body.latin1.contains(Self.nobody))
        try make(bench, "Shop", "--request", "GET /users/{{id}}", "--body", "user {{id}} of {{place}}")
        for _ in 0..<4 { #expect(try caller.ask("shop").body.latin1 == "user 1 of {{place}}") }
        // An environment, in which a variable then changes.
        let environment = try bench.run("env", "set", "test", "place", "here")
        #expect(environment.status == 0, "\(environment.errors)")
        try set(bench, "shop", "--environment", "test")
        #expect(try caller.ask("shop").body.latin1 == "user 1 of here")
        #expect(try bench.run("env", "set", "test", "place", "there").status == 0)
        #expect(try caller.ask("shop").body.latin1 == "user 1 of there")
        try set(bench, "shop", "--profile", "strict", "--wildcards")
        #expect(try caller.ask("shop", "/Users/1").status == 404)
        try set(bench, "shop", "--profile", "postman", "--delay", "150")
        let start = ContinuousClock.now
        #expect(try caller.ask("shop").status == 200)
        #expect(ContinuousClock.now - start >= .milliseconds(150))
        try set(bench, "shop", "--delay", "none", "--name", "Store")
        #expect(try caller.ask("shop").body.latin1.contains(Self.nobody))
        #expect(try caller.ask("store").body.latin1 == "user 1 of there")
        // The example itself.
        let file = bench.recording + "/collections/shop.postman_collection.json"
        let edited = try bench.text(of: file).replacing("user {{id}} of", with: "somebody ({{id}}) of")
        try Data(edited.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
        #expect(try caller.ask("store").body.latin1 == "somebody (1) of there")
        // Without its environment it is as if it were not there.
        #expect(try bench.run("env", "rm", "test").status == 0)
        #expect(try caller.ask("store").body.latin1.contains(Self.nobody))
        try set(bench, "store", "--environment", "none")
        #expect(try caller.ask("store").body.latin1 == "somebody (1) of {{place}}")
        #expect(try bench.run("mock", "rm", "store").status == 0)
        #expect(try caller.ask("store").body.latin1.contains(Self.nobody))
        try server.stop()
        // Every call is in the history, with what the client got.
        let history = try History(Workspace(bench.recording, opening: .reading), opening: .reading)
        let usage = try history.usage()
        #expect(usage.total.hits == 10 && usage.total.misses == 1 && usage.total.refused == 1)
        var mock = ""
        for entry in try history.entries() { mock = try history.exchange(id: entry.id)?.mock ?? mock }
        let log = try history.callLog(CallLogQuery(mock: mock)).entries
        #expect(log.map(\.responseName).prefix(2) == ["200 OK", "Please refresh and try again."])
        #expect(
            log.last?.exchange.response?.body == Body(text: "user 1 of {{place}}") && log.last?.exchange.score != nil)
    }

    @Test func `asks for keys, notes their use, and forgets them when they are revoked`() throws {
        let bench = try Workbench()
        try make(bench, "open", "--request", "GET /users/1", "--body", "open")
        try make(bench, "secret", "--request", "GET /users/1", "--body", "secret", "--private")
        let server = try bench.serve("serve", "--explain-auth")
        let line = try server.child.waitForLine(within: 10) { $0.contains("secret") }
        #expect(line == "    secret (private)  http://secret.localhost:\(server.port)")
        let caller = try Caller(server)
        #expect(try caller.ask("open").body.latin1 == "open")
        #expect(try caller.ask("secret").status == 401)
        let key = try #require(bench.run("key", "create", "ann", "--json").json()["key"]?.text)
        for _ in 0..<3 {
            #expect(try caller.ask("secret", "/users/1", "x-api-key: \(key)\r\n").body.latin1 == "secret")
        }
        let isNoted = eventually(within: 10) {
            (try? bench.text(of: bench.recording + "/access.json").contains(#""lastUsedAt": "2"#)) ?? false
        }
        #expect(isNoted)
        #expect(try caller.ask("secret", "/users/1", "x-api-key: \(key)\r\n").status == 200)
        #expect(try bench.run("key", "revoke", "ann").status == 0)
        #expect(try caller.ask("secret", "/users/1", "x-api-key: \(key)\r\n").status == 401)
        try server.stop()
        #expect(try !bench.text(of: bench.recording + "/access.json").contains(key))
    }

    @Test func `goes on with the last good state of a file that is broken`() throws {
        let bench = try Workbench()
        try make(bench, "shop", "--request", "GET /users/1", "--body", "good")
        let server = try bench.serve("serve")
        let caller = try Caller(server)
        #expect(try caller.ask("shop").body.latin1 == "good")
        for file in ["/mocks/shop.json", "/collections/shop.postman_collection.json"] {
            let path = bench.recording + file
            let good = try bench.text(of: path)
            try Data("{ \"no".utf8).write(to: URL(fileURLWithPath: path))
            #expect(try caller.ask("shop").body.latin1 == "good")
            _ = try server.child.waitForLine(within: 10) { $0.contains(file.split(separator: "/").last ?? "") }
            try Data(good.replacing("good", with: "good again").utf8).write(to: URL(fileURLWithPath: path))
            _ = try caller.ask("shop")
        }
        #expect(try caller.ask("shop").body.latin1 == "good again")
        try server.stop()
    }

    @Test func `opens and closes ports while it runs, and tells of those it cannot have`() throws {
        let bench = try Workbench()
        try make(bench, "shop", "--request", "GET /users/1", "--body", "answer")
        let (free, taken) = (try RawOrigin(responses: []).port, try RawOrigin(responses: []))
        // Recording serves mock servers as well, without asking anybody.
        let child = try bench.serve("record", "http://127.0.0.1:\(taken.port)")
        let caller = try Caller(child)
        #expect(try caller.ask("shop").body.latin1 == "answer")
        try set(bench, "shop", "--port", "\(free)")
        #expect(try caller.ask("shop").body.latin1 == "answer")
        #expect(try RawClient.exchange(port: free, .get("/users/1")).body.latin1 == "answer")
        try set(bench, "shop", "--port", "\(taken.port)")
        #expect(try caller.ask("shop").body.latin1 == "answer")
        _ = try child.child.waitForLine(within: 10) { $0.contains("mock server shop: port \(taken.port) is in use") }
        #expect(throws: RawFailure.self) { _ = try RawClient.exchange(port: free, .get("/users/1")) }
        try child.stop()
        #expect(taken.requests.isEmpty)
    }

    @Test func `lists the first twenty`() throws {
        let bench = try Workbench()
        try make(bench, "m01", "--request", "GET /users/1", "--body", "x")
        for number in 2...23 {
            try make(bench, "m" + (number < 10 ? "0\(number)" : "\(number)"), "--collection", "m01")
        }
        let server = try bench.serve("serve")
        #expect(try server.child.waitForLine(within: 10) { $0.contains(" more") } == "    and 3 more")
        let lines = server.child.lines.filter { $0.hasPrefix("    m") }
        #expect(lines.count == 20 && lines.first == "    m01  http://m01.localhost:\(server.port)")
        try server.stop()
    }
}
