import NIOCore
import UnderstudyCore

@testable import UnderstudyFormats

/// A JSON document: what is read is written and read again as the same, in every style, by each of our readers.
enum JSONTarget {
    @Sendable static func run(_ bytes: UnsafeRawBufferPointer) {
        let buffer = ByteBuffer(bytes: bytes)
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch {
            require((0...bytes.count).contains(error.offset), "an error at \(error.offset) of \(bytes.count)")
            require(error.line >= 1 && error.column >= 1, "an error at \(error.line):\(error.column)")
            require((try? skipped(buffer)) == nil, "only skipping takes it")
            return
        }
        guard let skipped = try? skipped(buffer) else { fatalError("only parsing takes it") }
        require((try? JSONValue(parsing: skipped)) == value, "skipping gives another text")
        for style in [JSONWriter.Style.compact, .tabs, .twoSpaces] {
            let written = JSONWriter.bytes(value, style: style)
            require((try? JSONValue(parsing: written)) == value, "\(style): \(String(buffer: written))")
        }
    }

    private static func skipped(_ buffer: ByteBuffer) throws(JSONError) -> ByteBuffer {
        var reader = try JSONReader(buffer)
        let text = try reader.skip()
        try reader.finish()
        return text
    }
}
