public import NIOCore
public import UnderstudyCore

/// A request as a curl command line that any POSIX shell takes as it is, whatever bytes are in it.
public enum CurlLine {
    /// `curl … URL`, without a line break at the end.
    ///
    /// A body with control characters (but tabs and line feeds) is printed into curl, because a shell's words hold no NUL.
    public static func text(_ request: CurlRequestValue) -> String {
        var words = ["curl"]
        var input: String?
        var body: [UInt8]?
        var isForm = false
        switch request.body {
        case .none: break
        case .bytes(let bytes): body = Array(bytes.readableBytesView)
        case .form(let parts):
            isForm = true
            for part in parts { words += formWords(part) }
        }
        let implied = body != nil || isForm ? "POST" : "GET"
        if request.method == "HEAD", body == nil, !isForm {
            words.append("-I")
        } else if request.method != implied {
            words += ["-X", word(request.method)]
        }
        let names = Set(request.fields.map { $0.name.lowercased() })
        for field in request.fields where field.name.lowercased() != "content-length" {
            words += ["-H", word(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")]
        }
        // Of its own accord curl would call it a form.
        if body != nil, !names.contains("content-type") { words += ["-H", "Content-Type:"] }
        if let body {
            if let text = plainText(body) {
                words += ["--data-raw", word(text)]
            } else {
                input = "printf '\(printfFormat(body))' | "
                words += ["--data-binary", "@-"]
            }
        }
        if request.url.utf8.contains(where: { "[]{}".utf8.contains($0) }) { words.append("-g") }
        if hasDots(request.url) { words.append("--path-as-is") }
        // An option, else.
        if request.url.hasPrefix("-") { words.append("--url") }
        words.append(word(URLText.escapingControls(request.url)))
        return (input ?? "") + words.joined(separator: " ")
    }

    private static func formWords(_ part: JSONValue) -> [String] {
        let key = part["key"]?.text ?? ""
        let type = part["contentType"]?.text.map { ";type=\($0)" } ?? ""
        guard part["type"]?.text == "file" || part["src"] != nil else {
            let value = part["value"]?.scalarText ?? ""
            // With a type the value must be told from it.
            guard !type.isEmpty else { return ["--form-string", word("\(key)=\(value)")] }
            var quoted = ""
            for scalar in value.unicodeScalars {
                if scalar == "\\" || scalar == "\"" { quoted.unicodeScalars.append("\\") }
                quoted.unicodeScalars.append(scalar)
            }
            return ["-F", word("\(key)=\"\(quoted)\"\(type)")]
        }
        let sources = part["src"]?.elements?.compactMap(\.text) ?? [part["src"]?.text ?? "file"]
        return sources.flatMap { ["-F", word("\(key)=@\($0)\(type)")] }
    }

    // MARK: Words

    /// As it is where every character is harmless, else in single quotes. POSIX XCU 2.2.2
    static func word(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "_-./:@%+,".utf8.contains(byte)
                }
            }
        if isPlain { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }

    private static func plainText(_ bytes: [UInt8]) -> String? {
        guard !bytes.contains(where: { ($0 < 0x20 && $0 != 0x09 && $0 != 0x0A) || $0 == 0x7F }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func printfFormat(_ bytes: [UInt8]) -> String {
        var out = ""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "%"): out += "%%"
            case UInt8(ascii: "\\"): out += #"\\"#
            case UInt8(ascii: "'"): out += #"\047"#
            case 0x20...0x7E: out.unicodeScalars.append(Unicode.Scalar(byte))
            default: out += "\\" + octal(byte)
            }
        }
        return out
    }

    private static func octal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 8)
        return String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }

    private static func hasDots(_ url: String) -> Bool {
        url.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false).contains {
            $0 == "." || $0 == ".."
        }
    }

    // MARK: Exchanges

    /// The request of an exchange: what was sent to its upstream, without what curl adds by itself.
    ///
    /// - Parameter body: its content, which may be in a file.
    public static func request(_ request: Exchange.Request, origin: String, body: ByteBuffer) -> CurlRequestValue {
        var fields: [(name: String, value: String)] = []
        var own = request.head.fields
        own.removeHopByHop()
        let authority = origin.split(separator: "/").last.map(String.init) ?? ""
        for field in own {
            if field.isNamed("Content-Length") || field.isNamed("Transfer-Encoding") { continue }
            if field.isNamed("Host"), field.valueText == authority || authority.isEmpty { continue }
            fields.append((field.nameText, field.valueText))
        }
        let target = TextBytes.text(of: OriginForm.target(request.head.target).readableBytesView)
        return CurlRequestValue(
            method: request.head.method, url: origin + target, fields: fields,
            body: body.readableBytes == 0 ? .none : .bytes(body))
    }
}
