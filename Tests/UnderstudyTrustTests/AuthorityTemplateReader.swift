import Foundation
import SwiftASN1
import X509

/// What a certificate says, for tests.
enum AuthorityTemplateReader {
    static func dates(_ der: [UInt8]) throws -> (notBefore: Date, notAfter: Date) {
        let certificate = try Certificate(derEncoded: der)
        return (certificate.notValidBefore, certificate.notValidAfter)
    }

    static func serial(_ der: [UInt8]) throws -> [UInt8] {
        Array(try Certificate(derEncoded: der).serialNumber.bytes)
    }
}
