import NIOCore
import Synchronization
public import UnderstudyCore
public import UnderstudyFormats

/// The examples of all collections of a workspace, or of some collection files, kept up with the files.
///
/// A file that cannot be read leaves its last good version in place. Files are read again only when they changed.
public final class CollectionLibrary: Sendable {
    /// What loading found.
    public struct Contents: Sendable {
        /// In the order of the files' names and of each file.
        public var examples: [Example] = []
        /// One line each: file, JSON path, what is wrong.
        public var problems: [String] = []
        /// Collection files read or kept.
        public var collections = 0

        public init() {}
    }

    private struct Loaded {
        var stamp: FileStamp?
        var examples: [Example] = []
        var problems: [String] = []
    }

    private let sources: [Source]
    private let watch: FolderWatch
    /// Whether the watch is another's to begin anew.
    private let isWatchShared: Bool
    private let environment: PostmanEnvironment?
    private let limits: Limits
    private let loaded = Mutex<[String: Loaded]>([:])

    /// Where collection files are.
    public enum Source: Sendable, Hashable {
        /// A workspace: all of `collections/`.
        case workspace(String)
        /// One collection file; its large bodies are looked for in `../bodies`.
        case file(String)

        var watchedFolder: String {
            switch self {
            case .workspace(let folder): folder + "/collections"
            case .file(let path): Self.folder(of: path)
            }
        }

        var bodiesFolder: String {
            switch self {
            case .workspace(let folder): folder + "/bodies"
            case .file(let path): Self.folder(of: path) + "/../bodies"
            }
        }

        private static func folder(of path: String) -> String {
            guard let slash = path.lastIndex(of: "/") else { return "." }
            return slash == path.startIndex ? "/" : String(path[..<slash])
        }
    }

    /// - Parameters:
    ///   - environment: its variables win over those of the collections.
    ///   - shared: what watches these and other folders, whose owner clears it; `nil` for one of its own.
    public init(
        _ sources: [Source], environment: PostmanEnvironment? = nil, limits: Limits = Limits(),
        watch shared: FolderWatch? = nil
    ) {
        self.sources = sources
        self.environment = environment
        self.limits = limits
        watch = shared ?? FolderWatch(Set(sources.map(\.watchedFolder)))
        isWatchShared = shared != nil
        if let shared { for source in sources { shared.watch(source.watchedFolder) } }
    }

    /// Whether a file may have changed since the last `load`. One system call.
    public func hasChanged() -> Bool { watch.hasChanged() }

    /// Reads what changed and returns everything. Blocks: not for an event loop.
    public func load() -> Contents {
        if !isWatchShared { watch.clear() }
        return loaded.withLock { loaded in
            var contents = Contents()
            var current: [String: Loaded] = [:]
            for (path, source) in files() {
                let entry = refreshed(loaded[path] ?? Loaded(), path: path, source: source)
                current[path] = entry
                contents.examples += entry.examples
                contents.problems += entry.problems
                contents.collections += 1
            }
            loaded = current
            return contents
        }
    }

    /// Folders of large bodies, for a server that sends them from disk.
    public var bodyFolders: [String] { sources.map(\.bodiesFolder) }

    private func files() -> [(path: String, source: Source)] {
        sources.flatMap { source -> [(String, Source)] in
            switch source {
            case .file(let path): return [(path, source)]
            case .workspace(let folder):
                let names = FileSystem.names(in: folder + "/collections").filter {
                    $0.hasSuffix(".json") && !$0.hasPrefix(".")
                }
                return names.sorted().map { ("\(folder)/collections/\($0)", source) }
            }
        }
    }

    private func refreshed(_ entry: Loaded, path: String, source: Source) -> Loaded {
        let stamp = FileStamp(path)
        if let stamp, stamp == entry.stamp { return entry }
        var entry = entry
        entry.stamp = stamp
        do {
            let files = ExampleBodyFiles(BodyStore(examples: source.bodiesFolder, history: source.bodiesFolder))
            let (examples, problems) = try CollectionFile.examples(
                at: path, slug: Self.slug(of: path), files: files, environment: environment,
                bodyInMemory: limits.bodyInMemory)
            entry.examples = examples
            entry.problems = problems.map { "\(path): \($0)" }
        } catch {
            // The last good version keeps serving.
            entry.problems = ["\(error)"]
        }
        return entry
    }

    /// A collection file's name without folder and ending.
    public static func slug(of path: String) -> String {
        var name = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [PostmanCollection.fileEnding, ".json"] where name.hasSuffix(ending) {
            name.removeLast(ending.count)
            break
        }
        return name
    }
}

/// The workspace's `bodies/`, as the formats want it.
struct ExampleBodyFiles: BodyFiles {
    private let store: BodyStore
    init(_ store: BodyStore) { self.store = store }

    func write(_ bytes: ByteBuffer) throws -> Digest { try store.saveForExamples(bytes) }
    func byteCount(of digest: Digest) -> Int? {
        FileSystem.status(of: "\(store.examples)/\(digest)").map { Int($0.byteCount) }
    }
    func read(_ digest: Digest) throws -> ByteBuffer { try store.contents(of: digest) }
}
