import NIOCore
import UnderstudyCore

/// What targets make of libFuzzer's bytes. Inputs are text as far as they can be, so that a corpus can be read and
/// written by hand.
enum Input {
    /// Takes the input apart at lines that hold nothing but `%%`.
    static func sections(_ bytes: UnsafeRawBufferPointer, atMost limit: Int) -> [[UInt8]] {
        let mark = Array("\n%%\n".utf8)
        var sections: [[UInt8]] = [[]]
        var index = 0
        while index < bytes.count {
            if sections.count < limit, index + mark.count <= bytes.count, bytes[index] == 0x0A,
                bytes[index..<index + mark.count].elementsEqual(mark)
            {
                sections.append([])
                index += mark.count
            } else {
                sections[sections.count - 1].append(bytes[index])
                index += 1
            }
        }
        return sections
    }

    /// `METHOD /target`, field lines, an empty line, content; line feeds only.
    static func request(_ bytes: [UInt8]) -> (head: RequestHead, body: [UInt8]) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)[...]
        let start = lines.popFirst()?.split(separator: 0x20, maxSplits: 1) ?? []
        var fields = Fields()
        while let line = lines.popFirst(), !line.isEmpty {
            let parts = line.split(separator: 0x3A, maxSplits: 1)
            if parts.count == 2 { fields.append(parts[0], parts[1]) }
        }
        let head = RequestHead(
            method: start.first.map { String(decoding: $0, as: UTF8.self) } ?? "GET",
            target: ByteBuffer(bytes: start.count == 2 ? start[1] : [0x2F]), fields: fields)
        return (head, Array(lines.joined(separator: [0x0A])))
    }

    /// Bytes for people.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { UnicodeScalar($0).escaped(asASCII: true) }.joined()
    }
}

/// How bytes come: in pieces whose sizes the input itself decides, so that libFuzzer can find the cut that matters.
struct Cuts {
    private var state: UInt64

    /// From all bytes: whatever changes moves the cuts.
    init(of bytes: UnsafeRawBufferPointer, salt: UInt64) {
        state = 0xCBF2_9CE4_8422_2325 ^ salt
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    /// 1 to 64, short ones more often.
    mutating func next() -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let size = Int(state >> 58) + 1
        return state >> 40 & 3 == 0 ? size : size % 6 + 1
    }

    /// The bytes as one piece, byte by byte, and twice in pieces of other sizes.
    static func ways(_ bytes: UnsafeRawBufferPointer) -> [[Range<Int>]] {
        let single = (0..<bytes.count).map { $0..<$0 + 1 }
        return [[0..<bytes.count], single] + [1, 2].map { pieces(of: bytes, salt: $0) }
    }

    static func pieces(of bytes: UnsafeRawBufferPointer, salt: UInt64) -> [Range<Int>] {
        var cuts = Cuts(of: bytes, salt: salt)
        var pieces: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + cuts.next())
            pieces.append(start..<end)
            start = end
        }
        return pieces
    }
}
