public import NIOCore

/// How content is compressed for the way: what `Content-Encoding` and `Accept-Encoding` name.
///
/// Decoding is for hostile input: it stops at a bound the caller names, and what is cut, damaged or followed by other
/// bytes is an error, never a shorter result. Everything here is a function of its arguments; nothing is kept.
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1>
public enum ContentCoding: String, Sendable, Hashable, CaseIterable {
    /// No coding. Only `Accept-Encoding` should name it; in `Content-Encoding` it changes nothing.
    case identity
    /// RFC 1952, one member or several. `x-gzip` is the same.
    case gzip
    /// The zlib format of RFC 1950. Read without its wrapper too, because many have sent it so.
    case deflate
    /// RFC 7932.
    case br
    /// RFC 8878, one frame or several, with windows of at most 8 MiB (RFC 9659).
    case zstd

    /// By its name, in any case; `nil` for codings that are not known here, such as `compress` and `dcb`.
    public init?(_ name: UnsafeRawBufferPointer) {
        let (coding, spelled): (ContentCoding, StaticString)
        switch (name.count, name.first.map { $0 | 0x20 }) {
        case (2, _): (coding, spelled) = (.br, "br")
        case (4, UInt8(ascii: "g")): (coding, spelled) = (.gzip, "gzip")
        case (4, _): (coding, spelled) = (.zstd, "zstd")
        case (6, _): (coding, spelled) = (.gzip, "x-gzip")
        case (7, _): (coding, spelled) = (.deflate, "deflate")
        case (8, _): (coding, spelled) = (.identity, "identity")
        default: return nil
        }
        let letters = spelled.utf8Start
        for (index, byte) in name.enumerated() {
            guard (byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte) == letters[index] else { return nil }
        }
        self = coding
    }

    public init?(_ name: ByteBufferView) {
        guard let coding = name.withUnsafeBytes({ ContentCoding($0) }) else { return nil }
        self = coding
    }

    /// The most codings a `Content-Encoding` may list: more are made to cost time.
    public static let listLimit = 4

    /// Reads the values of a message's `Content-Encoding` lines, in order: the codings in the order they were put on,
    /// without `identity`.
    ///
    /// - Throws: `.unknownCoding`, `.tooManyCodings`.
    public static func list(_ values: some Sequence<ByteBufferView>) throws(CodingError) -> [ContentCoding] {
        var list: [ContentCoding] = []
        for value in values {
            for element in value.split(separator: UInt8(ascii: ",")) {
                var name = element
                while let first = name.first, first == 0x20 || first == 0x09 { name.removeFirst() }
                while let last = name.last, last == 0x20 || last == 0x09 { name.removeLast() }
                guard !name.isEmpty else { continue }
                guard let coding = ContentCoding(name) else { throw .unknownCoding }
                guard coding != .identity else { continue }
                guard list.count < listLimit else { throw .tooManyCodings }
                list.append(coding)
            }
        }
        return list
    }

    /// Takes codings off.
    ///
    /// Empty content is empty under any coding: servers label what they have not sent.
    ///
    /// - Parameters:
    ///   - codings: in the order they were put on, as `Content-Encoding` lists them; the last is taken off first.
    ///   - limit: the most octets any step may yield. Memory stays within about twice that and the codings' windows,
    ///     8 MiB for zstd and 16 MiB for Brotli at the most.
    public static func decode(
        _ bytes: ByteBuffer, codings: [ContentCoding], limit: Int
    ) throws(CodingError) -> ByteBuffer {
        guard codings.count <= listLimit else { throw .tooManyCodings }
        var result = bytes
        for coding in codings.reversed() where result.readableBytes > 0 {
            var output = BoundedOutput(limit: limit)
            switch coding {
            case .identity: continue
            case .gzip: try Zlib.decodeMembers(result, into: &output)
            case .deflate: try Zlib.decodeDeflate(result, into: &output)
            case .br: try Brotli.decode(result, into: &output)
            case .zstd: try Zstd.decode(result, into: &output)
            }
            result = output.bytes
        }
        guard result.readableBytes <= limit else { throw .tooLarge(limit: limit) }
        return result
    }

    /// Takes codings off as far as the bound and the bytes go: for looking at what may be too large, cut or damaged.
    ///
    /// - Returns: what came out, at most `limit` octets of it, and whether that is all.
    /// - Throws: where nothing can be taken off: the bytes are not of these codings.
    public static func decodeBeginning(
        _ bytes: ByteBuffer, codings: [ContentCoding], limit: Int
    ) throws(CodingError) -> (bytes: ByteBuffer, isWhole: Bool) {
        guard codings.count <= listLimit else { throw .tooManyCodings }
        var result = bytes
        var isWhole = true
        for coding in codings.reversed() where result.readableBytes > 0 {
            var output = BoundedOutput(limit: limit)
            do throws(CodingError) {
                switch coding {
                case .identity: continue
                case .gzip: try Zlib.decodeMembers(result, into: &output)
                case .deflate: try Zlib.decodeDeflate(result, into: &output)
                case .br: try Brotli.decode(result, into: &output)
                case .zstd: try Zstd.decode(result, into: &output)
                }
            } catch {
                // What came out before the fault is still what was sent.
                guard output.bytes.readableBytes > 0 || error == .truncated || error == .tooLarge(limit: limit) else {
                    throw error
                }
                isWhole = false
            }
            result = output.bytes
        }
        if result.readableBytes > limit {
            isWhole = false
            result = result.getSlice(at: result.readerIndex, length: max(0, limit)) ?? ByteBuffer()
        }
        return (result, isWhole)
    }

    /// Puts a coding on, the quickest way it has: whoever needs this is on the same machine or nearby, and waits. The
    /// same bytes give the same bytes: a gzip header carries no time.
    ///
    /// - Throws: `.failed`, for want of memory or because the content is too large for the coding.
    public static func encode(_ bytes: ByteBuffer, as coding: ContentCoding) throws(CodingError) -> ByteBuffer {
        switch coding {
        case .identity: bytes
        case .gzip: try Zlib.encode(bytes, format: .gzip)
        case .deflate: try Zlib.encode(bytes, format: .zlib)
        case .br: try Brotli.encode(bytes)
        case .zstd: try Zstd.encode(bytes)
        }
    }
}
