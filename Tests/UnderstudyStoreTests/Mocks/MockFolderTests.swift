import Foundation
import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@testable import UnderstudyStore

/// A workspace with two collections and an environment.
struct MockFixture {
    let fixture: StoreFixture
    let workspace: Workspace
    let mocks: MockFolder
    let catalog: CollectionCatalog
    let environments: EnvironmentFolder

    init() throws {
        fixture = try StoreFixture()
        workspace = try fixture.workspace()
        mocks = MockFolder(workspace)
        catalog = CollectionCatalog(workspace)
        environments = EnvironmentFolder(workspace)
        for name in ["Shop", "Library"] {
            _ = try catalog.create(PostmanCollection(slug: name, origin: "http://api.example", name: name))
        }
        _ = try environments.create(PostmanEnvironment(name: "Stage"))
    }

    func mock(_ name: String = "Shop mock", of collection: String = "Shop") throws -> MockServer {
        MockServer(
            id: ItemID.make(), name: name, collection: try catalog.find(collection).id, createdAt: .now(), owner: "1")
    }

    func sentence(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return ""
    }
}

@Suite struct `Mock servers in a workspace` {
    @Test func `are kept with everything that can be set`() throws {
        let place = try MockFixture()
        var mock = try place.mock()
        mock.environment = try place.environments.find("stage").id
        mock.description = "two lines\nof text"
        mock.delay = .lognormal(median: 120, sigma: 0.5)
        mock.isPrivate = true
        mock.port = 4500
        mock.matching.matchBody = true
        mock.matching.headers = ["Accept"]
        mock.matching.matchHeader = true
        mock.matching.matchQueryParams = false
        mock.matching.matchWildcards = false
        mock.matching.repeats = .cycle
        mock.matching.profile = .strict
        mock.limits = .init(perMinute: 120, perMonth: 1000)
        var response = ServerResponse(
            id: ItemID.make(), name: "down", status: 503, fields: [.init(name: "Retry-After", value: "5")],
            language: .json, body: "{}", createdAt: Timestamp(microseconds: 1_000_000), createdBy: "2")
        response.updatedBy = "3"
        mock.serverResponses = [response]
        mock.activeServerResponse = response.id
        let stored = try place.mocks.create(mock)
        // Times are kept to the millisecond.
        #expect(stored.mock.createdAt.isoText == mock.createdAt.isoText)
        let again = try place.mocks.find(mock.id).mock
        #expect(again == stored.mock)
        #expect(
            again.delay == mock.delay && again.matching == mock.matching && again.limits == mock.limits
                && again.serverResponses == mock.serverResponses && again.port == 4500 && again.isPrivate
                && again.description == mock.description && again.environment == mock.environment)
        #expect(stored.path.hasSuffix("/mocks/shop-mock.json"))
    }

    @Test func `are found by id, id with owner, and name`() throws {
        let place = try MockFixture()
        let stored = try place.mocks.create(place.mock())
        for reference in [
            stored.mock.id, "12345678-" + stored.mock.id, "Shop mock", "SHOP MOCK", stored.mock.id.uppercased(),
        ] {
            #expect(try place.mocks.find(reference).mock.id == stored.mock.id, "\(reference)")
        }
        for reference in ["", "Shop", "x-" + stored.mock.id, "../shop-mock"] {
            #expect(throws: ItemError.unknown(.mock, reference)) { try place.mocks.find(reference) }
        }
        #expect(throws: ItemError.exists(.mock, "shop MOCK")) { try place.mocks.create(place.mock("shop MOCK")) }
        let second = try place.mocks.create(place.mock(), isOnly: false)
        #expect(second.path.hasSuffix("/mocks/shop-mock-2.json"))
        #expect(throws: ItemError.ambiguous(.mock, "Shop mock", [stored.mock.id, second.mock.id])) {
            try place.mocks.find("Shop mock")
        }
    }

    @Test func `what cannot be is refused, and nothing is written`() throws {
        let place = try MockFixture()
        let stored = try place.mocks.create(place.mock())
        _ = try place.mocks.change("Shop mock") { $0.port = 4500 }
        let before = place.fixture.names("/mocks")
        var other = try place.mock("Other")
        other.port = 4500
        #expect(place.sentence { _ = try place.mocks.create(other) }.contains("port 4500 is mock server Shop mock's"))
        other.port = nil
        other.environment = "nowhere"
        #expect(throws: ItemError.unknown(.environment, "nowhere")) { try place.mocks.create(other) }
        other.environment = nil
        other.versionTag = "v9"
        #expect(throws: ItemError.unknown(.tag, "v9")) { try place.mocks.create(other) }
        other.versionTag = nil
        other.activeServerResponse = "none"
        #expect(throws: ItemError.unknown(.serverResponse, "none")) { try place.mocks.create(other) }
        for name in ["", "  ", "a\nb", String(repeating: "x", count: 256)] {
            #expect(throws: ItemError.self) { try place.mocks.create(place.mock(name)) }
        }
        let stranger = MockServer(id: "x", name: "S", collection: "gone", createdAt: .now(), owner: "1")
        #expect(throws: ItemError.unknown(.collection, "gone")) { try place.mocks.create(stranger) }
        #expect(place.fixture.names("/mocks") == before)
        #expect(try place.mocks.find(stored.mock.id).mock.port == 4500)
    }

    @Test func `of a collection that is not purely HTTP are refused with the names of the items`() throws {
        let place = try MockFixture()
        let text = """
            {"info": {"name": "Mixed", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": [
              {"name": "fine", "request": "http://a.example/x"},
              {"name": "feed", "request": {"url": "wss://a.example/feed"}},
              {"name": "calls", "item": [{"name": "hello", "type": "grpc", "request": {"url": "a.example"}}]}]}
            """
        let mixed = try PostmanCollection(parsing: ByteBuffer(string: text), slug: "mixed", file: "mixed")
        _ = try place.catalog.create(mixed)
        let sentence = place.sentence { _ = try place.mocks.create(place.mock("M", of: "Mixed")) }
        #expect(
            sentence
                == "collection 'Mixed' is not purely HTTP, which is all that can be mocked: feed (wss), hello (grpc)")
    }

    @Test func `two writers: who has not seen the other's change is told`() throws {
        let place = try MockFixture()
        let seen = try place.mocks.create(place.mock())
        let first = try place.mocks.change(seen.mock.id, ifRevision: seen.revision) { $0.isPrivate = true }
        #expect(first.mock.isPrivate && first.mock.updatedAt > seen.mock.updatedAt && first.revision != seen.revision)
        #expect(throws: ItemError.changed(.mock, "Shop mock")) {
            try place.mocks.change(seen.mock.id, ifRevision: seen.revision) { $0.name = "Lost" }
        }
        #expect(throws: ItemError.changed(.mock, "Shop mock")) {
            try place.mocks.delete(seen.mock.id, ifRevision: Revision(text: "\"\(seen.revision)\""))
        }
        let same = try place.mocks.change(seen.mock.id, ifRevision: Revision(text: "W/\"\(first.revision)\"")) { _ in }
        #expect(same.revision == first.revision && same.mock.updatedAt == first.mock.updatedAt)
        #expect(try place.mocks.delete(seen.mock.id).name == "Shop mock")
        #expect(throws: ItemError.unknown(.mock, seen.mock.id)) { try place.mocks.find(seen.mock.id) }
    }

    @Test func `writers at the same time lose nothing`() async throws {
        let place = try MockFixture()
        let id = try place.mocks.create(place.mock()).mock.id
        try await withThrowingTaskGroup { group in
            for number in 0..<20 {
                group.addTask { _ = try place.mocks.change(id) { $0.matching.headers.append("X-\(number)") } }
            }
            try await group.waitForAll()
        }
        #expect(Set(try place.mocks.find(id).mock.matching.headers) == Set((0..<20).map { "X-\($0)" }))
    }

    @Test func `what a person wrote into the file stays, and what is wrong in it is named`() throws {
        let place = try MockFixture()
        let stored = try place.mocks.create(place.mock())
        let text = try String(contentsOfFile: stored.path, encoding: .utf8)
        let edited = text.replacing("\"private\": false", with: "\"note\": [1, 2.50], \"private\": true")
        try edited.write(toFile: stored.path, atomically: true, encoding: .utf8)
        let changed = try place.mocks.change(stored.mock.id) { $0.description = "d" }
        #expect(changed.mock.isPrivate)
        let written = try String(contentsOfFile: stored.path, encoding: .utf8).filter { !$0.isWhitespace }
        #expect(written.contains("\"note\":[1,2.50]"))
        for (old, new, complaint) in [
            ("\"private\": true", "\"private\": \"yes\"", "$.private: is not true or false"),
            (
                "\"delay\": null", "\"delay\": {\"type\": \"fixed\", \"duration\": 180001}",
                "$.config.delay: is not a delay"
            ),
            ("\"port\": null", "\"port\": 65536", "$.port: is not a whole number from 1 to 65535"),
            ("{", "[", "line 2"),
        ] {
            let right = try String(contentsOfFile: stored.path, encoding: .utf8)
            try right.replacing(old, with: new, maxReplacements: 1).write(
                toFile: stored.path, atomically: true, encoding: .utf8)
            let problems = place.mocks.all().problems
            #expect(problems.count == 1 && problems[0].contains(complaint), "\(problems)")
            try right.write(toFile: stored.path, atomically: true, encoding: .utf8)
        }
        #expect(place.mocks.all().problems.isEmpty)
    }

    @Test(arguments: [
        ("Shop mock", "shop-mock"), ("API v2.1 (eu)", "api-v2-1-eu"), ("--x--", "x"), ("日本", ""),
        (String(repeating: "a", count: 80), String(repeating: "a", count: 63)), ("../../x", "x"),
    ])
    func `have a label for a host name`(name: String, label: String) { #expect(MockServer.label(name) == label) }
}

@Suite struct `Collections by id and name` {
    @Test func `are made, found, replaced and removed`() throws {
        let place = try MockFixture()
        let shop = try place.catalog.find("shop")
        #expect(shop.slug == "shop" && shop.name == "Shop")
        #expect(try place.catalog.find("77-" + shop.id) == shop)
        #expect(try place.catalog.find("shop.postman_collection.json") == shop)
        // The same document once more gets an id and a file of its own.
        let copy = try place.catalog.create(place.catalog.read(shop))
        #expect(copy.id != shop.id && copy.slug == "shop-2")
        #expect(throws: ItemError.ambiguous(.collection, "SHOP", [copy.id, shop.id])) {
            try place.catalog.find("SHOP")
        }
        var renamed = try place.catalog.read(copy)
        renamed.rename(to: "Store")
        renamed.id = "other"
        try place.catalog.replace(copy, with: renamed)
        let store = try place.catalog.find("Store")
        #expect(store.id == copy.id && store.slug == "shop-2")
        try place.catalog.delete(store)
        #expect(throws: ItemError.unknown(.collection, "Store")) { try place.catalog.find("Store") }
        #expect(
            place.fixture.names("/collections") == ["library.postman_collection.json", "shop.postman_collection.json"])
    }

    @Test func `names that are paths become harmless files`() throws {
        let place = try MockFixture()
        for name in ["../../x", "/etc/passwd", "..", ".hidden", "a/b\\c"] {
            let entry = try place.catalog.create(PostmanCollection(slug: "s", origin: "", name: name))
            #expect(entry.name == name)
            #expect(entry.path.hasPrefix(place.workspace.collections + "/") && !entry.slug.contains("/"))
            #expect(!entry.slug.hasPrefix("."))
        }
    }

    @Test func `a tag keeps the collection as it was`() throws {
        let place = try MockFixture()
        let shop = try place.catalog.find("Shop")
        let before = try String(contentsOfFile: shop.path, encoding: .utf8)
        try place.catalog.tag(shop, "v1.0")
        var edited = try place.catalog.read(shop)
        edited.rename(to: "Shop 2")
        try place.catalog.replace(shop, with: edited)
        let now = try place.catalog.find(id: shop.id)
        #expect(place.catalog.tags(of: now) == ["v1.0"])
        #expect(try String(contentsOfFile: place.catalog.path(of: now, tag: "v1.0"), encoding: .utf8) == before)
        #expect(try place.catalog.path(of: now, tag: "CURRENT") == now.path)
        #expect(throws: ItemError.exists(.tag, "v1.0")) { try place.catalog.tag(now, "v1.0") }
        for tag in ["", "CURRENT", "../x", ".x", "a b", String(repeating: "t", count: 65)] {
            #expect(throws: ItemError.self) { try place.catalog.tag(now, tag) }
        }
        #expect(throws: ItemError.unknown(.tag, "../../history")) {
            try place.catalog.path(of: now, tag: "../../history")
        }
        try place.catalog.removeTag(now, "v1.0")
        #expect(throws: ItemError.unknown(.tag, "v1.0")) { try place.catalog.path(of: now, tag: "v1.0") }
    }
}

@Suite struct `Environments in a workspace` {
    @Test func `are made, changed and removed`() throws {
        let place = try MockFixture()
        let stage = try place.environments.find("STAGE")
        #expect(stage.path.hasSuffix("/environments/stage.postman_environment.json"))
        let changed = try place.environments.change(stage.id, ifRevision: stage.revision) {
            $0.set("url", to: "http://x.example")
            $0.set("token", to: "hush", isSecret: true)
        }
        #expect(changed.environment.variables.map(\.value) == ["http://x.example", nil])
        // A file with secrets is its owner's alone, and is not committed.
        let attributes = try FileManager.default.attributesOfItem(atPath: changed.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let ignored = try String(contentsOfFile: place.workspace.folder + "/.gitignore", encoding: .utf8)
        #expect(ignored.contains("\nenvironments/stage.postman_environment.json\n"))
        #expect(throws: ItemError.changed(.environment, "Stage")) {
            try place.environments.change("Stage", ifRevision: stage.revision) { $0.unset("url") }
        }
        #expect(throws: ItemError.exists(.environment, "stage")) {
            try place.environments.create(PostmanEnvironment(name: "stage"))
        }
        let twin = try place.environments.create(changed.environment, isOnly: false)
        #expect(twin.id != stage.id)
        try place.environments.delete(stage.id)
        #expect(try place.environments.find("stage-2").id == twin.id)
    }
}

@Suite struct `Keys` {
    @Test func `are shown once, kept as digests, and readable by their owner only`() throws {
        let place = try MockFixture()
        let ring = KeyRing(place.workspace)
        let (key, made) = try ring.create(name: "ci", role: .member)
        let (other, second) = try ring.create(name: "Anna", role: .admin, expiresAt: Timestamp(microseconds: 5))
        #expect(key.hasPrefix("PMAK-") && key.utf8.count == 64 && key != other)
        #expect(made.owner == "1" && second.owner == "2" && made.isValid(at: .now()) && !second.isValid(at: .now()))
        let path = place.workspace.folder + "/access.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(!text.contains(key) && !text.contains(key.dropFirst(5)) && text.contains("\(made.digest)"))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try ring.contents().keys.map(\.digest) == [Digest(of: key), Digest(of: other)])
        #expect(throws: ItemError.exists(.key, "CI")) { try ring.create(name: "CI", role: .admin) }
        try ring.used([made.id: Timestamp(microseconds: 60_000_000)])
        #expect(try ring.contents().keys[0].lastUsedAt == Timestamp(microseconds: 60_000_000))
        try ring.revoke("CI")
        #expect(try ring.contents().keys.map(\.name) == ["Anna"])
        #expect(throws: ItemError.unknown(.key, "ci")) { try ring.revoke("ci") }
    }

    @Test func `a workspace from before keeps them out of version control`() throws {
        let place = try MockFixture()
        let path = place.workspace.folder + "/.gitignore"
        try "mine\n.lock".write(toFile: path, atomically: true, encoding: .utf8)
        _ = try KeyRing(place.workspace).create(name: "a", role: .member)
        _ = try KeyRing(place.workspace).create(name: "b", role: .member)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine\n.lock\naccess.json\n")
    }

    @Test func `a file that cannot be understood lets nobody in`() throws {
        let place = try MockFixture()
        let ring = KeyRing(place.workspace)
        _ = try ring.create(name: "a", role: .member, expiresAt: Timestamp(microseconds: 0))
        let path = place.workspace.folder + "/access.json"
        let right = try String(contentsOfFile: path, encoding: .utf8)
        for wrong in [
            "", "[]", right.replacing("1970-01-01", with: "whenever"), right.replacing("member", with: "root"),
        ] {
            try wrong.write(toFile: path, atomically: true, encoding: .utf8)
            #expect(throws: ItemError.self) { try ring.contents() }
        }
    }

    @Test func `a policy against public mock servers holds for new ones and for publishing`() throws {
        let place = try MockFixture()
        let existing = try place.mocks.create(place.mock("Old"))
        try KeyRing(place.workspace).change { $0.policy.allowsPublicMocks = false }
        #expect(place.sentence { _ = try place.mocks.create(place.mock()) }.contains("policy forbids public"))
        var hidden = try place.mock()
        hidden.isPrivate = true
        let stored = try place.mocks.create(hidden)
        #expect(throws: ItemError.self) { try place.mocks.change(stored.mock.id) { $0.isPrivate = false } }
        // What is public already can still be edited.
        #expect(try place.mocks.change(existing.mock.id) { $0.description = "d" }.mock.description == "d")
    }
}
