import Foundation
import NIOCore
import UnderstudyCore
import UnderstudyFormats

/// A folder of documents, one file each, that people edit too: the file system's side of mock servers and environments.
struct DocumentFolder: Sendable {
    let path: String
    /// What file names end in, behind the slug.
    let ending: String

    struct File: Sendable, Hashable {
        let slug: String
        let path: String
    }

    func files() -> [File] {
        FileSystem.names(in: path).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.sorted().map { name in
            let slug = name.hasSuffix(ending) ? name.dropLast(ending.count) : name.dropLast(".json".count)
            return File(slug: String(slug), path: "\(path)/\(name)")
        }
    }

    /// A new file for something of that name. Call it while the folder is locked.
    func newFile(for name: String) -> File {
        let slug = NameSlug.slug(of: name)
        for number in 1... {
            let candidate = number == 1 ? slug : "\(slug)-\(number)"
            let path = "\(path)/\(candidate)\(ending)"
            if !FileSystem.exists(path) { return File(slug: candidate, path: path) }
        }
        return File(slug: slug, path: "\(path)/\(slug)\(ending)")
    }

    /// Runs `body` alone among all processes, and makes the folder if it is not there.
    func alone<Value>(_ body: () throws -> Value) throws -> Value {
        try FileSystem.makeFolder(path)
        return try CollectionLock.hold(path, body)
    }

    func write(_ bytes: ByteBuffer, to file: File, mode: UInt32 = 0o644) throws(FileError) {
        try AtomicFile.write(bytes, to: file.path, mode: mode)
    }

    func remove(_ file: File) throws(FileError) {
        try FileSystem.remove(file.path)
        try FileSystem.syncFolder(path)
    }
}

/// What names a version of a document: equal exactly while its bytes are.
public struct Revision: Sendable, Hashable, CustomStringConvertible {
    /// 16 hexadecimal digits.
    public let description: String

    init(of bytes: ByteBuffer) { description = String(Digest(of: bytes).description.prefix(16)) }
    /// As a caller says it, with or without the quotes of an entity tag (RFC 9110 §8.8.3).
    public init(text: String) {
        var text = text[...]
        if text.hasPrefix("W/") { text = text.dropFirst(2) }
        if text.count >= 2, text.first == "\"", text.last == "\"" { text = text.dropFirst().dropLast() }
        description = String(text)
    }
}
