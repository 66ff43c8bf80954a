/// A WebSocket frame as tests speak of it, its mask taken off.
public struct RawFrame: Equatable, Sendable, CustomStringConvertible {
    public var code: UInt8
    public var payload: [UInt8]
    public var isFinal = true
    public var isCompressed = false

    public init(code: UInt8, payload: [UInt8], isFinal: Bool = true, isCompressed: Bool = false) {
        self.code = code
        self.payload = payload
        self.isFinal = isFinal
        self.isCompressed = isCompressed
    }

    public static func text(_ text: String, isFinal: Bool = true) -> RawFrame {
        RawFrame(code: 1, payload: Array(text.utf8), isFinal: isFinal)
    }
    public static func more(_ text: String, isFinal: Bool = true) -> RawFrame {
        RawFrame(code: 0, payload: Array(text.utf8), isFinal: isFinal)
    }
    public static func binary(_ bytes: [UInt8]) -> RawFrame { RawFrame(code: 2, payload: bytes) }
    public static func ping(_ text: String) -> RawFrame { RawFrame(code: 9, payload: Array(text.utf8)) }
    public static func pong(_ text: String) -> RawFrame { RawFrame(code: 10, payload: Array(text.utf8)) }
    public static func close(_ code: UInt16, _ reason: String = "") -> RawFrame {
        RawFrame(code: 8, payload: [UInt8(code >> 8), UInt8(code & 255)] + Array(reason.utf8))
    }

    public var text: String { payload.latin1 }
    public var description: String { "\(code)\(isFinal ? "" : "…") \(text.prefix(60))" }
}

extension RawConnection {
    /// Sends a frame, masked as clients must.
    public func send(_ frame: RawFrame, masked: Bool) throws {
        var bytes: [UInt8] = [(frame.isFinal ? 0x80 : 0) | (frame.isCompressed ? 0x40 : 0) | frame.code]
        let flag: UInt8 = masked ? 0x80 : 0
        switch frame.payload.count {
        case let count where count < 126: bytes.append(flag | UInt8(count))
        case let count where count < 65536: bytes += [flag | 126, UInt8(count >> 8), UInt8(count & 255)]
        case let count: bytes += [flag | 127] + (0..<8).map { UInt8(count >> (56 - 8 * $0) & 255) }
        }
        let mask: [UInt8] = [0x12, 0xFE, 0x00, 0x77]
        if masked {
            bytes += mask + frame.payload.enumerated().map { $1 ^ mask[$0 & 3] }
        } else {
            bytes += frame.payload
        }
        try send(bytes)
    }

    public func readFrame() throws -> RawFrame {
        let start = try read(exactly: 2)
        var count = Int(start[1] & 0x7F)
        if count == 126 { count = try read(exactly: 2).reduce(0) { $0 << 8 | Int($1) } }
        if count == 127 { count = try read(exactly: 8).reduce(0) { $0 << 8 | Int($1) } }
        let mask = start[1] & 0x80 != 0 ? try read(exactly: 4) : [0, 0, 0, 0]
        let payload = try read(exactly: count).enumerated().map { $1 ^ mask[$0 & 3] }
        return RawFrame(
            code: start[0] & 0x0F, payload: payload, isFinal: start[0] & 0x80 != 0, isCompressed: start[0] & 0x40 != 0)
    }
}

extension String {
    /// The key of RFC 6455 §1.3, whose answer is known.
    public static let handshake =
        "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    public static let switching =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nX-Odd:  Value \r\n\r\n"
}
