import NIOCore
import UnderstudyCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Requests that were answered from an example before and whose answer depends on their bytes alone: the same bytes get
/// the same answer without being parsed, redacted and matched again. One per event loop, used on it.
///
/// Only whole heads that the strict parser took, without content, are learned, and only when nothing but them decided:
/// no turns among repeats, no template, no delay. Whatever changes what is served makes all of it forgotten.
final class KnownRequests {
    /// Slots, of which each request has the choice of two.
    static let slotCount = 1 << 15
    /// Heads and answers kept in all. Answers are shared with `RenderedReplies` as long as those are kept there.
    static let byteLimit = 32 << 20
    /// Longer heads are not learned: they hold tokens and cookies, which differ.
    static let headLimit = 4 << 10

    final class Known {
        fileprivate let head: ByteBuffer
        /// The tunnel it came through: the same bytes mean another host elsewhere.
        fileprivate let tunnel: Tunnel?
        /// The mock server's port it came in at; `nil` for the front door.
        fileprivate let entrance: Entrance?
        /// Who answered.
        let site: Site?
        /// The whole answer, for a connection that is kept.
        let reply: ByteBuffer
        /// What the call log gets, but for its time.
        let call: Exchange
        let session: String
        fileprivate var byteCount: Int { 2 * head.readableBytes + reply.readableBytes + 1024 }

        init(
            head: ByteBuffer, tunnel: Tunnel?, entrance: Entrance?, site: Site?, reply: ByteBuffer, call: Exchange
        ) {
            self.entrance = entrance
            self.site = site
            self.tunnel = tunnel
            // Copies: the head is a slice of a connection's buffer, which may be large.
            self.head = ByteBuffer(bytes: head.readableBytesView)
            self.reply = reply
            session = call.session
            var request = call.request
            request.head = request.head.detached
            var call = call
            call.request = request
            self.call = call
        }
    }

    private var slots: [Known?] = []
    /// Marks of requests seen once: most never come again, and only those that do are worth a place.
    private var marks: [UInt16] = []
    private var byteCount = 0
    /// Where room is made next.
    private var hand = 0
    private let seed = UInt64.random(in: 0 ... .max)

    /// - Parameter length: of the head, at the reader index of `input`.
    func find(_ input: ByteBuffer, length: Int, in tunnel: Tunnel?, at entrance: Entrance? = nil) -> Known? {
        guard byteCount > 0, length <= Self.headLimit else { return nil }
        return input.withUnsafeReadableBytes { bytes in
            let head = UnsafeRawBufferPointer(rebasing: bytes[..<length])
            let (first, second) = places(of: hash(head))
            if let known = slots[first], known.entrance === entrance, known.tunnel == tunnel, known.head.equals(head) {
                return known
            }
            if let known = slots[second], known.entrance === entrance, known.tunnel == tunnel, known.head.equals(head) {
                return known
            }
            return nil
        }
    }

    /// Takes note of an answered request, and keeps it from the second time on.
    func learn(
        _ head: ByteBuffer, in tunnel: Tunnel?, at entrance: Entrance? = nil, of site: Site? = nil, reply: ByteBuffer,
        call: () -> Exchange
    ) {
        guard head.readableBytes <= Self.headLimit else { return }
        if slots.isEmpty {
            slots = Array(repeating: nil, count: Self.slotCount)
            marks = Array(repeating: 0, count: Self.slotCount)
        }
        let hash = head.withUnsafeReadableBytes { self.hash($0) }
        let (first, second) = places(of: hash)
        let mark = UInt16(truncatingIfNeeded: hash >> 48) | 1
        guard marks[first] == mark else {
            marks[first] = mark
            return
        }
        let known = Known(
            head: head, tunnel: tunnel, entrance: entrance, site: site, reply: reply, call: call())
        let place = slots[first] == nil || slots[second] != nil ? first : second
        remove(at: place)
        makeRoom(for: known.byteCount)
        slots[place] = known
        byteCount += known.byteCount
    }

    func forgetAll() {
        guard byteCount > 0 else { return }
        slots = []
        marks = []
        byteCount = 0
    }

    private func makeRoom(for needed: Int) {
        while byteCount > 0, byteCount + needed > Self.byteLimit {
            remove(at: hand)
            hand = (hand + 1) % Self.slotCount
        }
    }

    private func remove(at place: Int) {
        guard let known = slots[place] else { return }
        byteCount -= known.byteCount
        slots[place] = nil
    }

    private func places(of hash: UInt64) -> (Int, Int) {
        (Int(truncatingIfNeeded: hash) & (Self.slotCount - 1), Int(hash >> 24) & (Self.slotCount - 1))
    }

    /// Eight bytes at a time. Collisions cost a place, never an answer: heads are compared.
    private func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = seed
        var index = 0
        while index + 8 <= bytes.count {
            hash = Self.mix(hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var rest: UInt64 = UInt64(bytes.count) << 56
        while index < bytes.count {
            rest = rest << 8 ^ UInt64(bytes[index])
            index += 1
        }
        return Self.mix(hash ^ rest)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}

extension ByteBuffer {
    fileprivate func equals(_ bytes: UnsafeRawBufferPointer) -> Bool {
        withUnsafeReadableBytes { own in
            guard own.count == bytes.count else { return false }
            guard let own = own.baseAddress, let other = bytes.baseAddress else { return true }
            return memcmp(own, other, bytes.count) == 0
        }
    }
}
