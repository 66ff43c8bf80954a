/// Which addresses upstream may have. A value without I/O: `TargetGuard` asks it before anything is connected to.
///
/// Decided in this order:
/// 1. Our own listeners are refused, whatever the rules say.
/// 2. Of the rules that match, the most specific decides: one with a port before those without; then an address, a whole
///    host name, a CIDR block (the longer prefix first), a host glob (the longer first), a group. Of equals a denial wins.
/// 3. A rule about names cannot allow what is refused by default, because a name's owner can point it anywhere: only a
///    rule about addresses can.
/// 4. Without a rule, link-local addresses and cloud metadata services are refused, all others allowed.
public struct TargetPolicy: Sendable {
    public var allowed: [TargetRule]
    public var denied: [TargetRule]
    /// Where we listen ourselves.
    var ownPorts: Set<Int> = []
    /// Asked when a port is one of ours.
    var machineAddresses: @Sendable () -> Set<[UInt8]> = { MachineAddresses.current() }

    public init(allowed: [TargetRule] = [], denied: [TargetRule] = []) {
        self.allowed = allowed
        self.denied = denied
    }

    /// Why `address` may not be connected to; `nil` when it may.
    ///
    /// - Parameter host: as it was asked for.
    public func verdict(address: IPAddress, port: Int, host: String) -> String? {
        let address = address.innermost
        if ownPorts.contains(port), address.isLoopback || machineAddresses().contains(address.bytes) {
            return "\(address):\(port) is understudy itself"
        }
        let host = Self.canonical(host)
        let group = address.group
        let isRefusedByDefault = group == .metadata || group == .linkLocal
        switch strongest({ $0.specificity(address, port, host) }) {
        case .denied(let rule): return "\(address) is denied (--deny-target \(rule))"
        case .allowed(let rule) where !rule.isOfNames || !isRefusedByDefault: return nil
        case .allowed, nil: break
        }
        guard isRefusedByDefault, let group else { return nil }
        let what = group == .metadata ? "a cloud metadata service" : "a link-local address"
        return "\(address) is \(what), which is refused unless allowed: --allow-target \(address)"
    }

    /// The same by what the host is called alone: for what somebody else resolves, such as an upstream proxy.
    public func verdict(host: String, port: Int) -> String? {
        let name = Self.canonical(host)
        if let address = IPAddress(anySpelling: name) ?? IPAddress(wellKnown: name) {
            return verdict(address: address, port: port, host: host)
        }
        guard case .denied(let rule)? = strongest({ $0.specificity(nil, port, name) }) else { return nil }
        return "\(name) is denied (--deny-target \(rule))"
    }

    private enum Decision {
        case allowed(TargetRule)
        case denied(TargetRule)
    }

    private func strongest(_ specificity: (TargetRule) -> Int?) -> Decision? {
        var best: (Int, Decision)?
        for rule in denied {
            if let value = specificity(rule), value > best?.0 ?? -1 { best = (value, .denied(rule)) }
        }
        for rule in allowed {
            if let value = specificity(rule), value > best?.0 ?? -1 { best = (value, .allowed(rule)) }
        }
        return best?.1
    }

    /// Lower-case, without brackets and the final dot.
    static func canonical(_ host: String) -> String {
        var host = host.lowercased()[...]
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        while host.last == "." { host = host.dropLast() }
        return String(host)
    }
}

/// One `--allow-target` or `--deny-target`.
public struct TargetRule: Sendable, Hashable, CustomStringConvertible {
    private enum Subject: Sendable, Hashable {
        case block(IPAddress, bits: Int)
        case group(IPAddress.Group)
        case name(String)
    }

    public let description: String
    private let subject: Subject
    private let port: Int?

    /// What a rule may be, for messages.
    public static let expected =
        "an address, a CIDR block, private, loopback, link-local, metadata or a host such as *.example.com"

    /// Parses `10.0.0.0/8`, `::1`, `[::1]:80`, `private`, `*.example.com:8080` and the like; `nil` for anything else.
    public init?(_ text: String) {
        description = text
        let (rest, port) = Self.split(text.lowercased())
        guard !rest.isEmpty, port == nil || (1...65535).contains(port ?? 0) else { return nil }
        self.port = port
        if let group = IPAddress.Group(rawValue: rest) {
            subject = .group(group)
        } else if let slash = rest.firstIndex(of: "/") {
            guard let address = IPAddress(String(rest[..<slash])), let bits = Int(rest[rest.index(after: slash)...]),
                (0...8 * address.bytes.count).contains(bits), !rest.hasSuffix("+\(bits)")
            else { return nil }
            subject = .block(address, bits: bits)
        } else if let address = IPAddress(rest) {
            subject = .block(address, bits: 8 * address.bytes.count)
        } else {
            guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !":/?#@[]".utf8.contains($0) }) else { return nil }
            subject = .name(TargetPolicy.canonical(rest))
        }
    }

    private static func split(_ text: String) -> (String, Int?) {
        if text.first == "[", let end = text.firstIndex(of: "]") {
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            if rest.isEmpty { return (host, nil) }
            return rest.first == ":" ? (host, Int(rest.dropFirst()) ?? 0) : ("", nil)
        }
        guard let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon else { return (text, nil) }
        return (String(text[..<colon]), Int(text[text.index(after: colon)...]) ?? 0)
    }

    var isOfNames: Bool { if case .name = subject { true } else { false } }

    /// How closely it describes this target; `nil` when it does not.
    ///
    /// - Parameter address: `nil` as long as it is not known.
    func specificity(_ address: IPAddress?, _ port: Int, _ host: String) -> Int? {
        guard self.port == nil || self.port == port else { return nil }
        let base = self.port == nil ? 0 : 100_000
        switch subject {
        case .block(let block, let bits):
            guard let address, block.bytes.count == address.bytes.count, address.isIn(block, bits: bits) else {
                return nil
            }
            return base + (bits == 8 * address.bytes.count ? 40_000 : 20_000 + bits)
        case .group(let group): return address?.group == group ? base : nil
        case .name(let glob):
            guard Glob.matches(glob, host) else { return nil }
            return base + (glob.contains("*") ? 1 + min(glob.utf8.count, 9_999) : 30_000)
        }
    }
}

/// `*` stands for any text, all else for itself.
enum Glob {
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let (pattern, text) = (Array(pattern.utf8), Array(text.utf8))
        var (p, t) = (0, 0)
        var (star, mark) = (-1, 0)
        while t < text.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                (star, mark) = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == text[t] {
                (p, t) = (p + 1, t + 1)
            } else if star >= 0 {
                mark += 1
                (p, t) = (star + 1, mark)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
