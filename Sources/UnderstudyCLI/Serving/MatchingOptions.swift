import ArgumentParser

/// How requests are compared with examples. Everything is optional, as in `ServeOptions`; `MatchOptions` brings it
/// together with environment and file.
struct MatchingOptions: ParsableArguments {
    @Option(help: "strict: path, query and body must be the same. postman: Postman's algorithm. Default: strict.")
    var profile: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether an example whose body differs is out. Default: yes under strict, no under postman.")
    var matchBody: Bool?

    @Option(help: "Fields that must be the example's where the request has them: A,B. May be repeated.")
    var matchHeaders: [String] = []

    @Flag(help: "Leave queries out of the comparison.")
    var noMatchQuery = false

    @Flag(
        inversion: .prefixedNo,
        help: "Whether {{name}}, * and ** in an example's path stand for what is sent. Default: yes under postman.")
    var wildcards: Bool?

    @Flag(help: "Under postman: other ids in a path, or another spelling, are another path.")
    var noFuzzy = false

    @Flag(help: "A JSON body may hold more than the example's.")
    var jsonSubset = false

    @Option(help: "Leave these parts out: header:NAME,query:NAME,form:NAME,json:$.path. May be repeated.")
    var ignore: [String] = []

    @Option(
        help: """
            How equal examples take turns: sequence, cycle, once, first, last, causal or tie. Default: sequence, under \
            postman tie.
            """)
    var repeats: String?

    @Option(help: "Postman environment whose variables win over the collections'.", completion: .file())
    var environment: String?
}

/// What is made of the example that was found.
struct AnswerOptions: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: "Whether {{…}} in responses is filled in. Default: yes under postman.")
    var templates: Bool?

    @Option(help: "Makes random values in responses repeatable: any number.")
    var seed: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether pages of other origins may read all answers, or none. Default: all under postman, else our own.")
    var cors: Bool?

    @Option(help: "Answer only requests with this x-api-key, as a private mock server. May be repeated.")
    var requireKey: [String] = []

    @Flag(help: "Answer 401 to calls of a private mock server without a key, where Postman says that there is none.")
    var explainAuth = false

    @Option(help: "Answer every request with this status, 500 to 599, as in an outage.")
    var serverResponse: Int?

    @Option(help: "Answers not to derive from examples: head,range,conditional,encoding or all. May be repeated.")
    var noDerive: [String] = []
}
