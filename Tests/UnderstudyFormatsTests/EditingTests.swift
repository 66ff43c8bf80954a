import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `Editing a collection` {
    private func collection() throws -> PostmanCollection {
        try fold([
            exchange("GET", "/a/1", answer: "one"), exchange("GET", "/a/1", answer: "two"), exchange("GET", "/b"),
        ])
    }

    @Test func `lists what there is`() throws {
        let listing = try collection().listing()
        #expect(listing.map(\.name) == ["200 OK", "200 OK (2)", "200 OK"])
        #expect(listing.map(\.bodyByteCount) == [3, 3, 2])
        #expect(listing.map(\.path) == ["/a/1", "/a/1", "/b"])
        #expect(listing.map(\.folders) == [["a"], ["a"], ["b"]])
        #expect(listing.map(\.id) == (try collection()).examples(files: nil).examples.map(\.id))
    }

    @Test func `removes an example, and what it leaves empty`() throws {
        var edited = try collection()
        let ids = edited.listing().map(\.id)
        let done1 = edited.remove(example: ids[2])
        #expect(done1)
        #expect(!text(edited).contains("\"GET /b\"") && !text(edited).contains("\"name\": \"b\""))
        let done2 = edited.remove(example: ids[0])
        #expect(done2)
        let done3 = edited.remove(example: ids[0])
        #expect(!done3)
        #expect(edited.listing().map(\.id) == [ids[1]])
        #expect(try reread(edited).bytes() == edited.bytes())
    }

    @Test func `a removed example does not give its id to another one that lives`() throws {
        var edited = try collection()
        edited.remove(example: edited.listing()[0].id)
        let again = try fold([exchange("GET", "/a/1", answer: "three")], into: edited)
        #expect(Set(again.listing().map(\.id)).count == 3)
        #expect(again.listing().map(\.name) == ["200 OK (2)", "200 OK", "200 OK"])
    }

    @Test func `renames and replaces an example`() throws {
        var edited = try collection()
        let id = edited.listing()[1].id
        let done4 = edited.rename(example: id, to: "mine \"x\"")
        #expect(done4)
        let done5 = edited.rename(example: "none", to: "x")
        #expect(!done5)
        #expect(edited.listing()[1].name == "mine \"x\"")
        guard case .object(var document)? = edited.document(ofExample: id) else { return #expect(Bool(false)) }
        document["code"] = 404
        let done6 = edited.replace(example: id, with: .object(document))
        #expect(done6)
        #expect(edited.listing().map(\.code) == [200, 404, 200])
        #expect(try reread(edited).bytes() == edited.bytes())
    }

    @Test(arguments: [
        ("https://api.example.com", "api.example.com"), ("http://localhost:8080", "localhost-8080"),
        ("HTTP://API.Example.com/x/y", "api.example.com"), ("https://u:p@h:1", "h-1"),
    ])
    func `a slug is the host and the port`(origin: String, slug: String) {
        #expect(PostmanCollection.slug(for: origin) == slug)
    }

    @Test(arguments: [
        "http://[::1]:8080", "http://../..", "../../etc/passwd", "..\\x", "http://.git", "-rf", "", "http://ü",
        "\u{0}\r\n",
        "http://" + String(repeating: "a", count: 5000), "http://a%2e%2e%2f",
    ])
    func `a slug is always a safe file name of its own`(origin: String) {
        let slug = PostmanCollection.slug(for: origin)
        #expect(slug.utf8.count <= 100 && !slug.isEmpty)
        #expect(slug.wholeMatch(of: /[a-z0-9_][a-z0-9._-]*-[0-9a-f]{8}/) != nil, "\(slug)")
        #expect(slug != PostmanCollection.slug(for: origin + "b"))
    }
}
