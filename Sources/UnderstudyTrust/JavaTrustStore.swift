import Crypto
import Foundation

/// A Java key store of trusted certificates in the JKS format, which every JDK reads without a provider of its own.
///
/// The format is not written down but in the JDK: `sun.security.provider.JavaKeyStore.engineStore`. All numbers are
/// big-endian. The digest is no protection, only a check with a well-known password.
enum JavaTrustStore {
    /// What everybody's trust store has, `cacerts` of the JDK among them.
    static let password = "changeit"
    private static let magic: UInt32 = 0xFEED_FEED
    private static let version: UInt32 = 2
    private static let trustedCertificate: UInt32 = 2
    private static let salt = "Mighty Aphrodite"

    /// - Parameter entries: aliases, in lower-case ASCII and each once, with certificates in DER.
    static func write(_ entries: [(alias: String, der: [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = []
        func number<Number: FixedWidthInteger>(_ number: Number) {
            withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
        }
        func text(_ text: String) {
            number(UInt16(text.utf8.count))
            bytes += text.utf8
        }
        number(magic)
        number(version)
        number(UInt32(entries.count))
        for entry in entries {
            number(trustedCertificate)
            text(entry.alias)
            // When it was made: the same roots are the same file.
            number(UInt64(0))
            text("X.509")
            number(UInt32(entry.der.count))
            bytes += entry.der
        }
        var hash = Insecure.SHA1()
        for unit in password.utf16 { withUnsafeBytes(of: unit.bigEndian) { hash.update(bufferPointer: $0) } }
        hash.update(data: Array(salt.utf8))
        hash.update(data: bytes)
        return bytes + hash.finalize()
    }
}
