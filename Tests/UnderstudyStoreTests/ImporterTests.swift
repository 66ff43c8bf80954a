import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@testable import UnderstudyStore

@Suite struct `Storing what was imported` {
    private func collection(_ name: String, id: String? = nil) -> ImportedItem {
        var collection = PostmanCollection(slug: "x", origin: "http://\(name).test", name: name)
        if let id { collection.id = id }
        return .collection(collection, bytes: collection.bytes())
    }

    @Test func `more items than are allowed are refused before anything is stored`() throws {
        let fixture = try StoreFixture()
        let workspace = try fixture.workspace()
        let items = Array(repeating: collection("same"), count: Importer.itemLimit + 1)
        #expect(throws: ItemError.self) { _ = try Importer(workspace).store(items) }
        #expect(CollectionCatalog(workspace).all().isEmpty)
    }

    @Test func `eight hundred hosts are no more work than eight hundred files`() throws {
        let fixture = try StoreFixture()
        let workspace = try fixture.workspace()
        let clock = ContinuousClock()
        let start = clock.now
        let stored = try Importer(workspace).store((0..<800).map { collection("host\($0)") })
        #expect(clock.now - start < .seconds(60), "\(clock.now - start)")
        #expect(stored.count == 800 && CollectionCatalog(workspace).all().count == 800)
    }

    @Test func `repeats in one import get names, ids and files of their own, and replace one another if asked`() throws
    {
        let fixture = try StoreFixture()
        let workspace = try fixture.workspace()
        let importer = Importer(workspace)
        let environments = (0..<3).map { _ in ImportedItem.environment(PostmanEnvironment(name: "Stage")) }
        let twice = (0..<3).map { _ in collection("Shop", id: "one") }
        let stored = try importer.store(twice + environments)
        #expect(stored.map(\.name) == ["Shop", "Shop 2", "Shop 3", "Stage", "Stage 2", "Stage 3"])
        #expect(Set(stored.map(\.id)).count == 6 && Set(stored.map(\.path)).count == 6)
        let again = try importer.store([collection("shop 2")], replaces: false)
        #expect(again.map(\.name) == ["shop 2 2"])
        let replaced = try importer.store([collection("New"), collection("New")], replaces: true)
        #expect(replaced.map(\.isReplacement) == [false, true] && Set(replaced.map(\.path)).count == 1)
        #expect(EnvironmentFolder(workspace).all().environments.count == 3)
    }
}
