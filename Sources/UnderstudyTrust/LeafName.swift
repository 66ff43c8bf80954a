import SwiftASN1
import X509

/// Whom a leaf certificate is for: a host's name, or an address.
public enum LeafName: Sendable, Hashable {
    /// In lower case, without a trailing dot.
    case dns(String)
    /// Four octets or sixteen, in network order.
    case address([UInt8])
}
