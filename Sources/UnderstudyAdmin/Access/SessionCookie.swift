import HTTPTypes

/// The cookie that holds a session's id. No script reads it, and no other site's page has it sent (RFC 6265bis §5.6.7).
///
/// Cookies belong to a host, whatever the port: the name has the port, so that two servers on one machine do not sign each
/// other's people out.
struct SessionCookie: Sendable {
    let name: String

    init(port: Int) { name = "understudy_session_\(port)" }

    private static let attributes = "HttpOnly; SameSite=Strict; Path=/"

    func setting(_ session: String) -> String { "\(name)=\(session); \(Self.attributes)" }

    /// What makes a browser forget it.
    var ending: String { "\(name)=; \(Self.attributes); Max-Age=0" }

    func isIn(_ fields: HTTPFields) -> Bool { !values(fields).isEmpty }

    /// The session's id. Two different ones are none.
    func session(_ fields: HTTPFields) -> String? {
        let values = values(fields)
        guard let first = values.first, !first.isEmpty, values.allSatisfy({ $0 == first }) else { return nil }
        return String(first)
    }

    private func values(_ fields: HTTPFields) -> [Substring] {
        fields[values: .cookie].flatMap { line in
            line.split(separator: ";").compactMap { pair in
                let pair = pair.drop { $0 == " " || $0 == "\t" }
                return pair.hasPrefix(name + "=") ? pair.dropFirst(name.count + 1) : nil
            }
        }
    }
}
