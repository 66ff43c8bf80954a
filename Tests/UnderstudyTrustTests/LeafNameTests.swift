import Testing

@testable import UnderstudyTrust

@Suite struct `Leaf names` {
    @Test(arguments: [
        ("example.com", "example.com"), ("EXAMPLE.Com.", "example.com"), ("localhost", "localhost"),
        ("a_b.example", "a_b.example"), ("_dmarc.example", "_dmarc.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("1.2.3.example", "1.2.3.example"), ("3com", "3com"), ("a--b.c", "a--b.c"), ("0xg", "0xg"),
    ])
    func `hosts' names are taken`(host: String, name: String) {
        #expect(LeafName(host: host) == .dns(name))
        #expect(LeafName(host: host)?.text == name)
    }

    @Test(arguments: [
        ("127.0.0.1", [127, 0, 0, 1] as [UInt8], "127.0.0.1"),
        ("::1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "::1"),
        ("[::1]", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "::1"),
        ("[2001:DB8::a]", [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10], "2001:db8::a"),
        ("::ffff:1.2.3.4", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4], "::ffff:1.2.3.4"),
    ])
    func `addresses are taken`(host: String, octets: [UInt8], text: String) {
        #expect(LeafName(host: host) == .address(octets))
        #expect(LeafName(host: host)?.text == text)
    }

    @Test(arguments: [
        "", ".", "..", "a..b", ".a", "-a.b", "a-.b", "*", "*.example.com", "a b", "a/b", "a:1", "a\u{0}b",
        "bücher.example",
        "[example.com]", "[127.0.0.1]", "[::1", "::1]", "[]", "[::1%eth0]", "fe80::1%1", "127.1", "2130706433",
        "0x7f000001",
        "127.0.0.1.", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "a@b", "a\r\n", "a.0x1f", "1.2.3.", ":::",
        "\u{212A}elvin.example", "\u{FF11}.example",
    ])
    func `everything else is refused`(host: String) { #expect(LeafName(host: host) == nil) }

    @Test func `a label has up to 63 octets and a name up to 253`() {
        let label = String(repeating: "a", count: 63)
        #expect(LeafName(host: "\(label).b") != nil)
        #expect(LeafName(host: "\(label)a.b") == nil)
        #expect(LeafName(host: String(repeating: "a", count: 255)) == nil)
        let longest = [label, label, label, String(label.dropLast(2))].joined(separator: ".")
        #expect(longest.utf8.count == 253)
        #expect(LeafName(host: longest) == .dns(longest))
        #expect(LeafName(host: "\(longest).") == .dns(longest))
        #expect(LeafName(host: "a\(longest)") == nil)
    }
}
