import Foundation
import TestSupport

/// The real `openssl`, for a second opinion about what we sign.
enum OpenSSL {
    static let isAvailable = TLSOrigin.isAvailable

    /// What it prints; an error when it fails.
    static func run(_ arguments: String...) throws -> String {
        let process = try ChildProcess(TLSOrigin.openssl, arguments)
        let status = try process.waitForExit()
        let output = process.lines.joined(separator: "\n")
        guard status == 0 else { throw RawFailure.malformed(output) }
        return output
    }
}
