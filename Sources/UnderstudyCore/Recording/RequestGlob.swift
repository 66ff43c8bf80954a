/// Which requests are meant, as `--include` and `--exclude` take it: `[METHOD ]host/path`, where host or path may be left
/// out. `/v1/**`, `api.example.com`, `*.example.com/users/*`, `POST api.example.com:8443/v1/*`.
public struct RequestGlob: Sendable, Hashable {
    /// Nobody's host, whoever forgot what comes behind it.
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]

    private var method: String?
    private var host: Glob?
    private var port: Int?
    private var path: Glob?

    /// - Throws: `RuleError`, whose reason says what to write instead.
    public init(_ text: String) throws(RuleError) {
        var rest = text[...]
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        if let space = rest.firstIndex(of: " ") {
            let word = rest[..<space]
            // Methods are case-sensitive, but nobody who types `get` means another one than GET.
            method = word.allSatisfy(\.isLowercase) ? word.uppercased() : String(word)
            rest = rest[space...].drop { $0 == " " }
        }
        guard !rest.isEmpty, !Self.methods.contains(String(rest)) else {
            throw RuleError(reason: "it names no host and no path")
        }
        guard !rest.contains("://") else {
            throw RuleError(reason: "it has a scheme: leave it out, as in api.example.com/v1/*")
        }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" || $0 == " " }) else {
            throw RuleError(reason: "it has a query, a fragment or a space: only host and path are compared")
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var name = rest[..<slash]
        if let colon = name.lastIndex(of: ":"), name.last != "]" {
            guard let number = Int(name[name.index(after: colon)...]), (1...65535).contains(number) else {
                throw RuleError(reason: "it has a port that is no number from 1 to 65535")
            }
            port = number
            name = name[..<colon]
            guard !name.isEmpty else { throw RuleError(reason: "it has a port without a host") }
        }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        do throws(LinearRegex.Fault) {
            if !name.isEmpty { host = try Glob(String(name), .name) }
            if slash != rest.endIndex { path = try Glob(String(rest[slash...]), .path) }
        } catch {
            throw RuleError(reason: "\(error)")
        }
    }

    public func matches(_ facts: RecordingFacts) -> Bool {
        (method.map { $0 == facts.method } ?? true) && (port.map { $0 == facts.port } ?? true)
            && (host?.matches(facts.host) ?? true) && (path?.matches(facts.path) ?? true)
    }
}
