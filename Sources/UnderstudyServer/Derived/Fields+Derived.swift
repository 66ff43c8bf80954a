import NIOCore
import UnderstudyCore

extension Fields {
    /// Gives the field this one value: in the place of its first line, else at the end.
    mutating func set(_ name: StaticString, to value: String) {
        var isFirst = true
        removeAll { field in
            guard field.isNamed(name) else { return false }
            defer { isFirst = false }
            return !isFirst
        }
        if isFirst { append(name.description, value) } else { replace(name, with: value) }
    }

    mutating func removeAll(named names: [StaticString]) {
        guard containsAny(of: names) else { return }
        removeAll { field in names.contains { field.isNamed($0) } }
    }

    /// Says how long the content is, instead of how it was framed when it was recorded.
    mutating func setLength(_ byteCount: Int) {
        removeFraming()
        set("Content-Length", to: String(byteCount))
    }

    /// Trailers go with the chunks they would follow.
    mutating func removeFraming() { removeAll(named: ["transfer-encoding", "trailer"]) }

    /// Takes off what describes content that is not sent: by a 304 the client has it (RFC 9110 §15.4.5), a 412 and a
    /// 416 are about something else.
    mutating func removeContentFields() {
        removeFraming()
        removeAll(named: [
            "content-length", "content-type", "content-encoding", "content-language", "content-range",
            "content-disposition", "content-md5", "content-digest", "repr-digest", "digest",
        ])
    }
}
