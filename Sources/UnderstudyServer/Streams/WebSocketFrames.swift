import NIOCore
import UnderstudyCore

/// A WebSocket frame as it was on the wire, mask taken off. <https://www.rfc-editor.org/rfc/rfc6455#section-5.2>
struct WebSocketFrame {
    var kind: StreamEntry.Kind
    var isFinal: Bool
    var isCompressed: Bool
    /// The first `WebSocketFrameReader.payloadLimit` bytes.
    var payload: ByteBuffer
    /// Of all of it.
    var byteCount: Int

    /// As a server writes it.
    func write(into out: inout ByteBuffer) {
        let code: UInt8 =
            switch kind {
            case .continuation, .bytes, .end: 0
            case .text: 1
            case .binary: 2
            case .close: 8
            case .ping: 9
            case .pong: 10
            }
        out.writeInteger((isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | code)
        switch payload.readableBytes {
        case let count where count < 126: out.writeInteger(UInt8(count))
        case let count where count < 65536:
            out.writeInteger(UInt8(126))
            out.writeInteger(UInt16(count))
        case let count:
            out.writeInteger(UInt8(127))
            out.writeInteger(UInt64(count))
        }
        out.writeImmutableBuffer(payload)
    }
}

/// Cuts one direction of a WebSocket into frames, whatever pieces it comes in.
struct WebSocketFrameReader {
    /// What does not look like frames is handed out as it is, from there on.
    enum Part {
        case frame(WebSocketFrame)
        case opaque(ByteBuffer)
    }

    private let payloadLimit: Int
    private var header = ByteBuffer()
    private var frame: WebSocketFrame?
    private var left = 0
    private var mask: [UInt8] = []
    private var maskIndex = 0
    private var isOpaque = false

    init(payloadLimit: Int) { self.payloadLimit = payloadLimit }

    mutating func read(_ bytes: ByteBuffer, _ found: (Part) -> Void) {
        var input = bytes
        while input.readableBytes > 0 || (frame != nil && left == 0) {
            guard !isOpaque else { return found(.opaque(input)) }
            if frame == nil { readHeader(&input) } else { readPayload(&input) }
            if isOpaque {
                header.writeBuffer(&input)
                return found(.opaque(header))
            }
            if let frame, left == 0 {
                self.frame = nil
                found(.frame(frame))
            }
        }
    }

    /// Takes one byte after the other until the header is whole: it has at most fourteen.
    private mutating func readHeader(_ input: inout ByteBuffer) {
        while let byte = input.readInteger(as: UInt8.self) {
            header.writeInteger(byte)
            guard header.readableBytes >= 2, let first = header.getInteger(at: 0, as: UInt8.self),
                let second = header.getInteger(at: 1, as: UInt8.self)
            else { continue }
            let lengthSize = second & 0x7F == 126 ? 2 : second & 0x7F == 127 ? 8 : 0
            let isMasked = second & 0x80 != 0
            guard header.readableBytes == 2 + lengthSize + (isMasked ? 4 : 0) else { continue }
            let length: UInt64 =
                switch lengthSize {
                case 2: UInt64(header.getInteger(at: 2, as: UInt16.self) ?? 0)
                case 8: header.getInteger(at: 2, as: UInt64.self) ?? 0
                default: UInt64(second & 0x7F)
                }
            guard let kind = Self.kind(first & 0x0F), length < 1 << 62, first & 0x30 == 0 else {
                isOpaque = true
                return
            }
            mask = isMasked ? header.getBytes(at: 2 + lengthSize, length: 4) ?? [] : []
            maskIndex = 0
            left = Int(length)
            frame = WebSocketFrame(
                kind: kind, isFinal: first & 0x80 != 0, isCompressed: first & 0x40 != 0, payload: ByteBuffer(),
                byteCount: left)
            header.clear()
            return
        }
    }

    private static func kind(_ code: UInt8) -> StreamEntry.Kind? {
        switch code {
        case 0: .continuation
        case 1: .text
        case 2: .binary
        case 8: .close
        case 9: .ping
        case 10: .pong
        default: nil
        }
    }

    private mutating func readPayload(_ input: inout ByteBuffer) {
        guard let piece = input.readSlice(length: min(left, input.readableBytes)) else { return }
        left -= piece.readableBytes
        let room = payloadLimit - (frame?.payload.readableBytes ?? 0)
        defer { maskIndex = (maskIndex + piece.readableBytes) & 3 }
        guard room > 0, let kept = piece.getSlice(at: piece.readerIndex, length: min(room, piece.readableBytes)) else {
            return
        }
        guard !mask.isEmpty else {
            frame?.payload.writeImmutableBuffer(kept)
            return
        }
        let (mask, start) = (mask, maskIndex)
        frame?.payload.writeWithUnsafeMutableBytes(minimumWritableBytes: kept.readableBytes) { out in
            kept.withUnsafeReadableBytes { bytes in
                for index in 0..<bytes.count { out[index] = bytes[index] ^ mask[(start + index) & 3] }
                return bytes.count
            }
        }
    }
}
