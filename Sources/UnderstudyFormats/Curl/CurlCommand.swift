import NIOCore
import UnderstudyCore

/// The words behind `curl`, turned into requests as curl itself would send them.
struct CurlCommand {
    private(set) var requests: [CurlRequestValue] = []
    private(set) var problems: [String] = []
    private var draft = Draft()
    private let input: [UInt8]?
    /// Reads what `@file` names; `nil` where no file is read.
    private let contents: ((String) -> [UInt8]?)?

    /// What the options so far say.
    private struct Draft {
        var method: String?
        var urls: [String] = []
        var fields: [(name: String, value: String)] = []
        /// Names that curl would send by itself and must not.
        var removed: Set<String> = []
        var data: [[UInt8]] = []
        var form: [JSONValue] = []
        var implied: [(name: String, value: String)] = []
        var target: String?
        var (isGet, isHead, hasBinary) = (false, false, false)
        var contentType: String?
    }

    /// - Parameters:
    ///   - words: without `curl` itself.
    ///   - input: what `@-` stands for, where the line says it.
    init(_ words: [[UInt8]], input: [UInt8]? = nil, contents: ((String) -> [UInt8]?)? = nil) {
        self.input = input
        self.contents = contents
        var rest = words[...]
        var takesOptions = true
        while let word = rest.popFirst() {
            if takesOptions, word.count > 2, word.starts(with: "--".utf8) {
                long(text(word.dropFirst(2)), &rest)
            } else if takesOptions, word == Array("--".utf8) {
                takesOptions = false
            } else if takesOptions, word.count > 1, word[0] == UInt8(ascii: "-") {
                short(word.dropFirst(), &rest)
            } else {
                draft.urls.append(text(word))
            }
        }
        finish()
    }

    private func text(_ bytes: some Sequence<UInt8>) -> String { TextBytes.text(of: bytes) }

    private mutating func problem(_ text: String) {
        if !problems.contains(text) { problems.append(text) }
    }

    // MARK: Options

    private mutating func long(_ name: String, _ rest: inout ArraySlice<[UInt8]>) {
        take(CurlOption.long(name), "--\(name)", &rest)
    }

    /// `-sXPOST`: letters without an argument, and at the end one with its own.
    private mutating func short(_ letters: ArraySlice<UInt8>, _ rest: inout ArraySlice<[UInt8]>) {
        var letters = letters
        while let letter = letters.popFirst() {
            let option = CurlOption.short(letter)
            switch option {
            case .value, .ignoredValue, .refusedValue:
                if !letters.isEmpty { rest = [Array(letters)] + rest }
                return take(option, "-\(text([letter]))", &rest)
            default: take(option, "-\(text([letter]))", &rest)
            }
        }
    }

    private mutating func take(_ option: CurlOption?, _ name: String, _ rest: inout ArraySlice<[UInt8]>) {
        switch option {
        case nil: problem("the option \(name) is not known and left out")
        case .ignoredFlag?: break
        case .refusedFlag?: problem("the option \(name) is left out")
        case .flag(let meaning)?: apply(meaning, [])
        case .ignoredValue?, .refusedValue?, .value?:
            guard let argument = rest.popFirst() else { return problem("the option \(name) has no argument") }
            switch option {
            case .refusedValue: problem("the option \(name) is left out")
            case .value(let meaning): apply(meaning, argument)
            default: break
            }
        }
    }

    private mutating func apply(_ meaning: CurlOption.Meaning, _ argument: [UInt8]) {
        let value = text(argument)
        switch meaning {
        case .request: draft.method = value
        case .header: header(value)
        case .data:
            // Of a file curl leaves out line breaks and NUL.
            let isFile = argument.first == UInt8(ascii: "@") && contents != nil
            let bytes = content(argument, "-d") ?? []
            draft.data.append(isFile ? bytes.filter { $0 != 0x0A && $0 != 0x0D && $0 != 0 } : bytes)
        case .dataRaw: draft.data.append(argument)
        case .dataBinary: draft.data.append(content(argument, "--data-binary") ?? [])
        case .dataURLEncode: urlEncode(argument)
        case .json:
            guard let bytes = content(argument, "--json") else { return }
            // curl puts what is given twice together without anything between.
            if draft.hasBinary, let last = draft.data.popLast() {
                draft.data.append(last + bytes)
            } else {
                draft.data.append(bytes)
            }
            draft.hasBinary = true
            draft.contentType = "application/json"
            imply("Accept", "application/json")
        case .form: form(value, isText: false)
        case .formString: form(value, isText: true)
        case .user: imply("Authorization", "Basic " + Base64.encode(ByteBuffer(bytes: argument)))
        case .bearer: imply("Authorization", "Bearer \(value)")
        case .userAgent: if value.isEmpty { draft.removed.insert("user-agent") } else { imply("User-Agent", value) }
        case .referer:
            let referer = value.hasSuffix(";auto") ? String(value.dropLast(5)) : value
            if !referer.isEmpty { imply("Referer", referer) }
        case .cookie:
            if value.contains("=") {
                let old = draft.implied.last { $0.name == "Cookie" }?.value
                draft.implied.removeAll { $0.name == "Cookie" }
                imply("Cookie", old.map { "\($0); \(value)" } ?? value)
            } else if !value.isEmpty {
                problem("-b: no file is read; its cookies are missing")
            }
        case .range: imply("Range", "bytes=\(value)")
        case .url: draft.urls.append(value)
        case .target: draft.target = value
        case .get: draft.isGet = true
        case .head: draft.isHead = true
        case .compressed: imply("Accept-Encoding", "deflate, gzip, br, zstd")
        case .next: finish()
        }
    }

    private mutating func imply(_ name: String, _ value: String) { draft.implied.append((name, value)) }

    /// `Name: value`; `Name:` takes a field away, `Name;` sends it empty.
    private mutating func header(_ line: String) {
        if line.hasPrefix("@") { return problem("-H: no file is read; its fields are missing") }
        guard let end = line.firstIndex(where: { $0 == ":" || $0 == ";" }), end != line.startIndex else {
            return problem("-H: '\(line)' is no field and is left out")
        }
        let name = String(line[..<end])
        guard name.utf8.allSatisfy(\.isTokenByte) else {
            // HTTP/2's `:authority` and its like: the URL and the method say that.
            if !name.hasPrefix(":") { problem("-H: '\(name)' is no field's name and is left out") }
            return
        }
        let value = line[line.index(after: end)...].drop { $0 == " " || $0 == "\t" }
        guard !value.utf8.contains(where: \.breaksLine) else {
            return problem("-H: the value of '\(name)' holds a line break and is left out")
        }
        if line[end] == ";" {
            if value.isEmpty { draft.fields.append((name, "")) }
        } else if value.isEmpty {
            draft.removed.insert(name.lowercased())
        } else {
            draft.fields.append((name, String(value)))
        }
    }

    // MARK: Content

    private mutating func content(_ argument: [UInt8], _ option: String) -> [UInt8]? {
        guard argument.first == UInt8(ascii: "@") else { return argument }
        if argument == Array("@-".utf8), let input { return input }
        let file = text(argument.dropFirst())
        if let contents {
            if let bytes = contents(file) { return bytes }
            problem("\(option): '\(file)' cannot be read")
            return nil
        }
        problem("\(option): no file is read; the content of \(text(argument)) is missing")
        return nil
    }

    /// `content`, `=content`, `name=content`; `@file` and `name@file` are refused.
    private mutating func urlEncode(_ argument: [UInt8]) {
        if let equals = argument.firstIndex(of: UInt8(ascii: "=")) {
            let encoded = PercentText.encoded(argument[(equals + 1)...])
            draft.data.append(equals == 0 ? encoded : Array(argument[...equals]) + encoded)
        } else if argument.contains(UInt8(ascii: "@")) {
            problem("--data-urlencode: no file is read; the content of \(text(argument)) is missing")
        } else {
            draft.data.append(PercentText.encoded(argument))
        }
    }

    /// `name=value`, `name=@file`, with `;type=` and `;filename=` behind.
    private mutating func form(_ text: String, isText: Bool) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            return problem("-F: '\(text)' is not name=value and is left out")
        }
        var part = JSONObject([("key", .string(String(text[..<equals])))])
        var value = String(text[text.index(after: equals)...])
        if !isText {
            // What stands in quotes is the value, whatever it looks like.
            let quoted = Self.quotedPrefix(of: value)
            if let quoted { value = quoted.rest }
            for parameter in ["type", "filename"] {
                guard let range = value.firstRange(of: ";\(parameter)=") else { continue }
                let rest = value[range.upperBound...]
                let content = rest.prefix { $0 != ";" }
                if parameter == "type" { part["contentType"] = .string(String(content)) }
                value = String(value[..<range.lowerBound]) + rest.dropFirst(content.count)
            }
            if let quoted {
                value = quoted.text + value
            } else if value.hasPrefix("@") || value.hasPrefix("<") {
                let file = String(value.dropFirst())
                problem("-F: no file is read; '\(file)' is only named")
                part["type"] = value.hasPrefix("@") ? "file" : "text"
                part[value.hasPrefix("@") ? "src" : "value"] = value.hasPrefix("@") ? .string(file) : ""
                draft.form.append(.object(part))
                return
            }
        }
        part["value"] = .string(value)
        part["type"] = "text"
        draft.form.append(.object(part))
    }

    /// A text in double quotes, in which `\"` and `\\` stand for what is behind the backslash. curl(1), `-F`
    ///
    /// - Returns: what it says, and what is behind it; `nil` when nothing ends it.
    private static func quotedPrefix(of value: String) -> (text: String, rest: String)? {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        let bytes = Array(value.utf8)
        guard bytes.first == quote else { return nil }
        var text: [UInt8] = []
        var index = 1
        while index < bytes.count {
            let byte = bytes[index]
            if byte == quote {
                let rest = bytes[(index + 1)...]
                return (String(decoding: text, as: UTF8.self), String(decoding: rest, as: UTF8.self))
            }
            if byte == backslash, index + 1 < bytes.count, bytes[index + 1] == quote || bytes[index + 1] == backslash {
                index += 1
            }
            text.append(bytes[index])
            index += 1
        }
        return nil
    }

    // MARK: Requests

    private mutating func finish() {
        let draft = self.draft
        self.draft = Draft()
        if draft.urls.isEmpty {
            if !draft.fields.isEmpty || !draft.data.isEmpty || requests.isEmpty { problem("there is no URL") }
            return
        }
        for url in draft.urls { requests.append(request(url, draft)) }
    }

    private mutating func request(_ url: String, _ draft: Draft) -> CurlRequestValue {
        var url = Self.withScheme(url)
        let given = Set(draft.fields.map { $0.name.lowercased() })
        var implied = draft.implied
        var body = CurlRequestValue.Body.none
        if draft.isGet, !draft.data.isEmpty {
            let end = url.firstIndex(of: "#") ?? url.endIndex
            let separator = url[..<end].contains("?") ? "&" : "?"
            url.insert(contentsOf: separator + text(draft.data.joined(separator: "&".utf8)), at: end)
        } else if !draft.form.isEmpty {
            body = .form(draft.form)
        } else if !draft.data.isEmpty {
            body = .bytes(ByteBuffer(bytes: draft.data.joined(separator: "&".utf8)))
            implied.append(("Content-Type", draft.contentType ?? "application/x-www-form-urlencoded"))
        }
        if let target = draft.target {
            let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
            let path = url[start...].firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? url.endIndex
            url.replaceSubrange(path..., with: target)
        }
        if url.contains("["), url.utf8.contains(UInt8(ascii: "]")), !Self.isBracketHost(url) {
            problem("a URL with [ranges] is taken as it is")
        }
        var fields = draft.fields
        // curl's own come first; the last of an option counts.
        var own: [(name: String, value: String)] = []
        for field in implied
        where !given.contains(field.name.lowercased()) && !draft.removed.contains(field.name.lowercased()) {
            own.removeAll { $0.name == field.name }
            own.append(field)
        }
        fields = own + fields
        let method =
            draft.method ?? (draft.isHead ? "HEAD" : body == .none ? "GET" : "POST")
        return CurlRequestValue(method: method, url: url, fields: fields, body: body)
    }

    private static func isBracketHost(_ url: String) -> Bool {
        guard let start = url.firstRange(of: "://")?.upperBound else { return false }
        let authority = url[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return authority.contains("[") && !url[authority.endIndex...].contains("[")
    }

    /// Without one it is http, unless a variable stands in front.
    private static func withScheme(_ url: String) -> String {
        url.contains("://") || url.hasPrefix("{{") ? url : "http://" + url
    }
}

/// Percent-encoding of everything but RFC 3986's unreserved characters.
enum PercentText {
    static func encoded(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
            default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return out
    }
}
