public import NIOCore
public import UnderstudyCore

/// Where bodies are kept that JSON cannot hold: a folder `bodies` beside the collections, a file per content, named
/// by its digest. A collection names them only by digest, so no text of a file can lead anywhere else.
public protocol BodyFiles: Sendable {
    /// Keeps the bytes, durably before this returns, and gives their digest. Writing what is there already is cheap.
    func write(_ bytes: ByteBuffer) throws -> Digest
    /// Octets of the file, `nil` when there is none.
    func byteCount(of digest: Digest) -> Int?
    /// The file's content.
    func read(_ digest: Digest) throws -> ByteBuffer
}

/// A reference to such a file, as `_understudy.body` of a message in a collection.
///
/// While it is there the visible `body` beside it is a note for people, and editing the note changes nothing; to
/// give such a message a text body by hand, remove `_understudy.body`.
struct BodyReference {
    let digest: Digest
    let byteCount: Int

    static let folder = "bodies/"

    init(digest: Digest, byteCount: Int) {
        self.digest = digest
        self.byteCount = byteCount
    }

    /// Only `bodies/` and 64 hexadecimal digits is accepted.
    init?(_ value: JSONValue) {
        guard let file = value["file"]?.text, file.hasPrefix(Self.folder),
            let digest = Digest(hex: String(file.dropFirst(Self.folder.count))),
            let byteCount = value["byteCount"]?.int, byteCount >= 0
        else { return nil }
        self.init(digest: digest, byteCount: byteCount)
    }

    var file: String { Self.folder + digest.description }

    var value: JSONValue {
        [
            "file": .string(file), "sha256": .string(digest.description), "byteCount": .integer(byteCount),
        ]
    }
}
