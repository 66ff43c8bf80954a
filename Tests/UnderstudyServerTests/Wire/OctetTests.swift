import Testing

@testable import UnderstudyServer

/// The sets are written as numbers; this says what they hold.
@Suite struct `Character classes` {
    private func letterOrDigit(_ octet: Int) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
    }

    @Test func `are RFC 9110's and RFC 9112's, octet by octet`() {
        let token = Set("!#$%&'*+-.^_`|~".utf8.map(Int.init)), authority = Set("-._~!$&'()*+,;=:[]%".utf8.map(Int.init))
        for octet in 0..<256 {
            #expect(Octets.isToken[octet] == (letterOrDigit(octet) || token.contains(octet)), "\(octet)")
            #expect(Octets.isAuthority[octet] == (letterOrDigit(octet) || authority.contains(octet)), "\(octet)")
            #expect(Octets.isValue[octet] == (octet == 9 || octet >= 0x20 && octet != 0x7F), "\(octet)")
            #expect(Octets.isTarget[octet] == (octet > 0x20 && octet != 0x7F), "\(octet)")
            #expect(Octets.isLine[octet] == (octet >= 0x20 && octet != 0x7F), "\(octet)")
        }
    }
}
