import Foundation
import TestSupport
import Testing
import UnderstudyCore

@Suite struct `Calling an API by command` {
    @Test func `call, save, mock: the answer is shown, recorded and served`() throws {
        let bench = try Workbench()
        let origin = try sampleOrigin()
        let url = "http://127.0.0.1:\(origin.port)"
        let plain = try bench.run("call", "\(url)/users/1?x=1")
        #expect(
            plain.status == 0 && plain.text == #"{"path": "/users/1?x=1", "list": [1, {"a": null}]}"#, "\(plain.errors)"
        )
        #expect(try bench.run("history", "ls", "--json").jsonLines().map { $0["path"] } == ["/users/1"])

        let saved = try bench.run(
            "call", "\(url)/users", "-XPOST", "-d", "a=1", "-H", "X-A: b", "-i", "--save", "Shop", "--name", "made")
        #expect(
            saved.status == 0 && saved.text.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"),
            "\(saved.errors)")
        #expect(saved.errors.contains("in Shop"))
        let listed = try bench.run("examples", "ls", "--json").jsonLines()
        #expect(listed.map { $0["name"] } == ["made"] && listed.first?["method"] == "POST")

        let mock = try bench.run("call", "\(url)/users/2", "--mock", "shop")
        #expect(mock.status == 0 && mock.errors.contains("created mock server shop"), "\(mock.errors)")
        #expect(mock.errors.contains("/__mock/") || mock.errors.contains("http://"))
        let shown = try bench.run("mock", "show", "shop", "--json").json()
        #expect(shown["deactivated"] == false)
        #expect(try bench.run("call", "\(url)/users/2", "--mock", "shop").status == 1)
        #expect(try bench.run("history", "ls", "--json").jsonLines().count == 3)
    }

    @Test func `options are curl's`() throws {
        let bench = try Workbench()
        let origin = try RawOrigin { (request: RawMessage) in
            let names = request.fields.map { "\($0.name): \($0.value)" }.filter { !$0.hasPrefix("Host") }
            return .answer(
                ([request.startLine] + names + [request.body.latin1]).joined(separator: "\n"), type: "text/plain")
        }
        try Data("line\n".utf8).write(to: URL(filePath: bench.folder.file("f")))
        let url = "http://127.0.0.1:\(origin.port)/p"
        func call(_ arguments: String...) throws -> String { try bench.run(all: ["call", url] + arguments).text }
        #expect(try call("-u", "me:pass").contains("Authorization: Basic bWU6cGFzcw=="))
        #expect(try call("-d", "@f", "-d", "b=2").hasSuffix("\nline&b=2"))
        #expect(try call("--data-binary", "@f").hasSuffix("\nline\n"))
        #expect(try call("--json", "{}").contains("Content-Type: application/json"))
        #expect(try call("-G", "-d", "a=1").hasPrefix("GET /p?a=1 HTTP/1.1"))
        #expect(try call("-F", "a=1").contains("name=\"a\""))
        #expect(try call("-X", "PURGE", "-H", "User-Agent:").hasPrefix("PURGE /p HTTP/1.1"))
        #expect(try bench.run("call", url, "-d", "@nowhere").status == 1)
    }

    @Test func `failures, forbidden targets and redirects`() throws {
        let bench = try Workbench()
        let dead = try bench.run("call", "http://127.0.0.1:1/")
        #expect(dead.status == 1 && dead.errors.contains("connection_refused"), "\(dead.errors)")
        #expect(try bench.run("history", "ls", "--json").jsonLines().first?["failure"] == "connection_refused")
        let origin = try RawOrigin { (request: RawMessage) in
            request.startLine.contains("/old")
                ? "HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n"
                : request.startLine.contains("/loop")
                    ? "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n" : .answer("here")
        }
        let url = "http://127.0.0.1:\(origin.port)"
        let denied = try bench.run("call", "\(url)/", "--deny-target", "loopback")
        #expect(denied.status == 1 && denied.errors.contains("--deny-target"), "\(denied.errors)")
        #expect(try bench.run("call", "\(url)/old").text.isEmpty)
        #expect(try bench.run("call", "-L", "\(url)/old").text == "here")
        #expect(try bench.run("call", "-L", "\(url)/loop").errors.contains("redirects"))
        #expect(try bench.run("call", "http://169.254.169.254/").errors.contains("metadata"))
        #expect(try bench.run("call", "ftp://h/").errors.contains("no URL of http"))
    }

    @Test func `secrets are redacted where they are kept`() throws {
        let bench = try Workbench()
        let origin = try sampleOrigin()
        let outcome = try bench.run(
            "call", "http://127.0.0.1:\(origin.port)/secret", "-H", "Authorization: Bearer hunter3", "--save", "s")
        #expect(outcome.text.contains("hunter2"))
        #expect(try !bench.text(of: bench.collectionFile()).contains("hunter"))
        #expect(try !bench.run("history", "show", "1", "--raw").text.contains("hunter"))
    }

    @Test func `a server may run on the same folder`() throws {
        let bench = try Workbench()
        let origin = try sampleOrigin()
        let server = try bench.serve("record", "http://127.0.0.1:\(origin.port)")
        _ = try server.exchange(.get("/first"))
        #expect(try bench.run("call", "http://127.0.0.1:\(origin.port)/second", "--save", "mine").status == 0)
        _ = try server.exchange(.get("/third"))
        try server.stop()
        #expect(
            try bench.run("history", "ls", "--oldest-first", "--json").jsonLines().map { $0["path"] }
                == ["/first", "/second", "/third"])
    }

    @Test func `an unknown name never means the file of another collection`() throws {
        let bench = try Workbench()
        let origin = try sampleOrigin()
        let url = "http://127.0.0.1:\(origin.port)"
        #expect(try bench.run("call", "\(url)/users/1", "--save", "My API").status == 0)
        let file = try bench.collectionFile()
        // Renamed, it keeps its file.
        try bench.text(of: file).replacing("My API", with: "Other").write(
            toFile: file, atomically: true, encoding: .utf8)
        let before = try bench.text(of: file)
        let saved = try bench.run("call", "\(url)/users/2", "--save", "My API")
        #expect(saved.status == 0 && saved.errors.contains("in My API"), "\(saved.errors)")
        #expect(try bench.text(of: file) == before)
        #expect(bench.names(in: bench.recording + "/collections")?.count == 2)
        #expect(try bench.run("call", "\(url)/users/3", "--save", "My API").status == 0)
        #expect(bench.names(in: bench.recording + "/collections")?.count == 2)
    }
}
