import Foundation
import TestSupport
import Testing

/// The flags that say what is made of an example, as a server's clients see them.
@Suite struct `Answering flags` {
    private func workbench() throws -> Workbench {
        let origin = try RawOrigin { (_: RawMessage) in .answer("id {{$guid}}", type: "text/plain") }
        let bench = try Workbench()
        try bench.record([.get("/a"), .get("/users/7")], from: origin)
        return bench
    }

    /// What one request gets from a replay with these flags.
    private func answer(_ bench: Workbench, _ request: String, _ flags: String...) throws -> RawMessage {
        let child = try ChildProcess(
            BuiltProduct.understudy, ["replay", "--port", "0", "--admin-port", "0"] + flags,
            environment: bench.environment(), folder: bench.folder.path)
        let server = try RunningServer(child)
        defer { try? server.stop() }
        return try server.exchange(request)
    }

    @Test func `templates are filled in when asked, with a seed the same way every time`() throws {
        let bench = try workbench()
        #expect(try answer(bench, .get("/a")).body.latin1 == "id {{$guid}}")
        let first = try answer(bench, .get("/a"), "--templates", "--seed", "7").body
        #expect(first.count == 39)
        #expect(try answer(bench, .get("/a"), "--templates", "--seed", "7").body == first)
        #expect(try answer(bench, .get("/a"), "--templates", "--seed", "8").body != first)
        #expect(try answer(bench, .get("/a"), "--profile", "postman").body.count == 39)
        #expect(try answer(bench, .get("/a"), "--profile", "postman", "--no-templates").body.latin1 == "id {{$guid}}")
        try bench.folder.write("templates: true\nseed: 7\n", to: "understudy.yaml")
        #expect(try answer(bench, .get("/a")).body == first)
    }

    @Test func `a private mock server is hidden without its key, and an outage answers everything`() throws {
        let bench = try workbench()
        let hidden = try answer(bench, .get("/a"), "--require-key", "K1", "--require-key", "K2")
        #expect(hidden.status == 404 && hidden.body.latin1.contains("mockNotFoundError"))
        let keyed = "GET /a HTTP/1.1\r\nHost: test\r\nX-Api-Key: K2\r\n\r\n"
        #expect(try answer(bench, keyed, "--require-key", "K1", "--require-key", "K2").status == 200)
        #expect(try answer(bench, .get("/nothing"), "--server-response", "503").status == 503)
        #expect(try answer(bench, keyed, "--require-key", "other", "--server-response", "503").status == 404)
        #expect(try bench.run("replay", "--server-response", "404").status == 1)
    }

    @Test func `derived answers and CORS can be switched`() throws {
        let bench = try workbench()
        let range = "GET /a HTTP/1.1\r\nHost: test\r\nRange: bytes=0-1\r\n\r\n"
        #expect(try answer(bench, range).status == 206)
        #expect(try answer(bench, range, "--no-derive", "head,encoding").status == 206)
        #expect(try answer(bench, range, "--no-derive", "head, range").status == 200)
        #expect(try answer(bench, range, "--no-derive", "all").status == 200)
        let cross = "GET /a HTTP/1.1\r\nHost: test\r\nOrigin: https://page.example\r\n\r\n"
        let name = "Access-Control-Allow-Origin"
        #expect(try answer(bench, cross)[name] == nil)
        #expect(try answer(bench, cross, "--cors")[name] == "https://page.example")
        #expect(try answer(bench, cross, "--profile", "postman")[name] == "https://page.example")
        #expect(try answer(bench, cross, "--profile", "postman", "--no-cors")[name] == nil)
    }

    @Test func `an environment's values are in what is matched`() throws {
        let bench = try workbench()
        try bench.folder.write(#"{"name": "e", "values": [{"key": "user", "value": "9"}]}"#, to: "e.json")
        let file = try bench.collectionFile()
        let text = try bench.text(of: file).replacing("{{baseUrl}}/users/7", with: "{{baseUrl}}/users/{{user}}")
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try answer(bench, .get("/users/9")).status == 404)
        #expect(try answer(bench, .get("/users/9"), "--environment", "e.json").status == 200)
        #expect(try bench.run("match", "/users/9", "--environment", "e.json").status == 0)
        let wrong = try bench.run("match", "/users/9", "--environment", file)
        #expect(wrong.status == 1 && wrong.errors.contains("this is a collection, not an environment"))
    }
}
