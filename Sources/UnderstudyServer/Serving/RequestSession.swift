import NIOCore
import UnderstudyCore

/// Whose request it is. Travels beside the head, which no longer says so where it goes on: upstream, to the matcher and
/// into recordings.
///
/// Named by the field `Understudy-Session`, by a path prefix, or by whoever the client told the proxy that it is; the
/// first of these that is there counts.
struct RequestSession: Sendable, Equatable {
    /// Octets of a key: it is a name, not a place to keep data. Longer ones are refused, because cut ones might be equal.
    static let keyLimit = 256
    /// What a path begins with that names a session: `/__session/KEY/…`.
    static let pathMark: StaticString = "/__session"

    /// Empty for the common session.
    private(set) var key = ""
    /// `/__session/KEY` as the client wrote it, which was taken off its target and belongs in front of every path that we
    /// send back; empty for none.
    private(set) var prefix = ""

    init() {}

    /// What field and path say. The prefix is taken off the target.
    ///
    /// - Parameter readsPath: whether the target may be a path on this server.
    /// - Throws: the answer to a key that is none.
    init(takenFrom head: inout RequestHead, readsPath: Bool) throws(Refusal) {
        if readsPath, let named = try Self.takePrefix(from: &head) { (key, prefix) = named }
        if let field = head.fields.first("understudy-session"), !field.value.isEmpty { key = field.valueText }
        try Self.check(key)
    }

    /// What the client told the proxy of itself counts when the request says nothing.
    mutating func becomes(_ user: String) throws(Refusal) {
        guard key.isEmpty, !user.isEmpty else { return }
        try Self.check(user)
        key = user
    }

    private static func check(_ key: String) throws(Refusal) {
        guard key.utf8.count <= keyLimit else {
            throw refusal("A session's key has at most \(keyLimit) octets.")
        }
        guard !key.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw refusal("A session's key has no control characters.")
        }
    }

    private static func takePrefix(from head: inout RequestHead) throws(Refusal) -> (key: String, prefix: String)? {
        let target = head.target.readableBytesView
        let mark = UnsafeBufferPointer(start: pathMark.utf8Start, count: pathMark.utf8CodeUnitCount)
        guard target.starts(with: mark) else { return nil }
        let rest = target.dropFirst(mark.count)
        guard let slash = rest.first, slash == UInt8(ascii: "/") else {
            // `/__sessions` is any other path.
            guard rest.isEmpty || rest.first == UInt8(ascii: "?") else { return nil }
            throw refusal("The path names no session: \(pathMark)/KEY/ and then the path.")
        }
        let written = rest.dropFirst().prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard !written.isEmpty else {
            throw refusal("The path names no session: \(pathMark)/KEY/ and then the path.")
        }
        guard let key = Octets.percentDecoded(written) else {
            throw refusal("The session's key in the path is no percent-encoded UTF-8.")
        }
        let prefix = String(decoding: target[..<written.endIndex], as: UTF8.self)
        var path = ByteBuffer()
        if target[written.endIndex...].first != UInt8(ascii: "/") { path.writeStaticString("/") }
        path.writeBytes(target[written.endIndex...])
        head.target = path
        return (key, prefix)
    }

    private static func refusal(_ detail: String) -> Refusal {
        Refusal(status: 400, name: "malformed-session", detail: detail)
    }
}
