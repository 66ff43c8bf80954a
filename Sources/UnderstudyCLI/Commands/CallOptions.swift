import ArgumentParser
import UnderstudyFormats
import UnderstudyStore

/// curl's options for a request. Where a file may be named, it is read: this is the user's own command line.
struct CallOptions: ParsableArguments {
    @Option(name: [.customShort("X", allowingJoined: true), .long], help: "Method. Default: GET, with content POST.")
    var request: String?
    @Option(
        name: [.customShort("H"), .long], parsing: .unconditionalSingleValue,
        help: "'Name: value'; 'Name:' takes one away, 'Name;' sends it empty. May be repeated.")
    var header: [String] = []
    @Option(
        name: [.short, .long], parsing: .unconditionalSingleValue,
        help: "Content, a form unless -H says otherwise; @FILE without its line breaks. May be repeated.")
    var data: [String] = []
    @Option(parsing: .unconditionalSingleValue, help: "Content that may begin with @.") var dataRaw: [String] = []
    @Option(parsing: .unconditionalSingleValue, help: "Content; @FILE as it is.") var dataBinary: [String] = []
    @Option(
        name: .customLong("data-urlencode"), parsing: .unconditionalSingleValue,
        help: "Content to be percent-encoded: 'name=value'.") var dataURLEncode: [String] = []
    @Option(name: .customLong("json"), parsing: .unconditionalSingleValue, help: "JSON content; @FILE reads it.")
    var jsonData: [String] = []
    @Option(name: [.customShort("F"), .long], help: "A text part of multipart/form-data: name=value. May be repeated.")
    var form: [String] = []
    @Option(name: [.short, .long], help: "USER:PASSWORD, sent as Basic.") var user: String?
    @Option(name: [.customShort("A"), .long], help: "User-Agent.") var userAgent: String?
    @Option(name: [.customShort("e"), .long], help: "Referer.") var referer: String?
    @Option(name: [.customShort("b"), .long], help: "Cookies: 'a=1; b=2'. May be repeated.") var cookie: [String] = []
    @Flag(name: [.customShort("G"), .long], help: "Put the content into the query.") var get = false
    @Flag(name: [.customShort("I"), .long], help: "HEAD.") var head = false
    @Flag(help: "Ask for compressed content, and show it decoded.") var compressed = false

    /// The request, and what of it was not understood.
    func request(to url: String) -> (requests: [CurlRequestValue], problems: [String]) {
        var words: [String] = []
        func add(_ option: String, _ values: [String]) { for value in values { words += [option, value] } }
        add("-X", [request].compactMap { $0 })
        add("-H", header)
        add("--data", data)
        add("--data-raw", dataRaw)
        add("--data-binary", dataBinary)
        add("--data-urlencode", dataURLEncode)
        add("--json", jsonData)
        add("--form", form)
        add("--user", [user].compactMap { $0 })
        add("--user-agent", [userAgent].compactMap { $0 })
        add("--referer", [referer].compactMap { $0 })
        add("--cookie", cookie)
        if get { words.append("--get") }
        if head { words.append("--head") }
        if compressed { words.append("--compressed") }
        words += ["--url", url]
        return CurlReader.requests(words: words) { try? FileBytes.read($0) }
    }
}
