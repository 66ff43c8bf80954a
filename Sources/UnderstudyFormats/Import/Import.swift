public import NIOCore
public import UnderstudyCore

/// What people have elsewhere, taken in: Postman's files of all ages, HAR, curl command lines, OpenAPI.
///
/// Pure: bytes in, collections and environments out. Nothing is ever read, fetched or run because a file says so. What cannot
/// be taken over is a problem with its place; a whole file that cannot be is an error.
public struct Import: Sendable {
    public var kind: ImportKind
    public var items: [ImportedItem] = []
    /// What was not taken over, or not as it was.
    public var problems: [ImportProblem] = []
    /// Exchanges whose content the file does not hold, though there was some.
    public var withoutContent: [ImportProblem] = []

    init(kind: ImportKind) { self.kind = kind }

    /// Finds out what the bytes are, whatever the file is called, and reads them.
    ///
    /// - Parameter name: the file's, for errors and for collections that have no name of their own.
    /// - Throws: `CollectionError` with the place and one sentence.
    public static func read(
        _ bytes: ByteBuffer, name: String, options: ImportOptions = ImportOptions()
    ) throws(CollectionError) -> Import {
        guard bytes.readableBytes <= options.byteLimit else {
            throw CollectionError(
                file: name, place: "byte \(options.byteLimit)",
                message:
                    "the file has \(bytes.readableBytes) bytes, more than the \(options.byteLimit) that are allowed")
        }
        switch try ImportKind.recognise(bytes, name: name) {
        case .json(let kind, let root): return try read(root, kind, bytes, name, options)
        case .text(let kind): return try read(text: bytes, kind, name, options)
        case .zip: return try DumpReader.zip(bytes, name, options)
        }
    }

    private static func read(
        _ root: JSONValue, _ kind: ImportKind, _ bytes: ByteBuffer, _ name: String, _ options: ImportOptions
    ) throws(CollectionError) -> Import {
        switch kind {
        case .collection, .collectionV1:
            var result = Import(kind: kind)
            try result.add(collection: bytes, name: name)
            return result
        case .environment, .globals:
            var result = Import(kind: kind)
            result.items = [.environment(try PostmanEnvironment(parsing: bytes, file: name))]
            return result
        case .dump: return try DumpReader.dump(root, name)
        case .har: return try HARReader.read(root, name, options)
        case .openAPI: return try OpenAPIReader.read(root, name, options)
        case .zip, .curl: throw CollectionError(file: name, place: "$", message: "this is not JSON")
        }
    }

    private static func read(
        text: ByteBuffer, _ kind: ImportKind, _ name: String, _ options: ImportOptions
    ) throws(CollectionError) -> Import {
        if kind == .curl { return try CurlReader.read(text, name, options) }
        let root = try YAMLDocument.value(of: text, file: name)
        return try read(root, ImportKind.kind(of: root, name: name), text, name, options)
    }

    /// Adds a collection, and what of it cannot be served.
    mutating func add(collection bytes: ByteBuffer, name: String) throws(CollectionError) {
        let (collection, kept) = try PostmanCollection.converted(bytes, slug: nil, name: name)
        items.append(.collection(collection, bytes: kept))
        for problem in collection.examples(files: nil).problems {
            problems.append(ImportProblem(place: "\(name): \(problem.path)", message: problem.message))
        }
    }

    /// Adds a collection that was made here.
    mutating func add(_ collection: PostmanCollection) {
        items.append(.collection(collection, bytes: collection.bytes()))
    }
}

/// One thing that came in.
public enum ImportedItem: Sendable {
    /// Always of format v2.1; `bytes` is what to keep: the file's own where it is v2.1 already.
    case collection(PostmanCollection, bytes: ByteBuffer)
    case environment(PostmanEnvironment)

    public var name: String {
        switch self {
        case .collection(let collection, _): collection.name
        case .environment(let environment): environment.name
        }
    }
}

/// A place that was not taken over, or not as it was.
public struct ImportProblem: Sendable, Hashable, CustomStringConvertible {
    public let place: String
    /// One sentence.
    public let message: String

    public init(place: String, message: String) {
        self.place = place
        self.message = message
    }

    public var description: String { "\(place): \(message)" }
}

/// How to read what is imported.
public struct ImportOptions: Sendable {
    /// The most octets of a file.
    public static let defaultByteLimit = 50 << 20

    public var byteLimit = defaultByteLimit
    /// `nil` for what suits the format best.
    public var grouping: ImportGrouping?
    /// Where bodies go that JSON cannot hold.
    public var files: any BodyFiles
    /// Applied to recorded exchanges before anything is kept.
    public var redaction = Redaction.none
    /// Told how many of how many exchanges were taken over. Other files are read in one step.
    public var progress: (@Sendable (_ done: Int, _ total: Int) -> Void)?

    public init(files: any BodyFiles = NoBodyFiles()) { self.files = files }
}

/// How requests are put into folders.
public enum ImportGrouping: String, Sendable, CaseIterable {
    /// A collection for each host, with folders by the first part of the path: what recording makes too.
    case hosts
    /// All in one collection, a folder for each host.
    case domain
    /// All in one, a folder for each part of the path.
    case path
    /// Both, one inside the other.
    case domainPath = "domain-path"
    /// By the tags of an OpenAPI document.
    case tags
    /// No folders.
    case none
}

/// Keeps nothing: text bodies need no files.
public struct NoBodyFiles: BodyFiles {
    public init() {}
    public func write(_ bytes: ByteBuffer) throws -> Digest { Digest(of: bytes) }
    public func byteCount(of digest: Digest) -> Int? { nil }
    public func read(_ digest: Digest) throws -> ByteBuffer { ByteBuffer() }
}
