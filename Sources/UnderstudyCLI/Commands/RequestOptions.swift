import ArgumentParser
import Foundation
import NIOCore
import UnderstudyCore
import UnderstudyStore

/// A request as curl's options describe it.
struct RequestOptions: ParsableArguments {
    @Option(name: [.customShort("X"), .customLong("request")], help: "Method. Default: GET, with -d POST.")
    var method: String?

    @Option(
        name: [.customShort("H"), .long], parsing: .unconditionalSingleValue,
        help: "'Name: value'. May be repeated.")
    var header: [String] = []

    @Option(
        name: [.short, .long], parsing: .unconditionalSingleValue,
        help: "Content, a form unless -H says otherwise; @FILE without its line breaks. May be repeated.")
    var data: [String] = []

    @Option(parsing: .unconditionalSingleValue, help: "Content that may begin with @.")
    var dataRaw: [String] = []

    @Option(parsing: .unconditionalSingleValue, help: "Content; @FILE as it is, @- the standard input.")
    var dataBinary: [String] = []

    /// - Parameter url: a target in origin-form, or a URL whose scheme, user and fragment do not count.
    func message(to url: String) throws(CommandFailure) -> (head: RequestHead, body: ByteBuffer) {
        let (authority, target) = try Self.parts(of: url)
        let body = try body()
        var fields = Fields()
        var names: Set<String> = []
        for line in header {
            let name = line.prefix { $0 != ":" && $0 != ";" }
            guard !name.isEmpty, name.endIndex < line.endIndex else {
                throw .usage("-H: '\(line)' is not 'Name: value'")
            }
            names.insert(name.lowercased())
            let value = line[name.endIndex...].dropFirst().drop { $0 == " " || $0 == "\t" }
            // As with curl, `Name:` takes a field away and `Name;` sends it empty.
            if !value.isEmpty || line[name.endIndex] == ";" { fields.append(String(name), String(value)) }
        }
        if let authority, !names.contains("host") { fields.append("Host", authority) }
        if body != nil, !names.contains("content-type") {
            fields.append("Content-Type", "application/x-www-form-urlencoded")
        }
        let method = method ?? (body == nil ? "GET" : "POST")
        return (RequestHead(method: method, target: ByteBuffer(string: target), fields: fields), body ?? ByteBuffer())
    }

    /// All content, joined as curl joins it; `nil` when none was given.
    private func body() throws(CommandFailure) -> ByteBuffer? {
        var body: ByteBuffer?
        func add(_ piece: [UInt8]) {
            if body != nil { body?.writeStaticString("&") } else { body = ByteBuffer() }
            body?.writeBytes(piece)
        }
        for text in data {
            let bytes = try Self.content(text, "--data")
            add(text.hasPrefix("@") ? bytes.filter { $0 != 0x0A && $0 != 0x0D && $0 != 0 } : bytes)
        }
        for text in dataRaw { add(Array(text.utf8)) }
        for text in dataBinary { add(try Self.content(text, "--data-binary")) }
        return body
    }

    private static func content(_ text: String, _ flag: String) throws(CommandFailure) -> [UInt8] {
        guard text.hasPrefix("@") else { return Array(text.utf8) }
        let path = String(text.dropFirst())
        if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        do throws(FileError) { return try FileBytes.read(path) } catch { throw .usage("\(flag): \(error)") }
    }

    /// `http://me@host/a?b#c` → `host`, `/a?b`.
    private static func parts(of url: String) throws(CommandFailure) -> (authority: String?, target: String) {
        let whole = url.prefix { $0 != "#" }
        if whole.hasPrefix("/") { return (nil, String(whole)) }
        guard let separator = whole.firstRange(of: "://"), !whole[..<separator.lowerBound].contains("/") else {
            throw .usage("'\(url)' is neither a path, which begins with /, nor a URL with its scheme")
        }
        let authority = whole[separator.upperBound...].prefix { $0 != "/" && $0 != "?" }
        let host = authority.split(separator: "@").last ?? ""
        let target = whole[authority.endIndex...]
        return (String(host), target.hasPrefix("/") ? String(target) : "/\(target)")
    }
}
