import NIOCore
import UnderstudyCore

@testable import UnderstudyServer

/// A body under the chunked coding: as the bytes of one, and as content that is encoded and decoded again.
enum ChunkTarget {
    private static let head = Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)

    @Sendable static func run(_ bytes: UnsafeRawBufferPointer) {
        let whole = decoded(bytes, [0..<bytes.count])
        for pieces in Cuts.ways(bytes).dropFirst() {
            let other = decoded(bytes, pieces)
            require(other == whole, "cut at \(pieces.map(\.upperBound)): \(other), whole: \(whole)")
        }
        (head + bytes).withUnsafeBytes { RequestTarget.run($0) }
        checkRoundTrip(bytes)
    }

    private struct Decoded: Equatable {
        var data: [UInt8] = []
        var trailers: [String]?
        var refusal: Int?
        /// How much lies behind the end.
        var rest: Int?
    }

    private static func decoded(_ bytes: UnsafeRawBufferPointer, _ pieces: [Range<Int>]) -> Decoded {
        var decoder = ChunkedDecoder()
        let parser = HeadParser(limits: Limits())
        var input = ByteBuffer()
        var result = Decoded()
        for piece in pieces {
            input.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[piece]))
            do throws(WireError) {
                taking: while true {
                    switch try decoder.next(from: &input, trailers: parser) {
                    case .needsMore: break taking
                    case .data(let data): result.data += data.readableBytesView
                    case .end(let trailers):
                        result.trailers = trailers.map { fieldText($0.name, $0.value) }
                        result.rest = input.readableBytes + bytes.count - piece.upperBound
                        return result
                    }
                }
            } catch {
                result.refusal = error.status
                return result
            }
        }
        return result
    }

    private static func checkRoundTrip(_ content: UnsafeRawBufferPointer) {
        var encoded = ByteBuffer()
        for piece in Cuts.pieces(of: content, salt: 3) {
            ChunkedEncoder.write(ByteBuffer(bytes: content[piece]), into: &encoded)
        }
        var trailers = Fields()
        if content.count % 2 == 1 { trailers.append("X-Sum", String(content.count)) }
        ChunkedEncoder.writeEnd(trailers: trailers, into: &encoded)
        encoded.withUnsafeReadableBytes { encoded in
            let result = decoded(encoded, Cuts.pieces(of: encoded, salt: 4))
            require(result.data.elementsEqual(content), "decoding gives other bytes")
            require(result.trailers == trailers.map { fieldText($0.name, $0.value) }, "other trailers")
            require(result.rest == 0, "bytes are left")
        }
    }
}
