public import NIOCore
import UnderstudyCore

/// Text with curl command lines, as people keep them in notes and browsers copy them.
public enum CurlReader {
    /// Whether a text begins with a curl command, comments aside.
    static func isCurl(_ bytes: some Sequence<UInt8>) -> Bool {
        let head = String(decoding: Array(bytes.prefix(16 << 10)), as: UTF8.self)
        for line in head.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            if isCurl(word: first == "$" || first == ">" ? words.dropFirst().first ?? "" : first) { return true }
            return first == "printf" && head.contains("curl ")
        }
        return false
    }

    private static func isCurl(word: some StringProtocol) -> Bool {
        let name = word.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last?.lowercased() ?? ""
        return name == "curl" || name == "curl.exe"
    }

    /// The requests of all commands, and what of them was not understood.
    public static func requests(
        in text: ByteBuffer
    ) -> (requests: [CurlRequestValue], problems: [ImportProblem]) {
        var bytes = Array(text.readableBytesView)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        var problems: [ImportProblem] = []
        let commands: [ShellWords.Command]
        if WindowsWords.isLikely(bytes) {
            commands = WindowsWords.commands(bytes)
        } else {
            let words = ShellWords(bytes)
            commands = words.commands
            if let fault = words.fault { problems.append(ImportProblem(place: "text", message: fault)) }
        }
        var requests: [CurlRequestValue] = []
        var input: [UInt8]?
        for command in commands {
            let place = "line \(command.line)"
            defer { input = command.isPiped ? PrintfText.output(command.words) : nil }
            var words = command.words[...]
            while let first = words.first, isPrompt(first) { words.removeFirst() }
            guard let first = words.first, isCurl(word: String(decoding: first, as: UTF8.self)) else {
                if !(command.isPiped && PrintfText.output(command.words) != nil) {
                    let name = TextBytes.text(of: command.words.first ?? []).prefix(40)
                    problems.append(ImportProblem(place: place, message: "'\(name)' is not curl and is left out"))
                }
                continue
            }
            let curl = CurlCommand(Array(words.dropFirst()), input: input)
            requests += curl.requests
            problems += (command.remarks + curl.problems).map { ImportProblem(place: place, message: $0) }
        }
        return (requests, problems)
    }

    /// The requests of one command line whose words are known, without `curl` itself.
    ///
    /// - Parameter contents: reads what `@file` names.
    public static func requests(
        words: [String], contents: @escaping (String) -> [UInt8]?
    ) -> (requests: [CurlRequestValue], problems: [String]) {
        let command = CurlCommand(words.map { Array($0.utf8) }, contents: contents)
        return (command.requests, command.problems)
    }

    /// `$`, `>` and `NAME=value` in front.
    private static func isPrompt(_ word: [UInt8]) -> Bool {
        if word == [UInt8(ascii: "$")] { return true }
        guard let equals = word.firstIndex(of: UInt8(ascii: "=")), equals > 0 else { return false }
        return word[..<equals].allSatisfy { $0 == UInt8(ascii: "_") || Character(Unicode.Scalar($0)).isLetter }
    }

    static func read(
        _ text: ByteBuffer, _ name: String, _ options: ImportOptions
    ) throws(CollectionError) -> Import {
        var result = Import(kind: .curl)
        var (requests, problems) = requests(in: text)
        result.problems = problems
        guard !requests.isEmpty else {
            let reason = problems.first.map { ": \($0)" } ?? ""
            throw CollectionError(
                file: name, place: "text", message: "there is no curl command with a URL in it\(reason)")
        }
        var redactedCount = 0
        for index in requests.indices {
            guard let redacted = requests[index].redacted(options.redaction) else { continue }
            requests[index] = redacted
            redactedCount += 1
        }
        if redactedCount > 0 {
            result.problems.append(
                ImportProblem(
                    place: "secrets",
                    message:
                        "those of \(redactedCount) \(redactedCount == 1 ? "request" : "requests") are replaced by placeholders; --no-redact keeps them"
                ))
        }
        let title = CollectionLibraryName.title(of: name, orFor: requests.map(\.url))
        var tree = CollectionTree(name: title)
        for request in requests {
            guard !request.method.isEmpty, request.method.utf8.allSatisfy(\.isTokenByte) else {
                result.problems.append(
                    ImportProblem(
                        place: request.url, message: "'\(request.method)' is no method; the request is left out"))
                continue
            }
            let (host, path) = URLText.hostAndPath(request.url)
            let folders = CollectionTree.folders(options.grouping ?? .none, host: host, path: path, tags: [])
            tree.add(
                folders: folders, key: "\(tree.count)", name: "\(request.method) \(path.isEmpty ? "/" : path)",
                request: request.json)
        }
        result.add(try tree.collection(file: name))
        return result
    }
}

/// What `printf FORMAT` writes, where FORMAT alone says it: how a body with any bytes stands in front of a pipe.
enum PrintfText {
    static func output(_ words: [[UInt8]]) -> [UInt8]? {
        guard words.count == 2, words[0] == Array("printf".utf8) else { return nil }
        var out: [UInt8] = []
        var rest = words[1][...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard rest.popFirst() == UInt8(ascii: "%") else { return nil }
                out.append(byte)
            case UInt8(ascii: "\\"):
                guard let escape = rest.first else { return nil }
                switch escape {
                case UInt8(ascii: "\\"): out.append(escape)
                case UInt8(ascii: "n"): out.append(0x0A)
                case UInt8(ascii: "r"): out.append(0x0D)
                case UInt8(ascii: "t"): out.append(0x09)
                case 0x30...0x37:
                    var value = 0
                    var digits = 0
                    while digits < 3, let digit = rest.first, (0x30...0x37).contains(digit) {
                        value = value * 8 + Int(digit - 0x30)
                        digits += 1
                        rest.removeFirst()
                    }
                    out.append(UInt8(truncatingIfNeeded: value))
                    continue
                default: return nil
                }
                rest.removeFirst()
            default: out.append(byte)
            }
        }
        return out
    }
}
