public import NIOCore
import UnderstudyCoding
public import UnderstudyCore

/// Content with its content coding taken off, for formats and people that want it plain.
public enum PlainContent {
    /// The most octets that content may have once decoded; more stays as it is.
    static let limit = 64 << 20

    /// The content as it is where its coding is unknown or broken.
    public static func decoded(_ body: ByteBuffer, _ fields: Fields) -> ByteBuffer {
        guard let codings = try? ContentCoding.list(fields.all("Content-Encoding").map(\.value)), !codings.isEmpty
        else {
            return body
        }
        return (try? ContentCoding.decode(body, codings: codings, limit: limit)) ?? body
    }
}
