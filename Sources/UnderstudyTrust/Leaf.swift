public import Foundation

/// A host's certificate with all that a TLS server needs to show it.
public struct Leaf: Sendable {
    public let name: LeafName
    /// DER.
    public let certificate: [UInt8]
    /// The authority's certificate, DER. Send it too: some clients show or pin the chain.
    public let issuer: [UInt8]
    /// The key of `certificate`, PKCS#8 in DER. The same for all leaves of a process.
    public let privateKey: [UInt8]
    public let notAfter: Date
    /// When to ask for another, well before `notAfter`.
    public let renewal: Date

    /// How much of its life a leaf is used.
    static let usedShare = 0.9
}
