import Foundation
import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@testable import UnderstudyStore

/// What a running server reads of the files, and what not again.
@Suite struct `The library of mock servers` {
    private let place: MockFixture
    private let watch: FolderWatch
    private let library: MockLibrary

    init() throws {
        place = try MockFixture()
        watch = place.workspace.watch()
        library = MockLibrary(place.workspace, watch: watch)
        for name in ["Shop", "Library"] { try put("{{greeting}} from \(name)", in: name) }
    }

    /// One example of that body in a collection.
    private func put(_ body: String, in collection: String) throws {
        let entry = try place.catalog.find(collection)
        let text = """
            {"info": {"_postman_id": "\(entry.id)", "name": "\(entry.name)",
              "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
             "item": [{"name": "a", "request": {"method": "GET", "url": "http://h/a"},
              "response": [{"id": "e", "name": "e", "originalRequest": {"method": "GET", "url": "http://h/a"},
                "code": 200, "header": [], "body": "\(body)"}]}]}
            """
        try AtomicFile.write(ByteBuffer(string: text), to: entry.path, mode: 0o644)
    }

    private func make(_ name: String, of collection: String, environment: String? = nil, tag: String? = nil) throws {
        var mock = try place.mock(name, of: collection)
        mock.environment = try environment.map { try place.environments.find($0).id }
        mock.versionTag = tag
        _ = try place.mocks.create(mock)
    }

    private func load() -> [String: MockLibrary.LoadedMock] {
        watch.clear()
        return Dictionary(library.load().mocks.map { ($0.mock.name, $0) }, uniquingKeysWith: { one, _ in one })
    }

    private func body(_ loaded: MockLibrary.LoadedMock?) -> String? {
        loaded?.examples?.examples.first?.response.body.bytesInMemory.map { String(buffer: $0) }
    }

    @Test func `reads a collection once for all mock servers that have it with one environment`() throws {
        _ = try place.environments.change("stage") { $0.set("greeting", to: "hello") }
        for name in ["one", "two"] { try make(name, of: "Shop") }
        for name in ["three", "four"] { try make(name, of: "Shop", environment: "stage") }
        try make("five", of: "Library")
        let before = load()
        #expect(before.count == 5 && before["one"]?.examples != nil)
        #expect(before["one"]?.examples === before["two"]?.examples)
        #expect(before["three"]?.examples === before["four"]?.examples)
        #expect(before["one"]?.examples !== before["three"]?.examples)
        #expect(before["three"]?.examples?.examples.first?.variables["greeting"] == "hello")
        // What did not change is not read again.
        try put("changed", in: "Library")
        let after = load()
        for name in ["one", "two", "three", "four"] { #expect(after[name]?.examples === before[name]?.examples) }
        #expect(body(after["five"]) == "changed")
        _ = try place.environments.change("stage") { $0.set("greeting", to: "good morning") }
        let then = load()
        #expect(
            then["one"]?.examples === before["one"]?.examples && then["three"]?.examples !== before["three"]?.examples)
        #expect(then["four"]?.examples?.examples.first?.variables["greeting"] == "good morning")
    }

    @Test func `sees every kind of change, and nothing in what does not`() throws {
        func sees(_ change: () throws -> Void) rethrows -> Bool {
            watch.clear()
            try change()
            return watch.hasChanged()
        }
        #expect(try sees { try make("one", of: "Shop") })
        #expect(try sees { try put("x", in: "Shop") })
        #expect(try sees { _ = try place.environments.change("stage") { $0.set("a", to: "b") } })
        #expect(try sees { _ = try KeyRing(place.workspace).create(name: "k", role: .member) })
        let entry = try place.catalog.find("Shop")
        try place.catalog.tag(entry, "v1")
        _ = load()
        #expect(try sees { try place.catalog.removeTag(entry, "v1") }, "in a folder that was made meanwhile")
        #expect(
            try !sees {
                for name in ["history.sqlite-wal", "notes.txt", ".understudy-1.tmp"] {
                    try AtomicFile.write(ByteBuffer(string: "x"), to: "\(place.workspace.folder)/\(name)")
                }
            })
        #expect(try sees { try FileManager.default.removeItem(atPath: "\(place.workspace.folder)/access.json") })
        #expect(library.load().keys.isEmpty)
    }

    @Test func `serves tags, and nothing where what it is made of is gone`() throws {
        let entry = try place.catalog.find("Shop")
        try place.catalog.tag(entry, "v1")
        try put("newer", in: "Shop")
        try make("now", of: "Shop")
        try make("then", of: "Shop", tag: "v1")
        try make("staged", of: "Shop", environment: "stage")
        let before = load()
        #expect(body(before["now"]) == "newer" && body(before["then"]) == "{{greeting}} from Shop")
        try place.environments.delete("stage")
        try place.catalog.removeTag(entry, "v1")
        let after = load()
        #expect(after["now"]?.examples != nil && after["then"]?.examples == nil && after["staged"]?.examples == nil)
        try place.catalog.delete(entry)
        #expect(load().values.allSatisfy { $0.examples == nil } && load().count == 3)
    }

    @Test func `keeps the last good state of what cannot be read`() throws {
        try make("one", of: "Shop", environment: "stage")
        for folder in [place.workspace.mocks, place.workspace.environments, place.workspace.collections] {
            for name in FileSystem.names(in: folder) where name.hasSuffix(".json") {
                let path = "\(folder)/\(name)"
                let before = load()
                let good = try FileSystem.contents(of: path)
                try AtomicFile.write(ByteBuffer(string: "{\"no"), to: path, mode: 0o644)
                watch.clear()
                let contents = library.load()
                // Nobody uses the other collection.
                let isUsed = !name.hasPrefix("library")
                #expect(contents.problems.contains { $0.contains(name) } == isUsed, "\(name): \(contents.problems)")
                #expect(contents.mocks.first?.examples === before["one"]?.examples, "\(path)")
                try AtomicFile.write(good, to: path, mode: 0o644)
                #expect(load()["one"]?.examples != nil)
            }
        }
        let broken = ByteBuffer(string: "[]")
        _ = try KeyRing(place.workspace).create(name: "k", role: .member)
        #expect(library.load().keys.count == 1)
        try AtomicFile.write(broken, to: "\(place.workspace.folder)/access.json")
        let contents = library.load()
        #expect(contents.keys.count == 1 && contents.problems.contains { $0.contains("access.json") })
    }
}
