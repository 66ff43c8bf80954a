import CoreFoundation
import Foundation
import TestSupport
import Testing
import X509

@testable import UnderstudyTrust

private func authority() throws -> (CertificateAuthority, TemporaryFolder) {
    let temporary = try TemporaryFolder()
    return (try CertificateAuthority.open(AuthorityFolder(temporary.file("ca"))), temporary)
}

private let day: TimeInterval = 86_400

@Suite struct `Leaf certificates` {
    static let longHost = String(repeating: "a", count: 60) + ".example.com"

    @Test(
        .enabled(if: OpenSSL.isAvailable),
        arguments: [
            ("api.example.com", "DNS:api.example.com", "-verify_hostname"),
            ("localhost", "DNS:localhost", "-verify_hostname"),
            ("a_b.example", "DNS:a_b.example", "-verify_hostname"), ("127.0.0.1", "IP Address:127.0.0.1", "-verify_ip"),
            ("::1", "IP Address:0:0:0:0:0:0:0:1", "-verify_ip"), (longHost, "DNS:\(longHost)", "-verify_hostname"),
        ])
    func `are what openssl takes for a server's`(host: String, alternative: String, option: String) throws {
        let (authority, temporary) = try authority()
        let leaf = try authority.leaf(for: #require(LeafName(host: host)))
        let (file, key) = (temporary.file("leaf.der"), temporary.file("key.der"))
        try Data(leaf.certificate).write(to: URL(fileURLWithPath: file))
        try Data(leaf.privateKey).write(to: URL(fileURLWithPath: key))

        let verified = try OpenSSL.run(
            "verify", "-x509_strict", "-purpose", "sslserver", option, host, "-CAfile", authority.folder.certificate,
            file)
        #expect(verified.hasSuffix(": OK"))
        let text = try OpenSSL.run("x509", "-in", file, "-inform", "DER", "-noout", "-text")
        for part in [
            "Version: 3", alternative, "CA:FALSE", "TLS Web Server Authentication", "Digital Signature",
            "X509v3 Subject Key Identifier", "X509v3 Authority Key Identifier",
            "Issuer: O = Understudy, CN = Understudy CA ",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        #expect(!text.contains("Certificate Sign"))
        #expect(text.contains("CN = \(host)") == (host.count <= 64))
        let ofCertificate = try OpenSSL.run("x509", "-in", file, "-inform", "DER", "-noout", "-pubkey")
        #expect(try OpenSSL.run("pkey", "-in", key, "-inform", "DER", "-pubout") == ofCertificate)
        #expect(leaf.issuer == authority.certificate.der)
    }

    @Test(.enabled(if: OpenSSL.isAvailable)) func `do not verify for another host or another authority`() throws {
        let (authority, temporary) = try authority()
        let (other, _) = try UnderstudyTrustTests.authority()
        let file = temporary.file("leaf.der")
        try Data(authority.leaf(for: .dns("a.example")).certificate).write(to: URL(fileURLWithPath: file))
        #expect(throws: RawFailure.self) {
            try OpenSSL.run("verify", "-verify_hostname", "b.example", "-CAfile", authority.folder.certificate, file)
        }
        #expect(throws: RawFailure.self) { try OpenSSL.run("verify", "-CAfile", other.folder.certificate, file) }
    }

    @Test func `last no longer than clients allow, began some days ago, and end before their authority`() throws {
        let (authority, temporary) = try authority()
        defer { temporary.close() }
        for now in [Date(), authority.certificate.notAfter - 100 * day, authority.certificate.notAfter - 10] {
            let leaf = try authority.leaf(for: .dns("a.example"), at: now)
            let x509 = try AuthorityTemplateReader.dates(leaf.certificate)
            #expect(x509.notAfter.timeIntervalSince(x509.notBefore) <= 398 * day)
            #expect(x509.notBefore <= now - 6 * day)
            #expect(x509.notBefore >= authority.certificate.notBefore)
            #expect(x509.notAfter <= authority.certificate.notAfter)
            #expect(x509.notAfter == leaf.notAfter)
            #expect(leaf.renewal > now && leaf.renewal < leaf.notAfter)
        }
    }

    @Test func `never share a serial number`() throws {
        let (authority, temporary) = try authority()
        defer { temporary.close() }
        var serials: Set<[UInt8]> = []
        for _ in 0..<500 {
            let serial = Array(AuthorityTemplate.serialNumber().bytes)
            #expect(serial.count == 20 && serial[0] & 0x80 == 0 && serial[0] != 0)
            serials.insert(serial)
        }
        #expect(serials.count == 500)
        let two = try (0..<2).map { _ in
            try AuthorityTemplateReader.serial(authority.leaf(for: .dns("a.example")).certificate)
        }
        #expect(two[0] != two[1])
    }

    /// The promise is under 1 ms of processor time with an optimised build; an unoptimised one on a busy machine gets more.
    @Test func `cost little processor time`() throws {
        let (authority, temporary) = try authority()
        defer { temporary.close() }
        let count = 200
        let names = (0..<count).map { LeafName.dns("host-\($0).example.com") }
        var (before, after) = (timespec(), timespec())
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
        for name in names { _ = try authority.leaf(for: name) }
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
        let nanoseconds = (after.tv_sec - before.tv_sec) * 1_000_000_000 + (after.tv_nsec - before.tv_nsec)
        print("one leaf: \(nanoseconds / count / 1000) µs of processor time")
        #expect(nanoseconds / count < 10_000_000)
    }
}

@Suite struct `The leaf cache` {
    @Test func `makes a value once for each name`() throws {
        let (authority, temporary) = try authority()
        defer { temporary.close() }
        let cache = LeafCache<[UInt8]>(authority)
        let first = try cache.value(for: .dns("a.example")) { $0.certificate }
        #expect(try cache.value(for: .dns("a.example")) { _ in [] } == first)
        #expect(try cache.value(for: .dns("b.example")) { $0.certificate } != first)
        #expect(cache.count == 2)
    }

    @Test func `keeps no more than its limit: the longest unused goes`() throws {
        let (authority, temporary) = try authority()
        defer { temporary.close() }
        let cache = LeafCache<Int>(authority, limit: 3)
        for number in 0..<3 { _ = try cache.value(for: .dns("h\(number).example")) { _ in number } }
        _ = try cache.value(for: .dns("h0.example")) { _ in -1 }
        _ = try cache.value(for: .dns("h3.example")) { _ in 3 }
        #expect(cache.count == 3)
        #expect(try cache.value(for: .dns("h0.example")) { _ in -1 } == 0)
        #expect(try cache.value(for: .dns("h3.example")) { _ in -1 } == 3)
        #expect(try cache.value(for: .dns("h1.example")) { _ in -1 } == -1)
        for number in 0..<50 { _ = try cache.value(for: .dns("n\(number).example")) { _ in number } }
        #expect(cache.count == 3)
        #expect(LeafCache<Int>(authority).limit == 1_000)
    }

    @Test func `renews a leaf before it expires`() throws {
        let (authority, temporary) = try authority()
        defer { temporary.close() }
        let cache = LeafCache<Date>(authority)
        let (name, now) = (LeafName.dns("a.example"), Date())
        let first = try cache.value(for: name, at: now) { $0.notAfter }
        #expect(try cache.value(for: name, at: now + 300 * day) { $0.notAfter } == first)
        let second = try cache.value(for: name, at: now + 340 * day) { $0.notAfter }
        #expect(second > first)
        #expect(try cache.value(for: name, at: now + 341 * day) { $0.notAfter } == second)
        #expect(cache.count == 1)
    }

    @Test func `keeps nothing of a failure`() throws {
        struct Refused: Error {}
        let (authority, temporary) = try authority()
        defer { temporary.close() }
        let cache = LeafCache<Int>(authority)
        #expect(throws: Refused.self) { try cache.value(for: .dns("a.example")) { _ in throw Refused() } }
        #expect(cache.count == 0)
        #expect(try cache.value(for: .dns("a.example")) { _ in 1 } == 1)
    }

    @Test func `gives all threads the same value`() async throws {
        let (authority, temporary) = try authority()
        defer { temporary.close() }
        let cache = LeafCache<Int>(authority, limit: 4)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<40 {
                        let name = LeafName.dns("h\((number + task) % 6).example")
                        _ = try cache.value(for: name) { _ in number * 100 + task }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(cache.count == 4)
        let value = try cache.value(for: .dns("last.example")) { _ in -1 }
        #expect(try cache.value(for: .dns("last.example")) { _ in -2 } == value)
    }
}
