import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `Zip exports` {
    private func archive(_ files: [(String, String)]) throws -> ByteBuffer {
        try ZipArchive.bytes(of: files.map { ZipArchive.Entry(name: $0.0, bytes: ByteBuffer(string: $0.1)) })
    }

    private let collection = #"{"info":{"name":"c","_postman_id":"11111111-2222"},"item":[]}"#
    private let environment = #"{"id":"e1","name":"e","values":[{"key":"k","value":"v"}]}"#

    @Test func `what is exported comes in again`() throws {
        let collection = try #require(try read(collection).collections.first)
        let environment = try #require(try read(environment).environments.first)
        let bytes = try PostmanExport.bytes(collections: [collection, collection], environments: [environment])
        let result = try Import.read(bytes, name: "export.zip")
        #expect(result.kind == .zip && result.problems.isEmpty)
        #expect(result.items.map(\.name) == ["c", "c", "e"])
        #expect(result.collections.first.map(meaning) == meaning(collection))
        #expect(result.environments.first?.object == environment.object)
        #expect(try PostmanExport.bytes(collections: [collection, collection], environments: [environment]) == bytes)
        let names = try ZipArchive.entries(of: bytes, name: "z").map(\.name)
        #expect(names.first == "archive.json" && names.contains("collection/11111111-2222.json"))
    }

    @Test func `one bad file costs no other`() throws {
        let bytes = try archive([
            ("archive.json", "{}"), ("collection/a.json", collection), ("collection/b.json", "{"), ("x.txt", "hello"),
            ("environment/h.json", #"{"log":{"entries":[]}}"#),
        ])
        let result = try Import.read(bytes, name: "z")
        #expect(result.items.count == 1 && result.problems.count == 3)
    }

    @Test func `a bomb is refused at the limit`() throws {
        let bytes = try archive([("collection/a.json", String(repeating: " ", count: 40 << 20))])
        #expect(bytes.readableBytes < 100 << 10)
        let error = #expect(throws: CollectionError.self) { _ = try Import.read(bytes, name: "bomb.zip") }
        #expect(error?.message.contains("unpacks to more than") == true)
    }

    @Test(arguments: ["../x.json", "/etc/x.json", "a/../../x.json", "c:\\x.json", "a\\..\\x.json"])
    func `a name that leads elsewhere is refused`(name: String) throws {
        let bytes = try archive([(name, collection)])
        let error = #expect(throws: CollectionError.self) { _ = try Import.read(bytes, name: "z") }
        #expect(error?.message.contains("leads out") == true)
    }

    @Test func `too many entries are refused before they are read`() throws {
        let bytes = try archive((0...ZipArchive.entryLimit).map { ("\($0).json", "") })
        let error = #expect(throws: CollectionError.self) { _ = try Import.read(bytes, name: "z") }
        #expect(error?.message.contains("more than 10000 entries") == true)
    }

    /// Made with `zip -e`: traditional encryption.
    @Test func `an encrypted entry is refused`() throws {
        var bytes = try archive([("collection/a.json", "{}")])
        // The general purpose flag of the local header and of the directory's entry. APPNOTE 4.4.4
        let view = Array(bytes.readableBytesView)
        for index in view.indices.dropLast(10) where view[index] == 0x50 && view[index + 1] == 0x4B {
            if view[index + 2] == 3, view[index + 3] == 4 { bytes.setInteger(view[index + 6] | 1, at: index + 6) }
            if view[index + 2] == 1, view[index + 3] == 2 { bytes.setInteger(view[index + 8] | 1, at: index + 8) }
        }
        let error = #expect(throws: CollectionError.self) { _ = try Import.read(bytes, name: "z") }
        #expect(error?.message.contains("encrypted") == true, "\(error?.message ?? "")")
    }

    @Test func `two entries of one name are refused`() throws {
        var bytes = try archive([("collection/a.json", collection), ("collection/b.json", collection)])
        let view = Array(bytes.readableBytesView)
        for index in view.indices.dropLast(17) where view[index...].starts(with: "collection/b.json".utf8) {
            bytes.setInteger(UInt8(ascii: "a"), at: index + 11)
        }
        let error = #expect(throws: CollectionError.self) { _ = try Import.read(bytes, name: "z") }
        #expect(error != nil)
    }

    @Test func `cut at any byte, or one byte changed, it is refused or read, never worse`() throws {
        let whole = try archive([("collection/a.json", collection), ("environment/e.json", environment)])
        for length in 0..<whole.readableBytes {
            let cut = try #require(whole.getSlice(at: 0, length: length))
            #expect(throws: CollectionError.self) { _ = try Import.read(cut, name: "z") }
            var changed = whole
            changed.setInteger(UInt8.max, at: length)
            _ = try? Import.read(changed, name: "z")
        }
    }
}
