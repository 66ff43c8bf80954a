import Foundation
import TestSupport
import Testing
import UnderstudyCore

/// `understudy history save`: what was only seen becomes an example.
@Suite struct `Saving from the history` {
    @Test func `makes examples that are replayed`() throws {
        let bench = try Workbench()
        let origin = try sampleOrigin()
        try bench.record([.get("/users"), .get("/image")], from: origin, mode: "proxy")
        origin.stop()
        #expect(try bench.run("examples", "--json").lines.isEmpty)
        let saved = try bench.run("history", "save", "1", "2", "1", "--json").jsonLines()
        #expect(saved.map { $0["id"]?.int } == [1, 2] && saved.allSatisfy { $0["outcome"]?.text == "saved" })
        let file = try bench.collectionFile()
        let before = try bench.text(of: file)
        let again = try bench.run("history", "save", "1")
        #expect(again.status == 0 && again.text.contains("already"))
        #expect(try bench.text(of: file) == before)
        let server = try bench.serve("replay")
        #expect(try server.exchange(.get("/users")).body.latin1 == #"{"path": "/users", "list": [1, {"a": null}]}"#)
        #expect(try server.exchange(.get("/image")).body == Array(0...255))
        try server.stop()
    }

    @Test func `is seen by a running server at once`() throws {
        let bench = try Workbench()
        let origin = try sampleOrigin()
        let server = try bench.serve("spy", "http://127.0.0.1:\(origin.port)")
        let first = try server.exchange(.get("/users"))
        #expect(first["Understudy-Result"] == "passthrough")
        #expect(try eventually { try bench.run("history", "ls", "--json").lines.count == 1 })
        #expect(try bench.run("history", "save", "1").status == 0)
        let second = try server.exchange(.get("/users"))
        #expect(second["Understudy-Result"] == "hit" && second.body == first.body)
        #expect(try eventually { try bench.run("history", "ls", "--json").lines.count == 2 })
        // The hit's content comes from the example.
        #expect(try bench.run("history", "show", "2", "--body").output == first.body)
        #expect(try bench.run("history").lines[0].hasSuffix("replayed"))
        let refused = try bench.run("history", "save", "2")
        #expect(refused.status == 1 && refused.errors.contains("answered from example"))
        try server.stop()
        #expect(origin.requests.count == 1)
    }

    @Test func `redacts what the history keeps`() throws {
        let bench = try Workbench()
        try bench.record([.get("/secret")], from: try sampleOrigin(), "--keep-secrets", mode: "proxy")
        #expect(try bench.run("history", "show", "1").text.contains("hunter2"))
        #expect(try bench.run("history", "save", "1", "--collection", "mine").text.contains("in mine"))
        let text = try bench.text(of: bench.recording + "/collections/mine.postman_collection.json")
        #expect(!text.contains("hunter2") && text.contains("REDACTED"))
    }

    @Test func `refuses what is not whole, and then saves nothing`() throws {
        let bench = try Workbench()
        let origin = try RawOrigin { (connection: RawConnection) in
            let request = try connection.readRequest()
            let isCut = request.startLine.contains("/cut")
            try connection.send(isCut ? "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this" : .answer("{}"))
        }
        try bench.record([.get("/good"), .get("/cut")], from: origin, mode: "proxy")
        let list = try bench.run("history", "ls", "--json").jsonLines()
        #expect(list[0]["failure"]?.text == "http_response_incomplete")
        let outcome = try bench.run("history", "save", "1", "2")
        #expect(outcome.status == 1 && outcome.errorLines.count == 1)
        #expect(outcome.errors.contains("exchange 2") && outcome.errors.contains("http_response_incomplete"))
        #expect(try bench.run("examples", "--json").lines.isEmpty)
        #expect(try bench.run("history", "save", "1", "--collection", "../x").status == 1)
    }
}
