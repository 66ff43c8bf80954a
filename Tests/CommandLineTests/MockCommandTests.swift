import Foundation
import TestSupport
import Testing
import UnderstudyCore

/// Mock servers, environments, keys and tags from the command line, without a server.
@Suite struct `Mock servers on the command line` {
    private func created(_ bench: Workbench, _ arguments: String...) throws -> JSONValue {
        let outcome = try bench.run(all: ["mock", "create", "--json"] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try outcome.json()
    }

    @Test func `are made from scratch, of a collection and of a file`() throws {
        let bench = try Workbench()
        let made = try created(
            bench, "Shop API", "--request", "GET /users/{{id}}", "--status", "201", "--header",
            "Content-Type: application/json", "--body", #"{"id": {{id}}}"#, "--private", "--delay", "3g")
        #expect(made["private"]?.bool == true && made["config"]?["delay"]?["preset"]?.text == "2")
        #expect(made["addresses"]?.elements?.first?.text == "http://shop-api.localhost:8080")
        let file = bench.recording + "/collections/shop-api.postman_collection.json"
        let collection = try JSONValue(parsing: try bench.text(of: file))
        let item = try #require(collection["item"]?.elements?.first)
        #expect(item["request"]?["url"]?["raw"]?.text == "{{baseUrl}}/users/{{id}}")
        #expect(item["response"]?.elements?.first?["code"]?.int == 201)
        #expect(item["response"]?.elements?.first?["body"]?.text == #"{"id": {{id}}}"#)
        let match = try bench.run("match", "/users/42", "--profile", "postman")
        #expect(match.status == 0 && match.text.contains("{{id}} is 42"), "\(match.text)")
        let second = try created(bench, "two", "--collection", "shop api", "--tag", "CURRENT")
        #expect(second["collection"] == made["collection"])
        try bench.folder.write(try bench.text(of: file), to: "elsewhere.json")
        let third = try created(bench, "three", "--collection", "elsewhere.json")
        #expect(third["collection"] != made["collection"])
        #expect(bench.names(in: bench.recording + "/mocks") == ["shop-api.json", "three.json", "two.json"])
        #expect(try bench.run("mock", "ls").lines.count == 4)
    }

    @Test func `are made of the history, and say what was left out`() throws {
        let bench = try Workbench()
        let origin = try RawOrigin { (_: RawMessage) in "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na" }
        try bench.record([.get("/x/1"), .get("/x/2"), .get("/y")], from: origin)
        let replay = try bench.serve("replay")
        _ = try replay.exchange(.get("/missing"))
        try replay.stop()
        let outcome = try bench.run("mock", "create", "all", "--from-history", "--group", "domain,path")
        #expect(outcome.status == 0 && outcome.text.contains("3 examples from the history"), "\(outcome.errors)")
        #expect(outcome.text.contains("left out, because they are no whole answers of an API: 4"))
        let listing = try bench.run("examples", "ls", "--json").jsonLines()
        #expect(
            listing.contains { $0["folders"]?.elements?.compactMap(\.text) == ["127.0.0.1:\(origin.port)", "x"] },
            "\(listing)")
        let some = try bench.run(
            "mock", "create", "some", "--from-history", "--exchange", "3", "--exchange", "1", "--json")
        #expect(some.status == 0)
        #expect(
            try bench.run("mock", "create", "n", "--from-history", "--date", "2001-01-01").errors.contains(
                "no such exchange"))
        #expect(
            try bench.run("mock", "create", "n", "--from-history", "--exchange", "99").errors.contains("no exchange 99")
        )
        #expect(
            try bench.run("mock", "create", "n", "--from-history", "--exchange", "4").errors.contains(
                "none of the 1 exchanges"))
        #expect(bench.names(in: bench.recording + "/mocks") == ["all.json", "some.json"])
    }

    @Test func `can be changed in everything but the collection`() throws {
        let bench = try Workbench()
        _ = try created(bench, "shop", "--request", "GET /")
        for (flags, path, value) in [
            (["--delay", "10..20"], ["config", "delay", "type"], "uniform"),
            (["--profile", "strict"], ["config", "profile"], "strict"),
            (["--description", "x y"], ["description"], "x y"),
            (["--repeats", "cycle"], ["config", "repeats"], "cycle"),
            (["--name", "Store"], ["name"], "Store"),
        ] {
            let name = path == ["name"] ? "shop" : "SHOP"
            let outcome = try bench.run(all: ["mock", "set", name, "--json"] + flags)
            var found: JSONValue? = try outcome.json()
            for member in path { found = found?[member] }
            #expect(found?.text == value, "\(flags)")
        }
        let more = try bench.run(
            "mock", "set", "store", "--json", "--private", "--match-body", "--match-headers", "Accept, X-A",
            "--no-match-query",
            "--no-wildcards", "--port", "4501", "--calls-per-minute", "60", "--calls-per-month", "1000"
        ).json()
        #expect(more["private"]?.bool == true && more["port"]?.int == 4501)
        #expect(more["config"]?["headers"] == ["Accept", "X-A"] && more["config"]?["matchBody"]?.bool == true)
        #expect(more["limits"]?["callsPerMinute"]?.int == 60 && more["limits"]?["callsPerMonth"]?.int == 1000)
        #expect(try bench.run("mock", "url", "store").text == "http://127.0.0.1:4501\n")
        let back = try bench.run(
            "mock", "set", "store", "--json", "--public", "--port", "none", "--calls-per-minute", "none",
            "--match-headers", "",
            "--delay", "none", "--environment", "none"
        ).json()
        #expect(
            back["private"]?.bool == false && back["port"]?.isNull == true && back["config"]?["delay"]?.isNull == true)
        #expect(try bench.run("mock", "set", "store").text == "mock server Store is as it was\n")
        let fixed = try bench.run("mock", "set", "store", "--collection", "other")
        #expect(
            fixed.status == 1
                && fixed.errors.contains("fixed: create another with 'understudy mock create NAME --collection other'"))
    }

    @Test(arguments: [
        (["create", "x"], "say what it is made of"),
        (["create", "x", "--collection", "nope"], "there is no collection 'nope'"),
        (["create", "x", "--request", "GET"], "not a method and a path"),
        (["create", "x", "--request", "GET /", "--status", "99"], "--status: '99'"),
        (["create", "x", "--request", "GET /", "--collection", "a"], "(one of them)"),
        (["create", "x", "--request", "GET /", "--header", "a b"], "'a b' is not 'Name: value'"),
        (["create", "x", "--request", "GET /", "--delay", "soon"], "--delay: 'soon' is not none, 2g"),
        (["create", "x", "--request", "GET /", "--environment", "e"], "there is no environment 'e'"),
        (["create", "x", "--request", "GET /", "--tag", "v9"], "there is no tag 'v9'"),
        (
            ["create", "x", "--request", "GET /", "--port", "0"],
            "--port: '0' is not 'none' or a number from 1 to 65535"
        ),
        (["create", "", "--request", "GET /"], "a mock server's name is"),
        (["show", "nope"], "there is no mock server 'nope'"),
        (["set", "shop", "--profile", "x"], "--profile: 'x' is not one of strict, postman"),
        (["set", "shop", "--server-response", "none such"], "there is no server response 'none such'"),
        (["rm", "shop", "nope"], "there is no mock server 'nope'"),
    ])
    func `what cannot be is one line, and changes nothing`(arguments: [String], complaint: String) throws {
        let bench = try Workbench()
        _ = try created(bench, "shop", "--request", "GET /")
        let before = try FileManager.default.subpathsOfDirectory(atPath: bench.recording).sorted()
        let outcome = try bench.run(all: ["mock"] + arguments)
        #expect(outcome.status == 1 && outcome.errorLines.count == 1, "\(outcome.errors)")
        #expect(outcome.errors.contains(complaint), "\(outcome.errors)")
        let after = try FileManager.default.subpathsOfDirectory(atPath: bench.recording).sorted()
        #expect(after.filter { $0 != "redaction.key" } == before.filter { $0 != "redaction.key" })
    }

    @Test func `server responses come and go`() throws {
        let bench = try Workbench()
        _ = try created(bench, "shop", "--request", "GET /")
        #expect(
            try bench.run("mock", "response", "add", "shop", "out", "--status", "503", "--header", "Retry-After: 5")
                .status == 0)
        #expect(
            try bench.run("mock", "set", "shop", "--server-response", "OUT", "--json").json()["config"]?[
                "serverResponseId"]?.text != nil)
        #expect(try bench.run("mock", "show", "shop").text.contains("forced answer  503 out"))
        #expect(try bench.run("mock", "response", "add", "shop", "out", "--status", "500").errors.contains("already"))
        #expect(try bench.run("mock", "response", "add", "shop", "x", "--status", "404").errors.contains("500 to 599"))
        #expect(try bench.run("mock", "response", "rm", "shop", "out").status == 0)
        let shown = try bench.run("mock", "show", "shop", "--json").json()
        #expect(shown["serverResponses"] == [] && shown["config"]?["serverResponseId"]?.isNull == true)
    }

    @Test func `deleting a collection or environment deactivates them`() throws {
        let bench = try Workbench()
        _ = try bench.run("env", "set", "stage", "host", "h.example")
        _ = try created(bench, "a", "--request", "GET /", "--environment", "stage", "--save-url-as", "A local")
        _ = try created(bench, "b", "--collection", "a")
        func deactivated() throws -> [Bool?] {
            try bench.run("mock", "ls", "--json").json()["mocks"]?.elements?.map { $0["deactivated"]?.bool } ?? []
        }
        #expect(try deactivated() == [false, false])
        #expect(try bench.run("env", "show", "a local").text == "url  http://a.localhost:8080\n")
        #expect(try bench.run("env", "rm", "stage").lines.last == "deactivated by that: a")
        #expect(try deactivated() == [true, false])
        // Another of that name is another.
        _ = try bench.run("env", "set", "stage", "host", "h.example")
        #expect(try deactivated() == [true, false])
        #expect(try bench.run("collection", "rm", "a").lines.last == "deactivated by that: a, b")
        #expect(try deactivated() == [true, true])
        #expect(try bench.run("mock", "rm", "a", "b").lines.count == 2)
    }

    @Test func `environments hide their secrets`() throws {
        let bench = try Workbench()
        _ = try bench.run("env", "set", "stage", "url", "http://x.example")
        _ = try bench.run("env", "set", "stage", "token", "hush-hush", "--secret")
        for arguments in [
            ["env", "ls"], ["env", "show", "stage"], ["env", "show", "stage", "--json"], ["env", "export", "stage"],
        ] {
            let outcome = try bench.run(all: arguments)
            #expect(outcome.status == 0 && !outcome.text.contains("hush"), "\(arguments)")
        }
        let export = try bench.run("env", "export", "stage", "--with-secrets")
        #expect(export.text.contains("hush-hush"))
        try bench.folder.write(export.text.replacing("stage", with: "copy"), to: "copy.json")
        #expect(try bench.run("env", "import", "copy.json").status == 0)
        #expect(try bench.run("env", "import", "copy.json").errors.contains("already"))
        #expect(try bench.run("env", "unset", "copy", "url").status == 0)
        #expect(try bench.run("env", "unset", "copy", "url").errors.contains("has no variable 'url'"))
        #expect(try bench.run("env", "show", "copy").text == "token  (secret)\n")
    }

    @Test func `keys are shown once, and a policy holds`() throws {
        let bench = try Workbench()
        let made = try bench.run("key", "create", "ci", "--role", "admin", "--expires", "90d", "--json").json()
        let key = try #require(made["key"]?.text)
        let list = try bench.run("key", "ls", "--json")
        #expect(!list.text.contains(key) && list.text.contains("admin"))
        for (arguments, complaint) in [
            (["create", "ci"], "already"), (["create", "x", "--role", "root"], "--role: 'root'"),
            (["create", "x", "--expires", "2001-01-01"], "not a time to come"),
            (["create", "x", "--owner", "me"], "not a number"),
            (["revoke", "nobody"], "there is no key 'nobody'"),
        ] {
            let outcome = try bench.run(all: ["key"] + arguments)
            #expect(outcome.status == 1 && outcome.errors.contains(complaint), "\(arguments) \(outcome.errors)")
        }
        _ = try created(bench, "open", "--request", "GET /")
        #expect(try bench.run("policy", "--forbid-public-mocks").text.contains("  open  "))
        #expect(
            try bench.run("mock", "create", "more", "--collection", "open").errors.contains("policy forbids public"))
        #expect(try bench.run("mock", "set", "open", "--private").status == 0)
        #expect(try bench.run("mock", "set", "open", "--public").errors.contains("policy forbids public"))
        #expect(try bench.run("policy").text == "public mock servers are forbidden\n")
        #expect(try bench.run("key", "revoke", "CI").status == 0)
        #expect(try bench.run("key", "ls").errors.contains("there are no keys"))
    }

    @Test func `tags keep versions`() throws {
        let bench = try Workbench()
        _ = try created(bench, "shop", "--request", "GET /")
        #expect(try bench.run("collection", "tag", "shop", "v1").status == 0)
        #expect(try bench.run("collection", "rename", "shop", "Shop 2").status == 0)
        #expect(try bench.run("collection", "tags", "Shop 2").text == "CURRENT\nv1\n")
        #expect(try bench.run("mock", "set", "shop", "--tag", "v1").status == 0)
        #expect(try bench.run("mock", "show", "shop").text.contains("Shop 2, version v1"))
        #expect(try bench.run("collection", "tag", "shop 2", "v1").errors.contains("there is a tag 'v1' already"))
        #expect(try bench.run("collection", "untag", "shop 2", "v1").status == 0)
        #expect(try bench.run("mock", "ls").text.contains("deactivated"))
    }
}
