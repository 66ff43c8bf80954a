import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `Editing environments` {
    private let text = #"""
        {"id": "e1", "name": "dev", "owner": 7, "values": [
          {"key": "a", "value": "1", "type": "default", "enabled": true, "note": "kept"},
          {"key": "b", "value": "x", "enabled": false},
          {"key": "a", "value": "2"}, {"key": "a", "value": "3", "disabled": true},
          {"key": "s", "value": "hush", "type": "secret"}, 7
        ], "_postman_variable_scope": "environment", "_postman_exported_using": "Postman/11.0"}
        """#

    private func environment(_ text: String? = nil) throws -> PostmanEnvironment {
        try PostmanEnvironment(parsing: ByteBuffer(string: text ?? self.text), file: "e.json")
    }

    private func reread(_ environment: PostmanEnvironment) throws -> PostmanEnvironment {
        try PostmanEnvironment(parsing: environment.bytes(), file: "e.json")
    }

    @Test func `what is not changed comes back byte for byte`() throws {
        #expect(String(buffer: try environment().bytes()) == text)
        var renamed = try environment()
        renamed.rename(to: "dev")
        renamed.enable("s")
        #expect(String(buffer: renamed.bytes()) == text)
    }

    @Test func `the value that counts is set, everything else stays`() throws {
        var edited = try environment()
        edited.set("a", to: "new")
        edited.set("b", to: "on")
        edited.set("c", to: "added", isSecret: true)
        edited.rename(to: "test")
        let read = try reread(edited)
        #expect(read.name == "test" && read.id == "e1")
        let scope = read.scope(over: [:])
        #expect(["a", "b", "c", "s"].map { scope[$0] } == ["new", "on", "added", "hush"])
        let before = try environment().object
        #expect(
            read.object["owner"] == 7 && read.object["_postman_exported_using"] == before["_postman_exported_using"])
        let (old, new) = (before["values"]?.elements ?? [], read.object["values"]?.elements ?? [])
        #expect(new.count == 7 && new[0] == old[0] && new[3...5] == old[3...5])
        #expect(new[2] == ["key": "a", "value": "new"])
        #expect(new[6] == ["key": "c", "value": "added", "type": "secret", "enabled": true])
    }

    @Test func `unsetting takes repeats along, disabling keeps the value`() throws {
        var edited = try environment()
        #expect(edited.unset("a") && !edited.unset("a") && !edited.unset("nobody"))
        #expect(edited.enable("s", false) && !edited.enable("nobody"))
        var read = try reread(edited)
        #expect(read.variables.map(\.name) == ["b", "s"])
        #expect(read.scope(over: [:])["s"] == nil)
        read.enable("s")
        #expect(try reread(read).scope(over: [:])["s"] == "hush")
    }

    @Test func `of repeats the last is enabled and all are disabled`() throws {
        var edited = try environment()
        edited.enable("a")
        #expect(try reread(edited).scope(over: [:])["a"] == "3")
        edited.enable("a", false)
        #expect(try reread(edited).scope(over: ["a": "collection"])["a"] == "collection")
    }

    @Test func `a wrapped one stays wrapped, a new one is an export`() throws {
        var wrapped = try environment(#"{"environment":{"name":"w","values":[]},"meta":1}"#)
        wrapped.set("k", to: "v")
        let root = try JSONValue(parsing: wrapped.bytes())
        #expect(root["meta"] == 1 && root["environment"]?["values"]?.elements?.count == 1)
        let new = try reread(PostmanEnvironment(name: "fresh", kind: .globals))
        #expect(new.name == "fresh" && new.kind == .globals && new.variables.isEmpty && new.id.count == 36)
    }

    @Test func `its description names no secret value`() throws {
        let text = "\(try environment())"
        #expect(text.contains("s") && !text.contains("hush"))
    }

    @Test(arguments: [
        ("My Shop (v2)", "my-shop-v2"), ("../../x", "x"), ("/etc/passwd", "etc-passwd"), ("a.b_c", "a.b_c"),
        ("..", "unnamed-"), ("", "unnamed-"), ("日本", "unnamed-"), ("-rf .", "rf"), ("a\u{0}b", "a-b"),
        (String(repeating: "x", count: 300), String(repeating: "x", count: 80)),
    ])
    func `names become harmless file names`(name: String, slug: String) {
        #expect(NameSlug.slug(of: name).hasPrefix(slug))
        #expect(NameSlug.slug(of: name).utf8.count <= 80)
    }
}
