import HTTPTypes
import NIOCore

/// Gives out the page, `/`, and its files, below `/ui/`: to anyone, because they hold nothing but the program. No path of a
/// request becomes a path of a file: what is not in the list, octet for octet, is not there.
enum PageAnswers {
    static func isPage(_ path: String) -> Bool { path == "/" || path == "/ui" || path.hasPrefix("/ui/") }

    static func answer(_ method: HTTPRequest.Method, _ path: String, _ request: HTTPFields) -> Answer {
        let name = path == "/" ? "index.html" : String(path.dropFirst("/ui/".count))
        guard let file = PageFile.all[name], let type = file.type else {
            return plain(.notFound, "there is no such file\n")
        }
        guard method == .get || method == .head else {
            var answer = plain(.methodNotAllowed, "files are only read\n")
            answer.fields[.allow] = "GET, HEAD"
            return answer
        }
        let isCompressed = takesGzip(request)
        let tag = isCompressed ? file.compressedTag : file.tag
        var answer = Answer(bytes: isCompressed ? file.compressed : file.bytes, type: type)
        if isKnown(tag, request) {
            answer.status = .notModified
            answer.content = .bytes(ByteBuffer())
        }
        answer.fields = fields
        answer.fields[.eTag] = tag
        answer.fields[.vary] = "Accept-Encoding"
        if isCompressed { answer.fields[.contentEncoding] = "gzip" }
        // Asked for each time: with the next version of the program it is another file.
        answer.fields[.cacheControl] = "no-cache"
        return answer
    }

    private static func plain(_ status: HTTPResponse.Status, _ text: String) -> Answer {
        var answer = Answer(bytes: ByteBuffer(string: text), type: "text/plain; charset=utf-8")
        answer.status = status
        answer.fields = fields
        return answer
    }

    /// RFC 9110 §12.5.3, as far as browsers use it: gzip is named and not refused.
    private static func takesGzip(_ request: HTTPFields) -> Bool {
        (request[.acceptEncoding] ?? "").lowercased().split(separator: ",").contains { part in
            let words = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            return words.first == "gzip"
                && !words.dropFirst().contains { $0.hasPrefix("q=0") && Double($0.dropFirst(2)) == 0 }
        }
    }

    /// RFC 9110 §13.1.2: tags are compared weakly.
    private static func isKnown(_ tag: String, _ request: HTTPFields) -> Bool {
        guard let known = request[.ifNoneMatch] else { return false }
        return known.split(separator: ",").contains { part in
            let part = part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
            return part == "*" || (part.hasPrefix("W/") ? part.dropFirst(2) : part) == tag
        }
    }

    // MARK: What browsers are told

    /// The page's own files and nothing else: no inline code, no other host, in nobody's frame; and no text becomes code or
    /// markup, not even by mistake (trusted types).
    static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:",
        "connect-src 'self'", "frame-src 'self'", "font-src 'none'", "base-uri 'none'", "form-action 'none'",
        "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    /// What pages may ask a browser for: nothing, but to put something on the clipboard.
    static let permissions =
        [
            "accelerometer", "autoplay", "camera", "clipboard-read", "display-capture", "encrypted-media", "fullscreen",
            "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment",
            "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial", "usb",
            "xr-spatial-tracking",
        ].map { "\($0)=()" }.joined(separator: ", ") + ", clipboard-write=(self)"

    private static let fields: HTTPFields = [
        .contentSecurityPolicy: policy, .referrerPolicy: "no-referrer", .openerPolicy: "same-origin",
        .resourcePolicy: "same-origin", .permissionsPolicy: permissions, .prefetchControl: "off",
    ]
}

extension HTTPField.Name {
    static let referrerPolicy = Self("Referrer-Policy")!
    static let resourcePolicy = Self("Cross-Origin-Resource-Policy")!
    static let prefetchControl = Self("X-DNS-Prefetch-Control")!
    fileprivate static let openerPolicy = Self("Cross-Origin-Opener-Policy")!
    fileprivate static let permissionsPolicy = Self("Permissions-Policy")!
}
