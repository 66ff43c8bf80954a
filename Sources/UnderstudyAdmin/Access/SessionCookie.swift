import HTTPTypes
import UnderstudyCore

/// The cookie that holds a session's id. No script reads it, and no other site's page has it sent (RFC 6265bis §5.6.7).
///
/// Cookies belong to a host, whatever the port: the name has the port, so that two servers on one machine do not sign each
/// other's people out.
struct SessionCookie: Sendable {
    let name: String

    init(port: Int) { name = "\(PageSession.cookiePrefix)\(port)" }

    private static let attributes = "HttpOnly; SameSite=Strict; Path=/"

    func setting(_ session: String) -> String { "\(name)=\(session); \(Self.attributes)" }

    /// What makes a browser forget it.
    var ending: String { "\(name)=; \(Self.attributes); Max-Age=0" }

    func isIn(_ fields: HTTPFields) -> Bool { !values(fields).isEmpty }

    /// Ids that are looked at. Browsers send the cookies of other paths before ours, and whoever answers at this host can set
    /// some: they must not sign anybody out.
    static let limit = 8

    /// The ids of sessions, one of which may be the one.
    func sessions(_ fields: HTTPFields) -> [String] {
        var ids: [String] = []
        for value in values(fields).lazy.map(String.init) where !value.isEmpty && !ids.contains(value) {
            ids.append(value)
            if ids.count == Self.limit { break }
        }
        return ids
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
