import CWebFiles
import NIOCore
import UnderstudyCoding
import UnderstudyCore

/// A file of the page. All of them are in the binary; they come from `Web/`, by way of the target `CWebFiles`.
struct PageFile: Sendable {
    let bytes: ByteBuffer
    /// The same as gzip, made once: that is what browsers load.
    let compressed: ByteBuffer
    /// `nil` where browsers need none: no such file is given out.
    let type: String?
    let tag: String
    var compressedTag: String { "\"gzip-" + tag.dropFirst() }

    /// By their path below `Web/`.
    static let all = Dictionary(uniqueKeysWithValues: (0..<web_file_count()).map { PageFile.at($0) })

    private static func at(_ index: Int) -> (String, PageFile) {
        let file = web_file_at(index)
        let path = String(cString: file.path)
        let bytes = ByteBuffer(bytes: UnsafeBufferPointer(start: file.bytes, count: file.count))
        let ending = path.split(separator: ".").last.map(String.init) ?? ""
        return (
            path,
            PageFile(
                bytes: bytes, compressed: (try? ContentCoding.encode(bytes, as: .gzip)) ?? bytes, type: types[ending],
                tag: "\"\("\(Digest(of: bytes))".prefix(32))\"")
        )
    }

    private static let types = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
        "svg": "image/svg+xml",
    ]
}
