import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `Requests and folders as wholes` {
    /// With what is not understood here at every level, a request without an example, and something that is neither.
    private static let text = #"""
        {"info":{"name":"x"},"auth":{"type":"noauth"},"item":[
        {"name":"A","description":"first","auth":{"type":"basic"},"event":[{"listen":"test","script":{"exec":["a\u00e9/\/"]}}],"item":[
        {"name":"A1","item":[{"name":"deep","request":{"url":"/deep"},"response":[{"id":"deep","code":200}],"event":[1e3]}]},
        {"name":"one","id":"same","request":{"url":"/1","description":"d"},"response":[{"id":"a","code":200},{"id":"b","code":201}]},
        {"name":"none","request":{"url":"/none"},"response":[]},
        {"name":"two","id":"same","request":{"url":"/2"},"protocolProfileBehavior":{"x":1.50},"response":[{"id":"c","code":200}]}]},
        {"name":"B","item":[{"name":"three","request":{"url":"/3"},"response":[{"id":"d","code":200}]}],"variable":[{"key":"k"}]},
        7,
        {"name":"four","request":{"url":"/4"},"response":[{"id":"e","code":200}]}],"variable":[]}
        """#

    private func whole() throws -> PostmanCollection { try parse(Self.text) }

    private func parse(_ text: String) throws -> PostmanCollection {
        try PostmanCollection(parsing: ByteBuffer(string: text), slug: "x", file: "x")
    }

    private func ids(_ collection: PostmanCollection) -> String {
        collection.listing().map(\.id).joined(separator: " ")
    }

    /// Folders and their members, `/` between, in the order of the document.
    private func outline(_ collection: PostmanCollection) throws -> [String] {
        func lines(_ value: JSONValue, _ above: String) -> [String] {
            let path = above + (value["name"]?.text ?? "?")
            return [path] + (value["item"]?.elements ?? []).flatMap { lines($0, path + "/") }
        }
        let root = try JSONValue(parsing: collection.bytes())
        return (root["item"]?.elements ?? []).flatMap { lines($0, "") }
    }

    private static let all: [ItemReference] = [
        .request(ofExample: "deep"), .request(ofExample: "b"), .request(ofExample: "c"), .request(ofExample: "d"),
        .request(ofExample: "e"), .folder(["A"]), .folder(["A", "A1"]), .folder(["B"]),
    ]

    @Test(arguments: all) func `what is removed comes back to its place, byte for byte`(item: ItemReference) throws {
        let whole = try whole()
        var edited = whole
        let place = try whole.place(of: item)
        let removed = try edited.remove(item)
        #expect(removed.place == place)
        #expect(edited.exampleCount == whole.exampleCount - place.exampleCount)
        edited = try reread(edited)
        #expect(edited.exampleCount == whole.exampleCount - place.exampleCount)
        #expect(throws: StructureError.self) { try edited.place(of: item) }
        let back = try edited.restore(removed)
        #expect(back == place)
        #expect(edited.bytes() == whole.bytes())
        if place.exampleCount > 0 {
            // Not twice, and nothing of it is left behind by the attempt.
            #expect(throws: StructureError.self) { try edited.restore(removed) }
            #expect(edited.bytes() == whole.bytes())
        }
    }

    @Test func `what was in a folder that is gone too brings it back with all it said`() throws {
        let whole = try whole()
        var edited = whole
        let request = try edited.remove(.request(ofExample: "d"))
        #expect(try outline(edited).contains("B"))
        let folder = try edited.remove(.folder(["B"]))
        edited = try reread(edited)
        try edited.restore(request)
        #expect(try edited.place(of: .request(ofExample: "d")).folders == ["B"])
        #expect(edited.bytes() == whole.bytes())
        // The folder was empty when it went.
        #expect(folder.place.exampleCount == 0)
    }

    @Test func `requests and folders change places among all that stands there, and back`() throws {
        let whole = try whole()
        let moves: [(ItemReference, ItemReference?, String)] = [
            (.request(ofExample: "c"), .request(ofExample: "a"), "deep c a b d e"),
            (.request(ofExample: "b"), nil, "deep c a b d e"),
            (.request(ofExample: "a"), .folder(["A", "A1"]), "a b deep c d e"),
            (.folder(["A", "A1"]), .request(ofExample: "c"), "a b deep c d e"),
            (.folder(["B"]), .folder(["A"]), "d deep a b c e"), (.folder(["A"]), nil, "d e deep a b c"),
            (.request(ofExample: "e"), .folder(["A"]), "e deep a b c d"),
        ]
        for (item, before, order) in moves {
            var edited = whole
            let place = try edited.move(item, before: before)
            #expect(place == (try whole.place(of: item)))
            edited = try reread(edited)
            #expect(ids(edited) == order, "\(item)")
            #expect(try outline(edited).sorted() == outline(whole).sorted())
            #expect(edited.bytes() != whole.bytes())
        }
        var edited = whole
        try edited.move(.request(ofExample: "c"), before: .folder(["A", "A1"]))
        try edited.move(.request(ofExample: "c"))
        try edited.move(.folder(["A"]), before: .request(ofExample: "e"))
        try edited.move(.folder(["A"]), before: .folder(["B"]))
        #expect(edited.bytes() == whole.bytes())
        // Where it is.
        try edited.move(.request(ofExample: "c"), into: ["A"])
        try edited.move(.folder(["A"]), before: .folder(["A"]))
        try edited.move(.folder(["A"]), into: [], before: .folder(["B"]))
        #expect(edited.bytes() == whole.bytes())
    }

    @Test func `into other folders, with all that is in them`() throws {
        let whole = try whole()
        var edited = whole
        let place = try edited.move(.folder(["A"]), into: ["B"])
        #expect(place.isFolder && place.name == "A" && place.folders == ["B"] && place.exampleCount == 4)
        edited = try reread(edited)
        #expect(
            try outline(edited) == [
                "B", "B/three", "B/A", "B/A/A1", "B/A/A1/deep", "B/A/one", "B/A/none", "B/A/two", "?", "four",
            ])
        try edited.move(.folder(["B", "A"]), before: .folder(["B"]))
        #expect(edited.bytes() == whole.bytes())
        // The folder that becomes empty keeps what it said.
        try edited.move(.request(ofExample: "d"), into: ["new", "inner"])
        edited = try reread(edited)
        #expect(try outline(edited).suffix(3) == ["new", "new/inner", "new/inner/three"])
        #expect(edited.emptyFolders().map(\.path) == [["B"]] && edited.emptyFolders().map(\.next) == ["e"])
        try edited.move(.request(ofExample: "d"), into: ["B"])
        #expect(edited.emptyFolders().map(\.path) == [["new", "inner"]] && edited.emptyFolders().map(\.next) == [nil])
        try edited.remove(.folder(["new"]))
        #expect(edited.bytes() == whole.bytes())
        // All examples are the same ones as before.
        try edited.move(.request(ofExample: "deep"), into: [])
        #expect(edited.document(ofExample: "deep") == whole.document(ofExample: "deep"))
        #expect(edited.place(ofExample: "deep")?.folders == [])
    }

    @Test func `after a move the recorder's edits and removals find what they mean`() throws {
        var edited = try whole()
        // A node of the first folder gets a parent that was made after it, and goes with what it was made for.
        try edited.move(.folder(["A", "A1"]), into: ["new"])
        edited.remove(example: "deep")
        #expect(try !outline(edited).contains("new"))
        #expect(edited.exampleCount == 5 && ids(edited) == "a b c d e")
    }

    @Test func `what cannot be is told, and nothing is changed`() throws {
        let whole = try whole()
        var edited = whole
        let deep = (0..<100).map { "\($0)" }
        let refused: [(ItemReference, [String]?, ItemReference?, StructureError)] = [
            (.request(ofExample: "?"), nil, nil, .unknownExample("?")),
            (.folder(["A", "?"]), nil, nil, .unknownFolder(["A", "?"])), (.folder([]), nil, nil, .unknownFolder([])),
            (.folder(["A"]), nil, .request(ofExample: "?"), .unknownExample("?")),
            (.folder(["A"]), nil, .folder(["?"]), .unknownFolder(["?"])),
            (.folder(["A"]), ["A"], nil, .misplaced(parameter: "into", reason: "a folder cannot go into itself")),
            (
                .folder(["A"]), ["A", "A1", "new"], nil,
                .misplaced(parameter: "into", reason: "a folder cannot go into itself")
            ),
            (
                .folder(["A"]), nil, .request(ofExample: "deep"),
                .misplaced(parameter: "before", reason: "a folder cannot go into itself")
            ),
            (
                .folder(["A"]), ["B"], .request(ofExample: "e"),
                .misplaced(parameter: "before", reason: "it is not in the folder that `into` names")
            ),
            (
                .folder(["A"]), deep, nil,
                .misplaced(parameter: "into", reason: "folders in folders are at most 100")
            ),
        ]
        for (item, into, before, error) in refused {
            #expect(throws: error, "\(item)") { try edited.move(item, into: into, before: before) }
        }
        #expect(edited.bytes() == whole.bytes())
        // As deep as may be: A and its A1 are two.
        try edited.move(.folder(["A"]), into: Array(deep.prefix(98)))
        #expect(try reread(edited).place(of: .request(ofExample: "deep")).folders.count == 100)
    }

    @Test func `other names, for requests and folders`() throws {
        let whole = try whole()
        var edited = whole
        try edited.rename(.request(ofExample: "b"), to: "other")
        try edited.rename(.folder(["A", "A1"]), to: "B")
        edited = try reread(edited)
        #expect(
            try outline(edited).prefix(5) == ["A", "A/B", "A/B/deep", "A/other", "A/none"])
        #expect(throws: StructureError.unknownFolder(["A", "A1"])) { try edited.rename(.folder(["A", "A1"]), to: "x") }
        try edited.rename(.folder(["A", "B"]), to: "A1")
        try edited.rename(.request(ofExample: "a"), to: "one")
        #expect(edited.bytes() == whole.bytes())
        // Two of one name could not be told apart.
        #expect(throws: StructureError.taken("B")) { try edited.rename(.folder(["A"]), to: "B") }
        try edited.rename(.folder(["A", "A1"]), to: "B")
        #expect(throws: StructureError.taken("B")) { try edited.move(.folder(["A", "B"]), into: []) }
        try edited.rename(.folder(["A", "B"]), to: "A1")
        try edited.rename(.folder(["A"]), to: "A")
        #expect(edited.bytes() == whole.bytes())
    }

    @Test func `a folder does not come back beside another one that got its name`() throws {
        var edited = try parse(
            #"""
            {"info":{"name":"x"},"item":[{"name":"F","item":[]},{"name":"G","item":[]}]}
            """#)
        let removed = try edited.remove(.folder(["F"]))
        try edited.rename(.folder(["G"]), to: "F")
        #expect(throws: StructureError.taken("F")) { try edited.restore(removed) }
        try edited.rename(.folder(["F"]), to: "G")
        try edited.restore(removed)
        #expect(try outline(edited) == ["F", "G"])
    }

    @Test func `of folders of one name the first is meant, and each comes back to its place`() throws {
        let whole = try parse(
            #"""
            {"info":{"name":"x"},"item":[
            {"name":"F","item":[{"name":"i","request":{"url":"/1"},"response":[{"id":"a","code":200}]}]},
            {"name":"F","item":[{"name":"i","request":{"url":"/1"},"response":[{"id":"b","code":200}]}]}]}
            """#)
        var edited = whole
        let first = try edited.remove(.folder(["F"]))
        edited = try reread(edited)
        #expect(ids(edited) == "b")
        let second = try edited.remove(.folder(["F"]))
        #expect(second.place.exampleCount == 1)
        try edited.restore(second)
        try edited.restore(first)
        #expect(edited.bytes() == whole.bytes())
        try edited.move(.folder(["F"]))
        #expect(ids(edited) == "b a")
        // Into the second one, by what is in it.
        try edited.move(.request(ofExample: "a"), before: .request(ofExample: "b"))
        edited = try reread(edited)
        #expect(ids(edited) == "a b")
        #expect(try outline(edited) == ["F", "F/i", "F/i", "F"])
    }
}
