import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

/// Postman's exports have no ids; ours must not change between two imports, and break ties in document order.
@Suite struct `Ids of examples without one` {
    /// The same request three times, another one in between, one that cannot be served.
    private let text = #"""
        {"item":[
          {"name":"f","item":[{"request":"/z","response":[{"name":"1"},{"name":"2"}]}]},
          {"request":"/a","response":[{"name":"3"},{"code":"bad"},{"id":"mine","uid":"12-mine","name":"4"}]},
          {"request":"/z","response":[{"name":"5"}]}
        ]}
        """#

    private func ids(_ text: String) throws -> [String] { try parse(text).examples(files: nil).examples.map(\.id) }

    @Test func `sort in document order and look like UUIDs`() throws {
        let ids = try ids(text).filter { $0 != "mine" }
        #expect(ids == ids.sorted())
        #expect(ids.map { String($0.prefix(9)) } == ["00000000-", "00000001-", "00000002-", "00000005-"])
        for id in ids {
            #expect(
                id.wholeMatch(of: /[0-9]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil, "\(id)")
        }
        #expect(Set(ids.map { $0.dropFirst(8) }).count == 4)
    }

    @Test func `are the same after another import, an edit elsewhere, and written anew`() throws {
        let first = try ids(text)
        #expect(try ids(text) == first)
        #expect(try ids(text.replacing(#""name":"1""#, with: #""name":"renamed","code":404,"body":"x""#)) == first)
        #expect(try ids(text.replacing(#""bad""#, with: "200")).filter { first.contains($0) } == first)
        #expect(try reread(parse(text)).examples(files: nil).examples.map(\.id) == first)
        let fast = try PostmanCollection.examples(
            parsing: ByteBuffer(string: text), slug: "hand", file: "x", files: nil)
        #expect(fast.examples.map(\.id) == first)
        #expect(try parse(text).listing().map(\.id) == first)
    }

    @Test func `an example is removed by its id, and the others keep theirs meanwhile`() throws {
        var collection = try parse(text)
        let ids = collection.listing().map(\.id)
        for id in ids.dropLast() {
            let isRemoved = collection.remove(example: id)
            #expect(isRemoved, "\(id)")
        }
        #expect(collection.listing().map(\.id) == [ids[4]])
        #expect(collection.examples(files: nil).examples.map(\.name) == ["5"])
        #expect(collection.examples(files: nil).problems.map(\.path.description) == ["$.item[1].response[0].code"])
    }

    @Test func `an id from before another example went still finds its own`() throws {
        var collection = try parse(text)
        let ids = collection.listing().map(\.id)
        collection.remove(example: ids[2])
        var later = try reread(collection)
        #expect(later.listing().map(\.id) != [ids[0], ids[1], ids[3], ids[4]])
        #expect(later.document(ofExample: ids[4])?["name"] == "5")
        #expect(later.document(ofExample: ids[2]) == nil)
        let isRenamed = later.rename(example: ids[4], to: "new")
        #expect(isRenamed)
        #expect(later.listing().map(\.name) == ["1", "2", "4", "new"])
    }

    @Test func `a written id stays, twice the same only once`() throws {
        let twice = try parse(#"{"item":[{"request":"/a","response":[{"id":"x"},{"id":"x"},{"id":""},{"id":7}]}]}"#)
        let ids = twice.examples(files: nil).examples.map(\.id)
        #expect(ids[0] == "x")
        #expect(ids[1...].map { String($0.prefix(8)) } == ["00000001", "00000002", "00000003"])
        #expect(try parse(text).examples(files: nil).examples.compactMap(\.uid) == ["12-mine"])
    }

    @Test func `depend on the collection and the request`() throws {
        let other = try PostmanCollection(parsing: ByteBuffer(string: text), slug: "other", file: "x")
        #expect(other.listing().map(\.id) != (try ids(text)))
        let edited = try ids(text.replacing("\"/a\"", with: "\"/b\""))
        #expect(edited[2] != (try ids(text))[2])
        #expect(edited[0...1] == (try ids(text))[0...1])
    }
}
