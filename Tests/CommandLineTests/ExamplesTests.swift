import Foundation
import TestSupport
import Testing
import UnderstudyCore

/// `understudy examples`, driven as a user would.
@Suite struct `Examples on the command line` {
    private func workbench() throws -> Workbench {
        let bench = try Workbench()
        try bench.record([.get("/users"), .get("/image"), .get("/missing")], from: try sampleOrigin())
        return bench
    }

    private func id(_ path: String, _ bench: Workbench) throws -> String {
        let found = try bench.run("examples", "ls", path, "--json").jsonLines()
        return try #require(found.first?["id"]?.text)
    }

    /// An editor that runs sed.
    private func editor(_ script: String) -> [String: String] { ["VISUAL": "sed -i -e '\(script)'"] }

    @Test func `lists them`() throws {
        let bench = try workbench()
        let list = try bench.run("examples")
        #expect(list.lines.count == 3 && list.errors.isEmpty)
        #expect(list.lines[0].contains("GET  /image") && list.lines[1].contains("404"))
        let json = try bench.run("examples", "ls", "get /us*", "--json").jsonLines()
        #expect(json.map { $0["path"]?.text } == ["/users"] && json[0]["status"]?.int == 200)
        let slug = try #require(json[0]["collection"]?.text)
        #expect(try bench.run("examples", "ls", "--collection", slug).lines.count == 3)
        let other = try bench.run("examples", "ls", "--collection", "other")
        #expect(other.status == 1 && other.errors.contains(slug))
    }

    @Test func `shows one, its id shortened`() throws {
        let bench = try workbench()
        let id = try id("/users", bench)
        let shown = try bench.run("examples", "show", String(id.prefix(6)))
        #expect(shown.lines.contains("> GET /users") && shown.lines.contains(#"  "path": "/users","#))
        #expect(try bench.run("examples", "show", id, "--json").json()["id"]?.text == id)
        #expect(try bench.run("examples", "show", try self.id("/image", bench), "--body").output == Array(0...255))
        for wrong in ["abc", "zzzz"] {
            let outcome = try bench.run("examples", "show", wrong)
            #expect(outcome.status == 1 && outcome.errorLines.count == 1 && outcome.errors.contains("'\(wrong)'"))
        }
    }

    @Test func `edits by flags are served at once`() throws {
        let bench = try workbench()
        let id = try id("/users", bench)
        let server = try bench.serve("replay")
        #expect(try server.exchange(.get("/users")).status == 200)
        try bench.folder.write("busy", to: "body.txt")
        let outcome = try bench.run(
            "examples", "edit", id, "--status", "503", "--header", "Retry-After: 1", "--header", "X: a", "--header",
            "x: b",
            "--remove-header", "content-type", "--body-file", "body.txt")
        #expect(outcome.status == 0 && outcome.lines.count == 1)
        let answer = try server.exchange(.get("/users"))
        #expect(answer.startLine == "HTTP/1.1 503 Service Unavailable" && answer.body.latin1 == "busy")
        #expect(answer["Content-Type"] == nil && answer["Content-Length"] == "4" && answer["Retry-After"] == "1")
        #expect(answer.fieldLines.filter { $0.lowercased().hasPrefix("x:") } == ["X: a", "x: b"])
        #expect(try bench.run("examples", "ls", "/users").text.contains("503 Service Unavailable"))
        let same = try bench.run("examples", "edit", id, "--status", "503")
        #expect(same.text.contains("as it was"))
        try server.stop()
    }

    @Test func `a binary body goes into a file and comes back whole`() throws {
        let bench = try workbench()
        let id = try id("/users", bench)
        let bytes = [UInt8](repeating: 0, count: 10) + [0xFF]
        try Data(bytes).write(to: bench.folder.url.appendingPathComponent("b"))
        #expect(try bench.run("examples", "edit", id, "--body-file", "b").status == 0)
        #expect(try bench.run("examples", "show", id, "--body").output == bytes)
    }

    @Test(arguments: [
        ["--status", "99"], ["--header", "no colon"], ["--header", "Bad Name: x"], ["--body-file", "none"],
    ])
    func `a broken edit changes nothing`(arguments: [String]) throws {
        let bench = try workbench()
        let before = try bench.text(of: try bench.collectionFile())
        let outcome = try bench.run(all: ["examples", "edit", try id("/users", bench)] + arguments)
        #expect(outcome.status == 1 && outcome.errorLines.count == 1)
        #expect(try bench.text(of: try bench.collectionFile()) == before)
    }

    @Test func `an editor sees content as JSON and keeps what it leaves alone`() throws {
        let bench = try workbench()
        let file = try bench.collectionFile()
        // What another tool wrote into the file stays.
        let extended = try bench.text(of: file).replacing(
            #""cookie": [],"#, with: #""cookie": [], "x-mine": {"a": 1.0},"#)
        try extended.write(toFile: file, atomically: true, encoding: .utf8)
        let id = try id("/users", bench)
        let outcome = try bench.run("examples", "edit", id, environment: editor(#"s/"a": null/"a": true/"#))
        #expect(outcome.status == 0)
        #expect(try bench.run("examples", "show", id, "--body").text == #"{"path":"/users","list":[1,{"a":true}]}"#)
        #expect(try bench.text(of: file).components(separatedBy: #""x-mine""#).count == 4)
        let after = try bench.text(of: file)
        #expect(try bench.run("examples", "edit", id, environment: ["EDITOR": "true"]).text.contains("as it was"))
        #expect(try bench.text(of: file) == after)
        #expect(bench.names(in: bench.folder.path)?.contains { $0.hasPrefix("understudy-") } == false)
    }

    @Test func `a mistake in the editor is named and the text is kept`() throws {
        let bench = try workbench()
        let id = try id("/users", bench)
        let before = try bench.text(of: try bench.collectionFile())
        let outcome = try bench.run("examples", "edit", id, environment: editor(#"s/"code": 200/"code": "many"/"#))
        #expect(outcome.status == 1 && outcome.errorLines.count == 1)
        #expect(outcome.errors.contains("$.code"))
        #expect(try bench.text(of: try bench.collectionFile()) == before)
        let name = try #require(bench.names(in: bench.folder.path)?.first { $0.hasPrefix("understudy-") })
        let kept = bench.folder.file(name)
        #expect(outcome.errors.contains(kept))
        let text = try bench.text(of: kept)
        let line = try #require(text.split(separator: "\n").firstIndex { $0.contains(#""many""#) })
        #expect(outcome.errors.contains("line \(line + 1): "))
        try text.replacing(#""many""#, with: "201").write(toFile: kept, atomically: true, encoding: .utf8)
        #expect(try bench.run("examples", "edit", id, "--from", kept).status == 0)
        #expect(try bench.run("examples", "ls", "/users").text.contains("201 Created"))
        let broken = try bench.run("examples", "edit", id, environment: editor("s/:/=/"))
        #expect(broken.status == 1 && broken.errors.contains("line 2, column"))
        let failing = try bench.run("examples", "edit", id, environment: ["VISUAL": "false"])
        #expect(failing.status == 1 && failing.errors.contains("as it was"))
        let none = try bench.run("examples", "edit", id)
        #expect(none.status == 1 && none.errors.contains("EDITOR"))
    }

    @Test func `renames and removes`() throws {
        let bench = try workbench()
        let id = try id("/users", bench)
        #expect(try bench.run("examples", "rename", String(id.prefix(8)), "All users").status == 0)
        #expect(try bench.run("examples", "ls", "all users").lines.count == 1)
        let half = try bench.run("examples", "rm", id, "nothing")
        #expect(half.status == 1 && half.errorLines.count == 1)
        #expect(try bench.run("examples").lines.count == 3)
        let removed = try bench.run("examples", "rm", id, try self.id("/image", bench))
        #expect(removed.lines.count == 2 && removed.lines.allSatisfy { $0.hasPrefix("removed example ") })
        let server = try bench.serve("replay")
        #expect(try server.exchange(.get("/users"))["Understudy-Result"] == "miss")
        #expect(try server.exchange(.get("/missing")).body.latin1 == "no such thing")
        try server.stop()
    }

    @Test func `a broken collection is named and the others are listed`() throws {
        let bench = try workbench()
        try "{\n  \"item\": [".write(
            toFile: bench.recording + "/collections/broken.postman_collection.json", atomically: true, encoding: .utf8)
        let outcome = try bench.run("examples")
        #expect(outcome.status == 1 && outcome.lines.count == 3)
        #expect(outcome.errors.contains("broken.postman_collection.json: line 2"))
    }

    /// The command line and a recording server write the same file; neither may undo the other.
    @Test func `edits while recording are not lost`() async throws {
        let bench = try workbench()
        let id = try id("/users", bench)
        let origin = try sampleOrigin()
        let server = try bench.serve("record", "http://127.0.0.1:\(origin.port)")
        // The collection of this origin has to exist before it can be edited.
        _ = try server.exchange(.get("/first"))
        #expect(try eventually { try bench.run("examples", "ls", "/first", "--json").lines.count == 1 })
        let first = try self.id("/first", bench)
        async let recording: Void = {
            for number in 0..<150 { _ = try server.exchange(.get("/n/\(number)")) }
        }()
        for number in 0..<12 {
            #expect(try bench.run("examples", "rename", first, "name \(number)").status == 0)
            #expect(try bench.run("examples", "edit", first, "--header", "X-Edit-\(number): yes").status == 0)
        }
        try await recording
        try server.stop()
        let examples = try bench.run("examples", "ls", "/n/", "--json").jsonLines()
        #expect(Set(examples.compactMap { $0["path"]?.text }) == Set((0..<150).map { "/n/\($0)" }))
        let document = try bench.run("examples", "show", first, "--json").json()
        #expect(document["name"]?.text == "name 11")
        let names = document["header"]?.elements?.compactMap { $0["key"]?.text } ?? []
        #expect(Set((0..<12).map { "X-Edit-\($0)" }).isSubset(of: names))
        #expect(try bench.run("examples", "show", id).status == 0)
    }
}
