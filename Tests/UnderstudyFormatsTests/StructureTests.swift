import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `The structure of a collection` {
    private func collection() throws -> PostmanCollection {
        try reread(
            fold([
                exchange("GET", "/a/1", answer: "one"), exchange("GET", "/a/1", answer: "two"), exchange("GET", "/b"),
                exchange("GET", "/c", answer: "last"),
            ]))
    }

    private func ids(_ collection: PostmanCollection) -> [String] { collection.listing().map(\.id) }

    @Test func `what is removed comes back to its place, byte for byte`() throws {
        let whole = try collection()
        // One of two of a request, and one that takes its request and folder along.
        for place in 0..<4 {
            var edited = whole
            let id = ids(whole)[place]
            let removal = try #require(edited.removal(ofExample: id))
            edited.remove(example: id)
            edited = try reread(edited)
            #expect(!ids(edited).contains(id))
            let restored = try edited.restore(removal)
            #expect(restored == id)
            #expect(edited.bytes() == whole.bytes(), "\(place)")
            #expect(throws: StructureError.exists(id)) { try edited.restore(removal) }
        }
    }

    @Test func `both of a request come back in either order`() throws {
        let whole = try collection()
        for order in [[0, 1], [1, 0]] {
            var edited = whole
            var removals: [JSONValue] = []
            for id in ids(whole)[0...1] {
                removals.append(try #require(edited.removal(ofExample: id)))
                edited.remove(example: id)
                edited = try reread(edited)
            }
            // The last removed first is how it is undone; the other way round nothing is lost.
            for place in order { try edited.restore(removals[place]) }
            #expect(Set(ids(edited)) == Set(ids(whole)))
            if order == [1, 0] { #expect(edited.bytes() == whole.bytes()) }
        }
    }

    @Test func `where folders and requests are alike, each has its own back`() throws {
        let whole = try parsed(
            #"""
            {"info":{"name":"x"},"item":[
            {"name":"F","item":[{"name":"i","request":{"url":"/1"},"response":[{"id":"a","code":200}]}]},
            {"name":"F","item":[
            {"name":"i","request":{"url":"/1"},"response":[{"id":"b","code":200}]},
            {"name":"i","request":{"url":"/1"},"response":[{"id":"c","code":200},{"id":"d","code":200}]}]}]}
            """#)
        for id in ids(whole) {
            var edited = whole
            let removal = try #require(edited.removal(ofExample: id))
            edited.remove(example: id)
            edited = try reread(edited)
            try edited.restore(removal)
            #expect(edited.bytes() == whole.bytes(), "\(id)")
        }
    }

    @Test func `to the end of its own request, where another has the same id`() throws {
        var edited = try parsed(
            #"""
            {"info":{"name":"x"},"item":[
            {"id":"i","name":"i","request":{"url":"/1"},"response":[{"id":"a","code":200}]},
            {"id":"i","name":"i","request":{"url":"/2"},"response":[{"id":"b","code":200},{"id":"c","code":200}]}]}
            """#)
        try edited.move(example: "b", to: nil, newItem: "new")
        edited = try reread(edited)
        #expect(ids(edited) == ["a", "c", "b"])
        #expect(edited.listing().map(\.path) == ["/1", "/2", "/2"])
    }

    private func parsed(_ text: String) throws -> PostmanCollection {
        try PostmanCollection(parsing: ByteBuffer(string: text), slug: "x", file: "x")
    }

    @Test func `what cannot be put back is told`() throws {
        var edited = try collection()
        for bad: JSONValue in [
            [:], ["example": ["id": ""]], ["example": ["id": "x"]],
            ["example": ["id": "x"], "item": ["members": [:], "index": -1], "index": 0],
            ["example": ["id": "x"], "item": ["members": [:], "index": 0], "index": 0, "folders": [1]],
        ] { #expect(throws: StructureError.self, "\(bad)") { try edited.restore(bad) } }
        #expect(edited.bytes() == (try collection()).bytes())
    }

    @Test func `an example is added to a request, before another, or in folders`() throws {
        let whole = try collection()
        var edited = whole
        let example = { (id: String) -> JSONValue in
            [
                "id": .string(id), "name": .string(id), "code": 200,
                "originalRequest": ["method": "PUT", "url": ["raw": "{{baseUrl}}/new/1?x=2"]],
            ]
        }
        let place = try #require(whole.place(ofExample: ids(whole)[1]))
        #expect(place.index == 1 && place.folders == ["a"] && place.itemName == "GET /a/1")
        try edited.insert(example: example("n1"), at: .before(ids(whole)[1]), newItem: "i1")
        try edited.insert(example: example("n2"), at: .item(place.item), newItem: "i2")
        try edited.insert(example: example("n3"), at: .folder(["a", "deep"]), newItem: "i3")
        try edited.insert(example: example("n4"), at: .folder([]), newItem: "i4")
        edited = try reread(edited)
        let listing = edited.listing()
        #expect(
            listing.map(\.id) == [
                ids(whole)[0], "n1", ids(whole)[1], "n2", "n3", ids(whole)[2], ids(whole)[3], "n4",
            ])
        #expect(listing[4].folders == ["a", "deep"] && listing[4].itemName == "PUT /new/1")
        #expect(edited.place(ofExample: "n4")?.item == "i4")
        #expect(throws: StructureError.unknownExample("?")) {
            try edited.insert(example: example("x"), at: .before("?"), newItem: "i")
        }
        #expect(throws: StructureError.unknownItem("?")) {
            try edited.insert(example: example("x"), at: .item("?"), newItem: "i")
        }
        // All that was there is there, byte for byte.
        for id in ["n1", "n2", "n3", "n4"] { edited.remove(example: id) }
        #expect(edited.bytes() == whole.bytes())
    }

    @Test func `a copy stands right behind`() throws {
        var edited = try collection()
        let first = ids(edited)[0]
        try edited.duplicate(example: first, as: "copy", name: "again")
        edited = try reread(edited)
        #expect(Array(ids(edited)[...1]) == [first, "copy"])
        var copy = try #require(edited.document(ofExample: "copy")?.object)
        copy["id"] = .string(first)
        copy["name"] = edited.document(ofExample: first)?["name"]
        #expect(.object(copy) == edited.document(ofExample: first))
    }

    @Test func `examples change places, and the way back is the file as it was`() throws {
        let whole = try collection()
        let all = ids(whole)
        var edited = whole
        try edited.move(example: all[1], to: .before(all[0]), newItem: "i")
        edited = try reread(edited)
        #expect(ids(edited) == [all[1], all[0], all[2], all[3]])
        let item = try #require(edited.place(ofExample: all[1])?.item)
        try edited.move(example: all[1], to: .item(item), newItem: "i")
        edited = try reread(edited)
        #expect(edited.bytes() == whole.bytes())
        try edited.move(example: all[0], to: .before(all[0]), newItem: "i")
        #expect(edited.bytes() == whole.bytes())
        #expect(throws: StructureError.unknownExample("?")) {
            try edited.move(example: all[0], to: .before("?"), newItem: "i")
        }
        #expect(edited.bytes() == whole.bytes())
    }

    @Test func `a request moves with its only example, and an empty folder goes`() throws {
        let whole = try collection()
        let all = ids(whole)
        let item = try #require(whole.place(ofExample: all[2])?.item)
        var edited = whole
        try edited.move(example: all[2], to: .folder(["x", "y"]), newItem: "i")
        edited = try reread(edited)
        let place = try #require(edited.place(ofExample: all[2]))
        #expect(place.folders == ["x", "y"] && place.item == item)
        #expect(!text(edited).contains("\"name\": \"b\""))
        // One of two leaves its request behind.
        try edited.move(example: all[0], to: .folder(["x"]), newItem: "new-item")
        edited = try reread(edited)
        #expect(edited.place(ofExample: all[0])?.item == "new-item")
        #expect(edited.place(ofExample: all[1])?.index == 0)
        // And into another request.
        try edited.move(example: all[0], to: .before(all[3]), newItem: "i")
        edited = try reread(edited)
        #expect(edited.place(ofExample: all[0])?.folders == ["c"])
        #expect(edited.listing().first { $0.id == all[0] }?.path == "/a/1")
    }

    @Test func `examples whose ids are not in the file keep them wherever they go`() throws {
        let text = #"""
            {"info":{"name":"n"},"item":[
              {"name":"one","request":{"method":"GET","url":"/one"},"response":[{"name":"a"},{"name":"b","originalRequest":{"url":"/b"}}]},
              {"name":"two","request":{"url":"/two"},"response":[{"name":"c","header":[]}]}]}
            """#
        var edited = try parse(text)
        let all = ids(edited)
        try edited.move(example: all[0], to: .before(all[2]), newItem: "i")
        edited = try reread(edited)
        let listing = edited.listing()
        #expect(listing.map(\.name) == ["b", "a", "c"] && listing[1].id == all[0] && listing[1].path == "/one")
        let removal = try #require(edited.removal(ofExample: all[0]))
        edited.remove(example: all[0])
        let back = try edited.restore(removal)
        #expect(back == all[0])
    }
}
