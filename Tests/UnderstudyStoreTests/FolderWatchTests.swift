import Foundation
import TestSupport
import Testing

@testable import UnderstudyStore

/// With the kernel's help and, where it gives none any more, without.
@Suite struct `Watching folders` {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [true, false])
    func `what is written, replaced and removed is noticed once`(isNotified: Bool) async throws {
        let path = folder.path + "/watched"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let watch = FolderWatch([path], isNotified: isNotified)
        #expect(!watch.hasChanged())
        for change in ["written", "replaced", "removed"] {
            switch change {
            case "removed": try FileManager.default.removeItem(atPath: path + "/a.json")
            default: try Data(change.utf8).write(to: URL(fileURLWithPath: path + "/a.json"), options: .atomic)
            }
            let isNoticed = try await comesTrue { watch.hasChanged() }
            #expect(isNoticed, "\(change)")
            watch.clear()
            #expect(!watch.hasChanged(), "\(change)")
        }
    }

    @Test func `who compares stamps is told as often as it asks, and without a pause where a change is expected`()
        throws
    {
        let watch = FolderWatch([folder.path], isNotified: false)
        // The pause begins.
        watch.clear()
        for name in ["a", "b", "c"] {
            try Data(name.utf8).write(to: URL(fileURLWithPath: folder.path + "/\(name).json"))
            watch.expectChange()
            let isNoticed = watch.hasChanged()
            #expect(isNoticed, "\(name)")
            // One asks whether there is something to read, another reads it.
            #expect(watch.hasChanged(), "\(name)")
            watch.clear()
            #expect(!watch.hasChanged(), "\(name)")
        }
    }

    @Test(arguments: [true, false])
    func `the folder in which something happened is told`(isNotified: Bool) async throws {
        let folders = ["one", "two"].map { folder.path + "/" + $0 }
        for path in folders { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        let watch = FolderWatch([folders[0]], isNotified: isNotified)
        watch.watch(folders[1])
        _ = watch.takeChangedFolders()
        try Data("a".utf8).write(to: URL(fileURLWithPath: folders[1] + "/a.json"))
        var changed: Set<String> = []
        let isNoticed = try await comesTrue {
            changed = watch.takeChangedFolders()
            return !changed.isEmpty
        }
        // Without the kernel, which may have no instance left for this test either, all are told.
        #expect(isNoticed && changed.contains(folders[1]))
    }
}
