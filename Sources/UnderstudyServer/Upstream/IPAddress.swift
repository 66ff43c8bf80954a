#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An address as its octets: four or sixteen.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Dotted decimal or IPv6, nothing else.
    public init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(bytes: Array(bytes.prefix(4)))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.init(bytes: bytes)
        } else {
            return nil
        }
    }

    /// Also what resolvers take for an IPv4 address: `127.1`, `2130706433`, `0x7f.1`, `0177.0.0.1`. inet_aton(3). A zone
    /// behind an IPv6 address is left out.
    init?(anySpelling text: String) {
        let text = String(text.prefix { $0 != "%" })
        if let address = IPAddress(text) {
            self = address
            return
        }
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 != 0x20 && $0 != 0x09 && $0 != 0x0A }) else { return nil }
        var octets: [UInt8]?
        withUnsafeTemporaryAllocation(of: in_addr.self, capacity: 1) { address in
            if inet_aton(text, address.baseAddress) == 1 { octets = Array(UnsafeRawBufferPointer(address)) }
        }
        guard let octets else { return nil }
        self.init(bytes: octets)
    }

    /// Names that mean one address everywhere.
    init?(wellKnown name: String) {
        if name == "localhost" || name.hasSuffix(".localhost") {
            self.init(bytes: [127, 0, 0, 1])
        } else if name == "metadata.google.internal" {
            self.init(bytes: [169, 254, 169, 254])
        } else {
            return nil
        }
    }

    public var description: String {
        var bytes = bytes
        var text = [CChar](repeating: 0, count: 64)
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, &bytes, &text, 64) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether the first `bits` are those of `block`, which has the same length.
    func isIn(_ block: IPAddress, bits: Int) -> Bool {
        for index in 0..<bits / 8 where bytes[index] != block.bytes[index] { return false }
        guard bits % 8 > 0 else { return true }
        return (bytes[bits / 8] ^ block.bytes[bits / 8]) >> (8 - bits % 8) == 0
    }

    private func begins(with prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }

    /// The IPv4 address that an IPv6 address stands for: mapped, compatible, translated (RFC 4291, RFC 2765), NAT64
    /// (RFC 6052) and 6to4 (RFC 3056). Any other is itself.
    public var innermost: IPAddress {
        guard bytes.count == 16 else { return self }
        let zeros = [UInt8](repeating: 0, count: 16)
        let last = Array(bytes.suffix(4))
        if begins(with: zeros.prefix(10) + [0xFF, 0xFF]) || begins(with: zeros.prefix(8) + [0xFF, 0xFF, 0, 0])
            || begins(with: [0, 0x64, 0xFF, 0x9B] + zeros.prefix(8))
        {
            return IPAddress(bytes: last)
        }
        if begins(with: [0x20, 0x02]) { return IPAddress(bytes: Array(bytes[2..<6])) }
        // `::` and `::1` are addresses of their own.
        if begins(with: Array(zeros.prefix(12))), last.dropLast() != [0, 0, 0] || last[3] > 1 {
            return IPAddress(bytes: last)
        }
        return self
    }

    /// Kinds of addresses that rules have a word for.
    public enum Group: String, Sendable, CaseIterable {
        case loopback, metadata
        case linkLocal = "link-local"
        case `private`
    }

    /// This machine. The unspecified address counts: connecting to it means connecting to ourselves.
    var isLoopback: Bool {
        if bytes.count == 4 { return bytes[0] == 127 || bytes[0] == 0 }
        return bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] <= 1
    }

    /// Of an `innermost` address.
    var group: Group? {
        if isLoopback { return .loopback }
        if Self.metadata.contains(bytes) { return .metadata }
        if bytes.count == 4 {
            switch (bytes[0], bytes[1]) {
            case (169, 254): return .linkLocal
            // RFC 1918, and RFC 6598's space between providers and their customers.
            case (10, _), (172, 16...31), (192, 168), (100, 64...127): return .private
            default: return nil
            }
        }
        switch (bytes[0], bytes[1]) {
        case (0xFE, 0x80...0xBF): return .linkLocal
        // Unique local addresses, RFC 4193, and the site-local ones before them.
        case (0xFC...0xFD, _), (0xFE, 0xC0...0xFF): return .private
        default: return nil
        }
    }

    /// Where clouds tell a machine about itself, credentials included: AWS and most others, AWS by IPv6, Alibaba, Azure,
    /// Oracle, Google and Scaleway by IPv6.
    private static let metadata: Set<[UInt8]> = [
        [169, 254, 169, 254], [0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54], [100, 100, 100, 200],
        [168, 63, 129, 16], [192, 0, 0, 192], [0xFD, 0x20, 0, 0xCE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54],
        [0xFD, 0, 0, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x42],
    ]
}

/// The addresses of this machine's interfaces. getifaddrs(3)
enum MachineAddresses {
    static func current() -> Set<[UInt8]> {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var addresses: Set<[UInt8]> = []
        var next = first
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let address = entry.pointee.ifa_addr else { continue }
            let raw = UnsafeRawPointer(address)
            // By place: which module these structures belong to depends on how the program is built. netinet(3)
            switch Int32(address.pointee.sa_family) {
            case AF_INET: addresses.insert(Array(UnsafeRawBufferPointer(start: raw + 4, count: 4)))
            case AF_INET6: addresses.insert(Array(UnsafeRawBufferPointer(start: raw + 8, count: 16)))
            default: break
            }
        }
        return addresses
    }
}
