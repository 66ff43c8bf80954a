import Foundation
import TestSupport

/// `openssl s_client` through a proxy: a TLS client that can be told what others never say.
struct TLSClient {
    let port: Int
    /// The authority it trusts.
    var authority: String

    struct Outcome {
        let status: Int32
        let text: String
    }

    /// Sends `request` inside a tunnel and returns what the server says until the connection ends: say `Connection: close`.
    func run(_ target: String, _ request: String, options: [String] = []) throws -> Outcome {
        let folder = try TemporaryFolder()
        let input = try folder.write(request, to: "request")
        let command =
            ([
                TLSOrigin.openssl, "s_client", "-quiet", "-proxy", "127.0.0.1:\(port)", "-connect", target,
                "-verify_return_error", "-CAfile", authority,
            ] + options).map { "'\($0)'" }.joined(separator: " ")
        let client = try ChildProcess("/bin/sh", ["-c", "exec \(command) < '\(input)' 2>/dev/null"])
        let status = try client.waitForExit(within: 20)
        return Outcome(status: status, text: client.lines.joined(separator: "\n").replacing("\r", with: ""))
    }
}
