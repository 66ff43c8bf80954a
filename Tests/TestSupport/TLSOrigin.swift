import Foundation

/// `openssl s_server` on 127.0.0.1 with a certificate of its own making; answers every request with 200.
public final class TLSOrigin {
    public static let openssl = "/usr/bin/openssl"
    /// Whether this machine can have one.
    public static let isAvailable = FileManager.default.isExecutableFile(atPath: openssl)

    public let port: Int
    /// The certificate's PEM file. It is its own authority.
    public let certificate: String
    private let folder: TemporaryFolder
    private let server: ChildProcess

    /// - Parameters:
    ///   - name: the host the certificate is for.
    ///   - days: until it expires; negative for one that has.
    ///   - service: what `s_server` does: `-www` answers HTTP, `-rev` sends every line back, reversed.
    public init(name: String = "localhost", days: Int = 2, service: String = "-www") throws {
        folder = try TemporaryFolder()
        certificate = folder.file("cert.pem")
        let (key, request) = (folder.file("key.pem"), folder.file("request.pem"))
        try Self.run(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=\(name)",
            "-keyout", key, "-out", request)
        let extensions = try folder.write(
            "subjectAltName=DNS:\(name)\nbasicConstraints=critical,CA:TRUE\n", to: "extensions")
        try Self.run(
            "x509", "-req", "-in", request, "-signkey", key, "-days", "\(days)", "-extfile", extensions, "-out",
            certificate)
        // 0 lets the system choose; the server prints its choice.
        server = try ChildProcess(
            Self.openssl, ["s_server", "-accept", "127.0.0.1:0", service, "-cert", certificate, "-key", key])
        let line = try server.waitForLine { $0.hasPrefix("ACCEPT ") }
        guard let port = Int(line.split(separator: ":").last ?? "") else { throw RawFailure.malformed(line) }
        self.port = port
    }

    private static func run(_ arguments: String...) throws {
        let process = try ChildProcess(openssl, arguments)
        guard try process.waitForExit() == 0 else {
            throw RawFailure.malformed(process.lines.joined(separator: "\n"))
        }
    }
}
