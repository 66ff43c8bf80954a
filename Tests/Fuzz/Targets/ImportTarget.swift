import NIOCore
import UnderstudyCore
import UnderstudyFormats

/// Files from elsewhere, by the first byte: `c` curl command lines, `z` a zip archive, anything else what its content says.
/// What comes in goes out and comes in again as the same.
enum ImportTarget {
    @Sendable static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return }
        let rest = ByteBuffer(bytes: bytes.dropFirst())
        switch first {
        case UInt8(ascii: "c"): curl(rest)
        case UInt8(ascii: "z"): zip(rest)
        default: read(rest)
        }
    }

    private static func curl(_ text: ByteBuffer) {
        for request in CurlReader.requests(in: text).requests {
            let line = CurlLine.text(request)
            let once = CurlReader.requests(in: ByteBuffer(string: line)).requests
            require(once.count == 1, "\(line) is \(once.count) requests")
            guard let again = once.first else { continue }
            let other = CurlReader.requests(in: ByteBuffer(string: CurlLine.text(again))).requests
            require(other == once, "\(line)\n\(CurlLine.text(again))")
        }
    }

    private static func zip(_ archive: ByteBuffer) {
        guard let entries = try? ZipArchive.entries(of: archive, name: "file") else { return }
        let total = entries.reduce(0) { $0 + $1.bytes.readableBytes }
        require(total <= max(ZipArchive.ratioFloor, archive.readableBytes * ZipArchive.ratioLimit), "\(total) bytes")
        guard let written = try? ZipArchive.bytes(of: entries) else { return }
        let again = (try? ZipArchive.entries(of: written, name: "file")) ?? []
        require(again.map(\.name) == entries.map(\.name), "\(entries.map(\.name)) became \(again.map(\.name))")
        require(again.map(\.bytes) == entries.map(\.bytes), "contents differ")
    }

    private static func read(_ file: ByteBuffer) {
        guard let result = try? Import.read(file, name: "file") else { return }
        for item in result.items {
            switch item {
            case .collection(let collection, let kept):
                require(!collection.slug.isEmpty && !collection.slug.contains("/"), "the slug \(collection.slug)")
                let written = collection.bytes(as: .v21)
                guard case .collection(let again, _)? = try? Import.read(written, name: "file").items.first else {
                    fatalError("what was written is not read: \(String(buffer: written))")
                }
                require(again.bytes(as: .v21) == written, "written twice: \(String(buffer: written))")
                _ = try? Import.read(collection.bytes(as: .v20), name: "file")
                _ = try? Import.read(kept, name: "file")
            case .environment(let environment):
                let again = try? Import.read(environment.bytes(), name: "file").items.first
                require(again?.name == environment.name, "an environment is not read again")
            }
        }
    }
}
