import Foundation
import Logging
import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@testable import UnderstudyStore

/// A recording server, the command line and an editor write one file; none of them may undo another.
@Suite struct `Several writers of a collection` {
    private let fixture: StoreFixture
    private let folder: CollectionFolder
    private let recorder: ExampleRecorder
    private let writer: HistoryWriter

    init() throws {
        fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        let workspace = try Workspace(fixture.path, opening: .reading)
        folder = CollectionFolder(workspace)
        writer = HistoryWriter(history: history, run: run)
        recorder = ExampleRecorder(
            workspace: workspace, history: history, redaction: .none, logger: Logger(label: "test"))
    }

    private func record(_ target: String) async throws {
        let exchange = Exchange.sample(target: target)
        let pending = PendingExample(requestKey: ExampleFold.requestKey(of: exchange))
        _ = try #require(await writer.recordAndWait(exchange, example: pending))
        recorder.fold()
    }

    private func rename(_ id: String, to name: String) throws {
        try folder.change(folder.file(slug: "api")) { collection in
            let isThere = collection.rename(example: id, to: name)
            #expect(isThere)
        }
    }

    @Test func `keep each other's changes`() async throws {
        try await record("/first")
        let collection = try folder.read(folder.file(slug: "api"))
        let first = try #require(collection.listing().first?.id)
        async let recording: Void = { for number in 0..<60 { try await record("/\(number)") } }()
        let renaming = Task.detached {
            for number in 0..<120 { try self.rename(first, to: "name \(number)") }
        }
        try await recording
        try await renaming.value
        let listing = try folder.read(folder.file(slug: "api")).listing()
        #expect(listing.count == 61)
        #expect(listing.first { $0.id == first }?.name == "name 119")
    }

    @Test func `say when in the recording each example was made`() async throws {
        try await record("/first")
        try await record("/second")
        let examples = try folder.read(folder.file(slug: "api")).examples(files: nil).examples
        let orders = examples.sorted { $0.request.head.targetText < $1.request.head.targetText }.map(\.order)
        #expect(orders == [RecordedOrder(run: 1, number: 1), RecordedOrder(run: 1, number: 2)])
    }

    @Test func `leave a file of format v1 as it is`() async throws {
        let text = #"{"id":"1","order":["r"],"requests":[{"id":"r","url":"/a","responses":[{"id":"e"}]}]}"#
        let file = folder.file(slug: "api")
        try FileSystem.makeFolder(folder.path)
        try AtomicFile.write(ByteBuffer(string: text), to: file.path)
        #expect(try folder.read(file).listing().map(\.id) == ["e"])
        let error = #expect(throws: CollectionError.self) { try rename("e", to: "x") }
        #expect(error?.message.contains("v1") == true)
        try await record("/first")
        #expect(try FileSystem.contents(of: file.path) == ByteBuffer(string: text))
        let library = CollectionLibrary([.workspace(fixture.path)])
        #expect(library.load().examples.map(\.id) == ["e"])
        #expect(library.load().problems.isEmpty)
    }

    @Test func `begin anew when an editor wrote meanwhile`() async throws {
        try await record("/first")
        try await record("/second")
        let file = folder.file(slug: "api")
        let ids = try folder.read(file).listing().map(\.id)
        var attempts = 0
        try folder.change(file) { collection in
            attempts += 1
            if attempts == 1 {
                // An editor knows no lock.
                var other = try folder.read(file)
                other.rename(example: ids[1], to: "by hand")
                try AtomicFile.write(other.bytes(), to: file.path)
            }
            collection.rename(example: ids[0], to: "by command")
        }
        #expect(attempts == 2)
        #expect(Set(try folder.read(file).listing().map(\.name)) == ["by hand", "by command"])
    }

    @Test func `write nothing when nothing changes or the change fails`() async throws {
        try await record("/first")
        let file = folder.file(slug: "api")
        let stamp = FileStamp(file.path)
        try folder.change(file) { _ in }
        struct Refusal: Error {}
        #expect(throws: Refusal.self) { try folder.change(file) { _ in throw Refusal() } }
        #expect(throws: FileError.self) { try folder.change(folder.file(slug: "none")) { _ in } }
        #expect(FileStamp(file.path) == stamp)
        #expect(folder.files().count == 1)
    }
}
