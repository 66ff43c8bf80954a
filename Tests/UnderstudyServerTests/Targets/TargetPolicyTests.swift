import Testing

@testable import UnderstudyServer

/// Which addresses may be called. Each row is a promise.
@Suite struct `Target policy` {
    private static func policy(_ allowed: [String] = [], _ denied: [String] = []) throws -> TargetPolicy {
        var policy = TargetPolicy(
            allowed: try allowed.map { try #require(TargetRule($0), "\($0)") },
            denied: try denied.map { try #require(TargetRule($0), "\($0)") })
        policy.ownPorts = [8080, 8081]
        policy.machineAddresses = { [[192, 168, 1, 5], [0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [5]] }
        return policy
    }

    @Test(arguments: [
        // What clouds tell a machine about itself.
        ("169.254.169.254", true), ("fd00:ec2::254", true), ("fd20:ce::254", true),
        ("fd00:42::42", true), ("100.100.100.200", true), ("168.63.129.16", true),
        ("192.0.0.192", true),
        // Link-local, and its neighbours.
        ("169.254.0.0", true), ("169.254.255.255", true), ("169.253.255.255", false), ("169.255.0.0", false),
        ("fe80::1", true), ("febf:ffff::1", true), ("fe7f::1", false), ("fec0::1", false),
        // The same in other clothes.
        ("::ffff:169.254.169.254", true), ("::169.254.169.254", true), ("64:ff9b::169.254.169.254", true),
        ("::ffff:0:169.254.169.254", true), ("2002:a9fe:a9fe::1", true), ("2002:0808:0808::1", false),
        ("64:ff9b::8.8.8.8", false),
        // All else is where people develop.
        ("127.0.0.1", false), ("::1", false), ("0.0.0.0", false), ("::", false), ("10.0.0.1", false),
        ("192.168.0.1", false), ("172.16.0.1", false), ("fd00::1", false), ("8.8.8.8", false), ("2606:4700::1", false),
    ])
    func `without rules`(address: String, isRefused: Bool) throws {
        let verdict = try Self.policy().verdict(address: try #require(IPAddress(address)), port: 80, host: "h")
        #expect((verdict != nil) == isRefused, "\(verdict ?? "allowed")")
    }

    @Test(arguments: [
        ("127.0.0.1", 8080, true), ("127.9.9.9", 8081, true), ("::1", 8080, true), ("0.0.0.0", 8080, true),
        ("::", 8080, true), ("::ffff:127.0.0.1", 8080, true), ("::127.0.0.1", 8080, true),
        ("2002:7f00:1::", 8080, true),
        ("64:ff9b::127.0.0.1", 8080, true), ("192.168.1.5", 8080, true), ("::ffff:192.168.1.5", 8081, true),
        ("127.0.0.1", 8082, false), ("192.168.1.6", 8080, false),
    ])
    func `never ourselves, whatever is allowed`(address: String, port: Int, isRefused: Bool) throws {
        let policy = try Self.policy(["loopback", "127.0.0.1:8080", "0.0.0.0/0", "::/0", "*"])
        let verdict = policy.verdict(address: try #require(IPAddress(address)), port: port, host: "localhost")
        #expect((verdict != nil) == isRefused, "\(verdict ?? "allowed")")
    }

    @Test(arguments: [
        // A denial wins over the default, and an explicit allowance over the default denial.
        ([], ["private"], "10.1.2.3", "h", true), ([], ["loopback"], "::1", "h", true),
        ([], ["loopback"], "0.0.0.0", "h", true), ([], ["10.0.0.0/8"], "11.0.0.1", "h", false),
        (["link-local"], [], "169.254.1.1", "h", false), (["link-local"], [], "169.254.169.254", "h", true),
        (["metadata"], [], "169.254.169.254", "h", false), (["169.254.169.254"], [], "169.254.169.254", "h", false),
        (["169.254.0.0/16"], [], "169.254.169.254", "h", false), (["fe80::/10"], [], "fe80::1", "h", false),
        // A name can be pointed anywhere.
        (["*.example.com"], [], "169.254.169.254", "a.example.com", true),
        (["a.example.com"], [], "fe80::1", "a.example.com", true),
        // The most specific decides; of equals, the denial.
        (["10.1.0.0/16"], ["10.0.0.0/8"], "10.1.2.3", "h", false),
        (["10.0.0.0/8"], ["10.1.0.0/16"], "10.1.2.3", "h", true), (["10.1.2.3"], ["10.1.2.3"], "10.1.2.3", "h", true),
        (["10.1.2.3"], ["private"], "10.1.2.3", "h", false), (["db.corp"], ["private"], "10.1.2.3", "db.corp", false),
        (["*.corp"], ["private"], "10.1.2.3", "db.corp", false),
        (["*.corp"], ["10.0.0.0/8"], "10.1.2.3", "db.corp", true),
        (["*"], ["*.corp"], "8.8.8.8", "db.corp", true), (["db.corp"], ["*.corp"], "8.8.8.8", "db.corp", false),
        (["*.example.com"], ["*"], "8.8.8.8", "api.example.com", false),
        (["*.example.com"], ["*"], "8.8.8.8", "example.com", true),
        (["*.example.com"], ["*"], "8.8.8.8", "API.Example.COM.", false),
        // With a port before those without.
        (["loopback:80"], ["127.0.0.1"], "127.0.0.1", "h", false),
        (["loopback:81"], ["127.0.0.1"], "127.0.0.1", "h", true),
        (["h:80"], ["*"], "8.8.8.8", "h", false), (["[::1]:80"], ["loopback"], "::1", "h", false),
    ])
    func `by rules`(allowed: [String], denied: [String], address: String, host: String, isRefused: Bool) throws {
        let policy = try Self.policy(allowed, denied)
        let verdict = policy.verdict(address: try #require(IPAddress(address)), port: 80, host: host)
        #expect((verdict != nil) == isRefused, "\(verdict ?? "allowed")")
    }

    @Test(arguments: [
        ("127.1", 8080, true), ("2130706433", 8080, true), ("0x7f.1", 8080, true), ("0177.0.0.1", 8080, true),
        ("[::ffff:127.0.0.1]", 8080, true), ("[::1%25lo]", 8080, true), ("localhost", 8080, true),
        ("localhost.", 8080, true),
        ("LOCALHOST", 8080, true), ("a.localhost", 8080, true), ("0", 8080, true), ("localhost", 80, false),
        ("169.254.169.254", 80, true), ("2852039166", 80, true), ("0xa9fea9fe", 80, true), ("169.254.43518", 80, true),
        ("metadata.google.internal", 80, true), ("Metadata.Google.Internal.", 80, true), ("[fe80::1%25eth0]", 80, true),
        ("example.com", 80, false), ("127.0.0.1.example.com", 8080, false), ("evil.example", 80, true),
    ])
    func `by what a host is called`(host: String, port: Int, isRefused: Bool) throws {
        let verdict = try Self.policy([], ["evil.*"]).verdict(host: host, port: port)
        #expect((verdict != nil) == isRefused, "\(verdict ?? "allowed")")
    }

    @Test(arguments: [
        "", ":80", "host:0", "host:65536", "host:x", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::1/129", "::/+8",
        "[::1",
        "[::1]80", "a b", "http://h", "h/x", "user@h", "ümlaut",
    ])
    func `what is no rule`(text: String) {
        #expect(TargetRule(text) == nil)
    }

    @Test func `the machine's own addresses are known`() {
        #expect(MachineAddresses.current().contains([127, 0, 0, 1]))
    }
}
