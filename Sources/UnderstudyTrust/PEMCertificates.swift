import Foundation

/// The certificates in a PEM file as their DER, whatever else is in it. Nothing is checked but the Base64: a bundle of roots
/// may hold what we could not parse, and its readers are to judge.
enum PEMCertificates {
    private static let begin = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"

    static func read(_ bytes: [UInt8]) -> [[UInt8]] {
        var certificates: [[UInt8]] = []
        var block: String?
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line == begin {
                block = ""
            } else if line == end {
                if let data = block.flatMap({ Data(base64Encoded: $0) }), !data.isEmpty {
                    certificates.append(Array(data))
                }
                block = nil
            } else {
                block?.append(line)
            }
        }
        return certificates
    }

    /// RFC 7468: 64 characters a line.
    static func write(_ der: [UInt8]) -> String {
        let text = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "\(begin)\n\(text)\n\(end)\n"
    }
}
