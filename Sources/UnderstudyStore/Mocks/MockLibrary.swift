import NIOCore
import Synchronization
public import UnderstudyCore
import UnderstudyFormats

/// All mock servers of a workspace with what they need to be served, kept up with the files.
///
/// A file that cannot be read leaves its last good version in place. Files are read again only when they changed, and the
/// examples of a collection once for all mock servers that have it with the same environment.
public final class MockLibrary: Sendable {
    /// What loading found.
    public struct Contents: Sendable {
        /// Oldest first.
        public var mocks: [LoadedMock] = []
        /// Keys by digest, and until when they are good.
        public var keys: [Digest: Timestamp?] = [:]
        /// One line each: file, place, what is wrong.
        public var problems: [String] = []

        public init() {}
    }

    /// A mock server and its examples.
    public struct LoadedMock: Sendable {
        public let mock: MockServer
        /// `nil` when its collection, its tag or its environment is gone: it is deactivated.
        public let examples: ExampleSet?
        /// The name of its collection's file; empty when that is gone.
        public let collection: String
    }

    private struct State {
        /// By path, the last good version of each.
        var mocks: [String: (stamp: FileStamp, mock: MockServer)] = [:]
        var environments: [String: EnvironmentFolder.Stored] = [:]
        var environmentStamps: [String: FileStamp] = [:]
        var environmentProblems: [String] = []
        var catalog: [String: CollectionCatalog.Entry] = [:]
        /// The same by id.
        var collections: [String: CollectionCatalog.Entry] = [:]
        var environmentsByID: [String: EnvironmentFolder.Stored] = [:]
        var sets: [SetKey: LoadedSet] = [:]
        var keys: [Digest: Timestamp?] = [:]
        var keyStamp: FileStamp?
    }

    private struct SetKey: Hashable {
        let path: String
        let environment: String?
    }

    private struct LoadedSet {
        var stamp: FileStamp?
        var environment: Revision?
        var set: ExampleSet?
        var problems: [String] = []
    }

    private let workspace: Workspace
    private let limits: Limits
    private let watch: FolderWatch
    private let collections: CollectionCatalog
    private let state = Mutex(State())

    /// - Parameter watch: that of `Workspace.watch`.
    public init(_ workspace: Workspace, limits: Limits = Limits(), watch: FolderWatch) {
        self.workspace = workspace
        self.limits = limits
        self.watch = watch
        collections = CollectionCatalog(workspace)
    }

    /// Reads what changed and returns everything. Blocks: not for an event loop. Whoever calls it clears the watch before.
    public func load() -> Contents {
        for name in FileSystem.names(in: workspace.tags) { watch.watch("\(workspace.tags)/\(name)") }
        return state.withLock { state in
            var contents = Contents()
            let mocks = refreshMocks(&state, &contents.problems)
            contents.keys = refreshKeys(&state, &contents.problems)
            guard !mocks.isEmpty else {
                state.sets = [:]
                return contents
            }
            refreshEnvironments(&state, &contents.problems)
            refreshCatalog(&state)
            var used: Set<SetKey> = []
            for mock in mocks {
                contents.mocks.append(loaded(mock, &state, &used, &contents.problems))
            }
            state.sets = state.sets.filter { used.contains($0.key) }
            return contents
        }
    }

    // MARK: Files

    private func refreshMocks(_ state: inout State, _ problems: inout [String]) -> [MockServer] {
        var current: [String: (stamp: FileStamp, mock: MockServer)] = [:]
        for file in DocumentFolder(path: workspace.mocks, ending: ".json").files() {
            guard let stamp = FileStamp(file.path) else { continue }
            let old = state.mocks[file.path]
            if let old, old.stamp == stamp {
                current[file.path] = old
                continue
            }
            do {
                let document = try MockDocument(
                    parsing: FileSystem.contents(of: file.path, limit: Self.fileLimit), file: file.path)
                current[file.path] = (stamp, document.mock)
            } catch {
                problems.append("\(error)")
                current[file.path] = old
            }
        }
        state.mocks = current
        return current.values.map(\.mock).sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    private static let fileLimit = 64 << 20

    private func refreshKeys(_ state: inout State, _ problems: inout [String]) -> [Digest: Timestamp?] {
        let stamp = FileStamp(workspace.access)
        if let stamp, stamp == state.keyStamp { return state.keys }
        do {
            let keys = try KeyRing(workspace).contents().keys
            state.keys = Dictionary(keys.map { ($0.digest, $0.expiresAt) }, uniquingKeysWith: { one, _ in one })
            state.keyStamp = stamp
        } catch {
            problems.append("\(error)")
        }
        return state.keys
    }

    private func refreshEnvironments(_ state: inout State, _ problems: inout [String]) {
        var stamps: [String: FileStamp] = [:]
        for name in FileSystem.names(in: workspace.environments) where name.hasSuffix(".json") {
            let path = "\(workspace.environments)/\(name)"
            stamps[path] = FileStamp(path)
        }
        if stamps != state.environmentStamps {
            let (all, faults) = EnvironmentFolder(workspace).all()
            var current = Dictionary(all.map { ($0.path, $0) }, uniquingKeysWith: { one, _ in one })
            for (path, old) in state.environments where current[path] == nil && stamps[path] != nil {
                current[path] = old
            }
            state.environments = current
            state.environmentsByID = Self.byID(current.values, \.id)
            state.environmentStamps = stamps
            state.environmentProblems = faults
        }
        problems += state.environmentProblems
    }

    private func refreshCatalog(_ state: inout State) {
        var current = Dictionary(collections.all().map { ($0.path, $0) }, uniquingKeysWith: { one, _ in one })
        for (path, old) in state.catalog where current[path] == nil && FileSystem.exists(path) { current[path] = old }
        state.catalog = current
        state.collections = Self.byID(current.values, \.id)
    }

    private static func byID<Value>(_ values: some Sequence<Value>, _ id: (Value) -> String) -> [String: Value] {
        Dictionary(values.map { (id($0).lowercased(), $0) }, uniquingKeysWith: { one, _ in one })
    }

    /// By id, alone or with its owner before it: see `ItemID`.
    private static func find<Value>(_ reference: String, in values: [String: Value]) -> Value? {
        let reference = reference.lowercased()
        if let value = values[reference] { return value }
        guard let hyphen = reference.firstIndex(of: "-"), reference[..<hyphen].allSatisfy(\.isNumber) else {
            return nil
        }
        return values[String(reference[reference.index(after: hyphen)...])]
    }

    // MARK: Mock servers

    private func loaded(
        _ mock: MockServer, _ state: inout State, _ used: inout Set<SetKey>, _ problems: inout [String]
    ) -> LoadedMock {
        let entry = Self.find(mock.collection, in: state.collections)
        guard let entry, let path = try? collections.path(of: entry, tag: mock.versionTag) else {
            return LoadedMock(mock: mock, examples: nil, collection: entry?.slug ?? "")
        }
        var environment: EnvironmentFolder.Stored?
        if let id = mock.environment {
            environment = Self.find(id, in: state.environmentsByID)
            guard environment != nil else { return LoadedMock(mock: mock, examples: nil, collection: entry.slug) }
        }
        let key = SetKey(path: path, environment: environment?.path)
        if used.insert(key).inserted {
            let set = refreshed(state.sets[key] ?? LoadedSet(), path, entry.slug, environment)
            state.sets[key] = set
            problems += set.problems
        }
        return LoadedMock(mock: mock, examples: state.sets[key]?.set, collection: entry.slug)
    }

    private func refreshed(
        _ old: LoadedSet, _ path: String, _ slug: String, _ environment: EnvironmentFolder.Stored?
    ) -> LoadedSet {
        let stamp = FileStamp(path)
        if let stamp, stamp == old.stamp, environment?.revision == old.environment { return old }
        var set = LoadedSet(stamp: stamp, environment: environment?.revision, set: old.set)
        do {
            let (examples, faults) = try CollectionFile.examples(
                at: path, slug: slug, files: ExampleBodyFiles(workspace.bodies), environment: environment?.environment,
                bodyInMemory: limits.bodyInMemory)
            set.set = ExampleSet(examples)
            set.problems = faults.map { "\(path): \($0)" }
        } catch {
            set.problems = ["\(error)"]
        }
        return set
    }
}

extension Workspace {
    /// Watches all that mock servers are made of. Collections of other folders may be added by whoever serves them.
    public func watch() -> FolderWatch {
        let folders: Set = [collections, environments, mocks, tags]
        return FolderWatch(folders, names: [folder: ["access.json"]])
    }
}
