import Foundation
import TestSupport
import Testing
import UnderstudyCore

/// `understudy match`: which example answers, without a server.
@Suite struct `Match on the command line` {
    /// A recording of a GET with a query, a path with an id, a body, and a secret.
    private func workbench() throws -> Workbench {
        let bench = try Workbench()
        try bench.record(
            [
                .get("/users?page=1"), .get("/users/7/posts"), .post("/orders", #"{"id": 1, "note": "a", "at": 5}"#),
                "GET /me HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer hunter2\r\n\r\n",
                .get("/list?access_token=hunter2"),
            ], from: try sampleOrigin())
        return bench
    }

    private let json = ["-H", "Content-Type: application/json"]

    @Test func `a hit is one line`() throws {
        let bench = try workbench()
        for url in ["/users?page=1", "https://api.example.com/users?page=1#top"] {
            let outcome = try bench.run("match", url)
            #expect(outcome.status == 0 && outcome.lines.count == 1 && outcome.errors.isEmpty)
            #expect(outcome.text.contains("  GET /users?page=1 → 200  (200 OK ?page=1)  score 100: 100 for: same path"))
        }
        let post = try bench.run(all: ["match", "/orders", "-d", #"{"at":5.0,"id":1,"note":"a"}"#] + json)
        #expect(post.status == 0 && post.text.contains("POST /orders → 200"))
        #expect(try bench.run("match", "-X", "HEAD", "/users?page=1").status == 0, "as a server derives it")
        let captured = try bench.run(
            "examples", "edit", try id("/users/7", bench), "--target", "/users/{{user}}/posts")
        #expect(captured.status == 0)
        let outcome = try bench.run("match", "/users/8/posts", "--wildcards")
        #expect(outcome.status == 0 && outcome.text.hasSuffix("  {{user}} is 8\n"), "\(outcome.text)")
    }

    private func id(_ path: String, _ bench: Workbench) throws -> String {
        try #require(try bench.run("examples", "ls", path, "--json").jsonLines().first?["id"]?.text)
    }

    @Test func `a miss tells the nearest, what mends them and what records it`() throws {
        let bench = try workbench()
        let outcome = try bench.run("match", "/users?page=2")
        #expect(outcome.status == 3 && outcome.errors.isEmpty)
        let users = try id("/users?", bench)
        #expect(outcome.lines[0] == "no example answers GET /users?page=2  (strict profile, 5 examples)")
        #expect(outcome.text.contains("    its query parameter page is 1, the request's is 2\n"))
        #expect(outcome.text.contains("    mend: understudy examples edit \(users) --ignore query:page\n"))
        #expect(outcome.lines.last?.hasPrefix("record it: understudy auto http") == true)
        let explained = try bench.run("match", "/users?page=2", "--explain")
        #expect(explained.status == 3)
        #expect(explained.lines.filter { $0.hasPrefix("    out: ") }.count == 5)
        let document = try bench.run("match", "/users?page=2", "--json")
        #expect(document.status == 3)
        #expect(try document.json()["result"]?.text == "miss")
        #expect(try document.json()["considered"]?.elements?.count == 5)
        #expect(try bench.run("match", "/users?page=1", "--json").json()["example"]?.text == users)
    }

    @Test func `secrets are redacted as the server does it, and nothing is made on disk`() throws {
        let bench = try workbench()
        func score(_ arguments: String...) throws -> String {
            let text = try bench.run(all: ["match"] + arguments).text
            return text.split(separator: " ").drop { $0 != "score" }.dropFirst().first.map(String.init) ?? text
        }
        #expect(try score("/list?access_token=hunter2") == "100:")
        #expect(try score("/list?access_token=other") == "90:")
        #expect(try score("/me", "-H", "Authorization: Bearer hunter2", "--match-headers", "Authorization") == "100:")
        #expect(try bench.run("match", "/list?access_token=hunter2", "--no-redact").status == 3)
        try FileManager.default.removeItem(atPath: bench.recording + "/redaction.key")
        let before = bench.names(in: bench.recording)
        #expect(try score("/list?access_token=hunter2") == "90:", "the key is gone")
        #expect(bench.names(in: bench.recording) == before)
        #expect(try bench.run("match", "/x", "--dir", "none").status == 1)
        #expect(bench.names(in: bench.folder.file("none")) == nil)
    }

    @Test func `content comes as with curl`() throws {
        let bench = try workbench()
        try bench.folder.write("{\"id\": 1,\r\n\"note\": \"a\", \"at\": 5}\n", to: "body.json")
        for flags in [["-d", "@body.json"], ["--data-binary", "@body.json"], ["-X", "POST", "--data", "@body.json"]] {
            #expect(try bench.run(all: ["match", "/orders"] + flags + json).status == 0, "\(flags)")
        }
        let form = try bench.run("match", "/orders", "-d", "a=1", "-d", "b=2", "--explain")
        #expect(form.text.contains("this one's is application/x-www-form-urlencoded"))
        #expect(try bench.run("match", "-X", "POST", "/orders").status == 3)
        #expect(try bench.run("match", "-X", "POST", "/orders", "--no-match-body").status == 0)
    }

    @Test(arguments: [
        (["users"], "neither a path"), (["/a", "-H", "none"], "'none' is not 'Name: value'"),
        (["/a", "-d", "@none"], "none"), (["/a", "--from", "none"], "there is no file or folder none"),
        (["/a", "--profile", "x"], "--profile: 'x' is not one of strict, postman"),
    ])
    func `what is wrong is said in a line`(arguments: [String], message: String) throws {
        let outcome = try workbench().run(all: ["match"] + arguments)
        #expect(outcome.status == 1 && outcome.errorLines.count == 1)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    // MARK: Mends

    /// Asks, runs the first command that is printed, and asks again, until an example answers.
    private func mended(
        _ arguments: [String], _ bench: Workbench, editing folder: String? = nil, profile: String = "strict"
    ) throws -> [String] {
        var commands: [String] = []
        for _ in 0..<6 {
            let outcome = try bench.run(all: ["match", "--profile", profile] + arguments)
            if outcome.status == 0 { return commands }
            #expect(outcome.status == 3)
            let line = try #require(outcome.lines.first { $0.hasPrefix("    mend: ") }, "\(outcome.text)")
            let command = line.dropFirst("    mend: understudy ".count)
            commands.append(String(command))
            let child = try ChildProcess(
                "/bin/sh", ["-c", "exec '\(BuiltProduct.understudy)' \(command)"], environment: bench.environment(),
                folder: bench.folder.path)
            #expect(try child.waitForExit(within: 20) == 0, "\(command): \(child.lines)")
        }
        Issue.record("still no example after \(commands)")
        return commands
    }

    @Test(arguments: [
        (["/users?page=2"], ["--ignore query:page"]),
        (["/users?page=1&sort=up&x=it%27s%20%2C"], ["--ignore query:sort", "--ignore query:x"]),
        (["/users"], ["--ignore query:page"]),
        (["/users/8/posts"], ["--target '/users/{{any}}/posts'"]),
        (["/orders", "-d", #"{"id":2,"note":"a","at":5}"#], ["--ignore 'json:$.id'"]),
        (
            ["/orders", "-d", #"{"id":2,"note":["b"],"more":true}"#],
            ["--ignore 'json:$.at'", "--ignore 'json:$.id'", "--ignore 'json:$.more'", "--ignore 'json:$.note'"]
        ),
        (["/orders", "-d", "[1]"], ["--ignore 'json:$'"]),
        (["/orders", "-d", "a=1", "-H", "Content-Type: text/plain"], ["--match-body off"]),
    ])
    func `the command that is printed mends it`(request: [String], flags: [String]) throws {
        let bench = try workbench()
        let isForm = !request.contains("-d") || request.contains("-H")
        let commands = try mended(request + (isForm ? [] : json), bench)
        #expect(Set(commands.map { String($0.split(separator: " ", maxSplits: 3)[3]) }) == Set(flags))
        // What answered before still does.
        #expect(try bench.run("match", "/me").status == 0)
    }

    @Test func `switching off and conditions are mended too`() throws {
        let bench = try workbench()
        #expect(try bench.run("examples", "edit", try id("/me", bench), "--disable").status == 0)
        #expect(try mended(["/me"], bench).map { $0.hasSuffix("--enable") } == [true])
        let listed = try bench.run(
            "match", "/me", "-H", "Authorization: Basic other", "-H", "X-Plan: pro", "--match-headers", "X-Plan")
        #expect(listed.text.contains("--ignore header:X-Plan\n"))
        #expect(try mended(["/me", "-H", "X-Plan: pro", "--match-headers", "X-Plan"], bench).count == 1)
        let file = try bench.collectionFile()
        let text = try bench.text(of: file).replacing(
            #""ignore": ["#, with: #""headers": {"X-Plan": "{{absent}}"}, "ignore": ["#)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try mended(["/me", "-H", "X-Plan: pro"], bench).map { $0.hasSuffix("--drop-rules") } == [true])
    }

    @Test func `commands name the folder where it has to be named`() throws {
        let bench = try workbench()
        try FileManager.default.moveItem(atPath: bench.recording, toPath: bench.folder.file("my api"))
        #expect(try mended(["/users?page=2", "--dir", "my api"], bench)[0].hasSuffix(" --dir 'my api'"))
        let name = try #require(
            bench.names(in: bench.folder.file("my api/collections"))?.first { $0.hasSuffix(".json") })
        let file = "my api/collections/\(name)"
        #expect(try mended(["/users/8/posts", "--from", file], bench)[0].hasSuffix(" --dir 'my api'"))
        try FileManager.default.copyItem(atPath: bench.folder.file(file), toPath: bench.folder.file("loose.json"))
        let loose = try bench.run("match", "/nothing/at/all", "--from", "loose.json")
        #expect(loose.status == 3 && !loose.text.contains("mend:"), "there is no recording to edit")
    }
}
