/// The paths of one method and segment count, laid out so that looking through ten thousand for one that is spelled
/// nearly the same takes tens of microseconds: nearly all are told by which letters their segments are made of.
struct SpellingBucket: Sendable {
    private let segmentCount: Int
    private var positions: [UInt32] = []
    /// Of each segment of each path, one path behind the other.
    private var segments: [Segment] = []
    private var bytes: [UInt8] = []
    /// Where each path ends in `bytes`.
    private var ends: [Int] = []

    private struct Segment: Sendable {
        /// Which letters occur.
        let letters: UInt64
        let length: Int32
        /// The most edits of this length.
        let most: Int32
        /// Whether it has scalars of several octets, which one edit changes together.
        let isWide: Bool

        init(_ bytes: ArraySlice<UInt8>) {
            var letters: UInt64 = 0
            for byte in bytes { letters |= 1 << UInt64(byte & 63) }
            self.letters = letters
            length = Int32(truncatingIfNeeded: min(bytes.count, 1 << 20))
            isWide = bytes.contains { $0 >= 0x80 }
            most = Int32(PathLikeness.allowedEdits(Int(length)))
        }

        /// Each edit takes at most one letter out and puts one in.
        func mayBeAlike(_ other: Segment) -> Bool {
            guard !isWide, !other.isWide else { return true }
            let most = length > other.length ? most : other.most
            return abs(length - other.length) <= most && Self.hasAtMost(most, letters & ~other.letters)
                && Self.hasAtMost(most, other.letters & ~letters)
        }

        /// Whether no more bits than that are set. Quicker than counting, which takes a dozen steps on processors that
        /// may have no instruction for it.
        private static func hasAtMost(_ most: Int32, _ bits: UInt64) -> Bool {
            var (bits, most) = (bits, most)
            while bits != 0 {
                if most == 0 { return false }
                bits &= bits &- 1
                most -= 1
            }
            return true
        }
    }

    init(segmentCount: Int) { self.segmentCount = segmentCount }

    /// - Parameter path: in lower case, without trailing slashes, of this bucket's segment count.
    mutating func append(_ position: Int, _ path: ArraySlice<UInt8>) {
        positions.append(UInt32(position))
        for segment in CanonicalPath.segments(path) { segments.append(Segment(segment)) }
        bytes.append(contentsOf: path)
        ends.append(bytes.count)
    }

    /// Calls `body` with the position of each path that is alike.
    func forEachAlike(_ path: ArraySlice<UInt8>, _ body: (Int) -> Void) {
        let asked = CanonicalPath.segments(path).map { Segment($0) }
        path.withUnsafeBufferPointer { path in
            asked.withUnsafeBufferPointer { asked in
                segments.withUnsafeBufferPointer { segments in
                    bytes.withUnsafeBufferPointer { bytes in
                        for index in positions.indices {
                            let first = index * segmentCount
                            // From behind, where paths differ most.
                            var place = segmentCount - 1
                            while place >= 0, asked[place].mayBeAlike(segments[first + place]) { place -= 1 }
                            guard place < 0 else { continue }
                            let start = index == 0 ? 0 : ends[index - 1]
                            let other = UnsafeBufferPointer(rebasing: bytes[start..<ends[index]])
                            if PathLikeness.isSpelledAlike(path, other) { body(Int(positions[index])) }
                        }
                    }
                }
            }
        }
    }
}
