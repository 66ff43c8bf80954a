import UnderstudyCore

/// `--rewrite-location`: redirects that point at the upstream point at us instead, so that a client which follows
/// them stays on this side, and in its session. Only the copy for the client is changed, never the recording.
enum LocationRewrite {
    /// - Parameters:
    ///   - baseURL: the upstream's.
    ///   - host: the Host the client used for us; without one nothing is changed.
    ///   - prefix: the beginning of the client's paths that names its session; empty for none.
    static func apply(to fields: inout Fields, from baseURL: String, host: String?, prefix: String = "") {
        guard let host else { return }
        for name: StaticString in ["location", "content-location"] {
            guard let value = fields.text(name) else { continue }
            if !prefix.isEmpty, value.hasPrefix("/"), !value.hasPrefix("//") {
                fields.replace(name, with: prefix + value)
                continue
            }
            guard !baseURL.isEmpty, value.hasPrefix(baseURL) else { continue }
            let rest = value.dropFirst(baseURL.count)
            // `https://api.example.com.evil/` begins with `https://api.example.com` and is another host.
            guard rest.isEmpty || rest.hasPrefix("/") || rest.hasPrefix("?") || rest.hasPrefix("#") else { continue }
            fields.replace(name, with: "http://\(host)\(prefix)\(rest)")
        }
    }
}
