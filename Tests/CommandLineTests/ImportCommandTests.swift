import Foundation
import TestSupport
import Testing
import UnderstudyCore

@Suite struct `Importing and exporting by command` {
    private static let collection =
        #"{"info":{"name":"Shop API","_postman_id":"p1","schema":"x/v2.1.0/collection.json"},"odd" : [1.0],"item":[{"name":"i","request":{"method":"POST","url":"https://h.test/a?x=1","header":[{"key":"A","value":"it's"}],"body":{"mode":"raw","raw":"{}"}},"response":[{"name":"e","code":200,"body":"one"}]}]}"#
    private static let environment = #"{"id":"e1","name":"dev","values":[{"key":"k","value":"v"}],"owner":7}"#
    private static let har =
        #"{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"http://a.test/x/y?access_token=hunter2"},"response":{"status":200,"content":{"size":3,"text":"abc"}}},{"request":{"method":"GET","url":"http://b.test/z"},"response":{"status":200,"content":{"size":9}}},{"request":{"method":"GET","url":"ws://c.test/"},"response":{"status":101}}]}}"#

    private func bench(_ files: [String: String]) throws -> Workbench {
        let bench = try Workbench()
        for (name, text) in files { try text.write(toFile: bench.folder.file(name), atomically: true, encoding: .utf8) }
        return bench
    }

    @Test func `what comes in is named, goes out again, and a second one stands beside it`() throws {
        let bench = try bench(["c.json": Self.collection, "e.json": Self.environment])
        let first = try bench.run("import", "c.json", "e.json")
        #expect(first.status == 0 && first.errors.isEmpty, "\(first.errors)")
        #expect(first.lines.first?.contains("imported collection Shop API (1 request, 1 example)") == true)
        #expect(first.lines.last?.contains("imported environment dev (1 variable)") == true)
        #expect(try bench.text(of: bench.collectionFile()) == Self.collection)
        let second = try bench.run("import", "c.json", "--into", "Other", "--json").json()
        #expect(second["items"]?.elements?.first?["name"] == "Other")
        #expect(try bench.run("import", "c.json").text.contains("collection Shop API 2 "))
        #expect(try bench.run("import", "e.json").text.contains("environment dev 2 "))
        #expect(bench.names(in: bench.recording + "/collections")?.count == 3)
        let replaced = try bench.run("import", "c.json", "--into", "Other", "--replace", "--json").json()
        #expect(replaced["items"]?.elements?.first?["replaced"] == true)
        #expect(bench.names(in: bench.recording + "/collections")?.count == 3)

        #expect(try bench.run("export", "collection", "p1").text == Self.collection)
        let old = try bench.run("export", "collection", "p1", "--format", "v2.0").json()
        #expect(old["info"]?["schema"]?.text?.contains("v2.0.0") == true && old["odd"]?.elements == [.number("1.0")])
        #expect(
            try bench.run("export", "collection", "p1", "--format", "curl").lines.last
                == #"curl -X POST -H 'A: it'\''s' -H Content-Type: --data-raw '{}' 'https://h.test/a?x=1'"#.replacing(
                    "-X POST ", with: ""))
        #expect(try bench.run("export", "environment", "dev").text == Self.environment)
        #expect(try bench.run("export", "all", "-o", "all.zip").status == 0)
        let again = try bench.run("import", "all.zip", "--dir", "again", "--json").json()
        #expect(again["items"]?.elements?.count == 5 && again["problems"] == [])
    }

    @Test func `HAR says what lacks content, and is redacted`() throws {
        let bench = try bench(["s.har": Self.har])
        let outcome = try bench.run("import", "s.har")
        #expect(outcome.status == 0 && outcome.lines.count == 2)
        #expect(outcome.errors.contains("1 exchange without content:\n  $.log.entries[1]: the response's 9 bytes"))
        #expect(outcome.errors.contains("$.log.entries[2]: 'ws://c.test/' is no URL of HTTP"))
        let files = try #require(bench.names(in: bench.recording + "/collections"))
        for file in files { #expect(try !bench.text(of: "\(bench.recording)/collections/\(file)").contains("hunter2")) }
        let one = try bench.run("import", "s.har", "--group", "domain,path", "--into", "all", "--json").json()
        #expect(one["items"]?.elements?.count == 1 && one["items"]?.elements?.first?["examples"] == 2)
        let listed = try bench.run("examples", "ls", "--collection", "all", "--json").jsonLines()
        #expect(listed.map { $0["folders"] } == [["a.test", "x"], ["b.test"]])
    }

    @Test func `what cannot be read is said, and ends with 1 when nothing came in`() throws {
        let bench = try bench([
            "bad.json": "{", "c.json": Self.collection, "big.json": String(repeating: " ", count: 3000),
        ])
        let both = try bench.run("import", "bad.json", "c.json")
        #expect(both.status == 0 && both.lines.count == 1 && both.errorLines.count == 1)
        #expect(both.errors.hasPrefix("understudy: bad.json: line 1, column 2 (byte 1): "), "\(both.errors)")
        let none = try bench.run("import", "bad.json")
        #expect(none.status == 1 && none.errors.contains("nothing was imported"))
        let big = try bench.run("import", "big.json", "--max-size", "2KB")
        #expect(big.status == 1 && big.errors.contains("larger than 2.0 KB"), "\(big.errors)")
        #expect(try bench.run("import", "nowhere.json").status == 1)
        #expect(try bench.run("import", "c.json", "--group", "x").errors.contains("--group"))
    }

    @Test func `names never lead out of the workspace`() throws {
        let bench = try bench([
            "c.json": Self.collection.replacing("Shop API", with: "../../evil"),
            "e.json": #"{"name":"../../../evil","values":[]}"#,
        ])
        #expect(try bench.run("import", "c.json", "e.json").status == 0)
        #expect(bench.names(in: bench.recording + "/collections") == ["evil.postman_collection.json"])
        #expect(bench.names(in: bench.recording + "/environments") == ["evil.postman_environment.json"])
        #expect(bench.names(in: bench.folder.path)?.contains { $0.contains("evil") } == false)
    }

    @Test func `history goes out as HAR, curl and JSON, and comes in again`() throws {
        let bench = try Workbench()
        let origin = try sampleOrigin()
        try bench.record(
            [.get("/a?b=1"), .post("/users", #"{"n":"it's"}"#), .get("/image"), .get("/missing")], from: origin)
        let har = try bench.run("export", "history").json()
        #expect(har["log"]?["entries"]?.elements?.count == 4)
        #expect(har["log"]?["entries"]?.elements?[2]["response"]?["content"]?["encoding"] == "base64")
        #expect(try bench.run("export", "history", "--status", "404", "--format", "json").jsonLines().count == 1)
        let curl = try bench.run("export", "history", "--method", "POST", "--format", "curl").lines
        #expect(curl.count == 1 && curl[0].contains(#"--data-raw '{"n":"it'\''s"}'"#) && curl[0].contains("127.0.0.1"))
        #expect(try bench.run("export", "history", "--exchange", "1", "-o", "one.har").status == 0)
        let again = try bench.run("import", "one.har", "--dir", "again", "--json").json()
        #expect(again["items"]?.elements?.first?["examples"] == 1 && again["problems"] == [])
        #expect(try bench.run("export", "history", "--path", "/nowhere").status == 1)
    }

    @Test func `a file of any kind becomes a mock server at once`() throws {
        let bench = try bench([
            "api.yaml":
                "openapi: 3.0.0\ninfo: {title: Pets}\npaths: {/pets: {get: {responses: {200: {description: All}}}}}\n",
            "e.json": Self.environment,
        ])
        let made = try bench.run("mock", "create", "pets", "--collection", "api.yaml")
        #expect(made.status == 0, "\(made.errors)")
        #expect(try bench.run("examples", "ls", "--json").jsonLines().map { $0["path"] } == ["/pets"])
        let none = try bench.run("mock", "create", "other", "--collection", "e.json")
        #expect(none.status == 1 && none.errors.contains("not one collection"), "\(none.errors)")
        #expect(bench.names(in: bench.recording + "/environments") == [])
    }

    @Test func `an exported environment has no secrets unless they are asked for`() throws {
        let bench = try bench([
            "e.json":
                #"{"name":"dev","values":[{"key":"a","value":"plain"},{"key":"t","value":"hush1","type":"secret","enabled":false},{"key":"t","value":"hush2","type":"secret"}]}"#
        ])
        #expect(try bench.run("import", "e.json").status == 0)
        for arguments in [["export", "environment", "dev"], ["env", "export", "dev"]] {
            let without = try bench.run(all: arguments)
            #expect(without.status == 0 && !without.text.contains("hush") && without.text.contains("plain"))
            #expect(try without.json()["values"]?.elements?[1]["enabled"] == false)
            let with = try bench.run(all: arguments + ["--with-secrets"])
            #expect(with.text.contains("hush1") && with.text.contains("hush2"))
        }
    }

    @Test func `curl command lines are redacted unless it is said otherwise`() throws {
        let bench = try bench(["c.txt": "curl http://h.test/a -H 'Authorization: Bearer hush'"])
        let outcome = try bench.run("import", "c.txt")
        #expect(outcome.status == 0 && outcome.errors.contains("--no-redact"), "\(outcome.errors)")
        #expect(try !bench.text(of: bench.collectionFile()).contains("hush"))
        let plain = try bench.run("import", "c.txt", "--replace", "--no-redact")
        #expect(plain.status == 0 && plain.errors.isEmpty, "\(plain.errors)")
        #expect(try bench.text(of: bench.collectionFile()).contains("Bearer hush"))
    }
}
