/// A saved request and its response: what a replay serves.
///
/// A value, copied when it is changed while shared. Its content is behind one reference: a library, an index and a list
/// of results hold the same hundred thousand of them.
public struct Example: Sendable {
    /// Stable across re-recordings: derived from the request and its position among equal ones.
    public var id: String {
        get { box.content.id }
        set { write { $0.id = newValue } }
    }
    public var name: String {
        get { box.content.name }
        set { write { $0.name = newValue } }
    }
    /// The collection's slug (its file's name without endings).
    public var collection: String {
        get { box.content.collection }
        set { write { $0.collection = newValue } }
    }
    /// The request, redacted, with an origin-form target (`/path?query`).
    public var request: Exchange.Request {
        get { box.content.request }
        set { write { $0.request = newValue } }
    }
    public var response: Exchange.Response {
        get { box.content.response }
        set { write { $0.response = newValue } }
    }
    /// What the response took when recorded, in milliseconds; `nil` when unknown.
    public var responseTime: Int? {
        get { box.content.responseTime }
        set { write { $0.responseTime = newValue } }
    }

    /// `scheme://authority` and base path it was recorded from; empty when the collection does not say.
    public var baseURL: String {
        get { box.content.rare?.baseURL ?? "" }
        set { writeRare(newValue.isEmpty) { $0.baseURL = newValue } }
    }

    /// `scheme://authority` and base path, as told by the example or else by its collection's `baseUrl`.
    public var recordedFrom: String { baseURL.isEmpty ? variables["baseUrl"] ?? "" : baseURL }

    /// What its body mode implies where the saved request names no Content-Type: a form or GraphQL made in Postman.
    public var impliedContentType: String? {
        get { box.content.rare?.impliedContentType }
        set { writeRare(newValue == nil) { $0.impliedContentType = newValue } }
    }
    /// `nil` for nearly all.
    public var rules: ExampleRules? {
        get { box.content.rare?.rules }
        set { writeRare(newValue == nil) { $0.rules = newValue } }
    }
    /// Where in a recording it happened; `nil` for examples made by hand.
    public var order: RecordedOrder? {
        get { box.content.order }
        set { write { $0.order = newValue } }
    }
    /// The id with its owner before it, `12345678-UUID`, when the file has one.
    public var uid: String? {
        get { box.content.rare?.uid }
        set { writeRare(newValue == nil) { $0.uid = newValue } }
    }
    /// How long its answer waits, whatever the mock server says; `nil` leaves it to that.
    public var delay: Delay? {
        get { box.content.rare?.delay }
        set { writeRare(newValue == nil) { $0.delay = newValue } }
    }
    /// Whether its secrets were redacted with the key that live requests are: then different placeholders are different
    /// secrets, and not perhaps one that changed since it was recorded.
    public var comparesSecrets: Bool {
        get { box.content.rare?.comparesSecrets ?? false }
        set { writeRare(!newValue) { $0.comparesSecrets = newValue } }
    }
    /// Whose recording it is from: that session prefers it. Empty for all recorded without one.
    public var session: String {
        get { box.content.rare?.session ?? "" }
        set { writeRare(newValue.isEmpty) { $0.session = newValue } }
    }
    /// What `{{name}}` in its response means.
    public var variables: VariableScope {
        get { box.content.variables }
        set { write { $0.variables = newValue } }
    }

    private struct Content {
        var id: String
        var name: String
        var collection: String
        var request: Exchange.Request
        var response: Exchange.Response
        var responseTime: Int?
        var order: RecordedOrder?
        var variables = VariableScope.empty
        var rare: Rare?
    }

    /// What most examples do not have.
    private final class Rare: Sendable {
        struct Members {
            var baseURL = ""
            var session = ""
            var impliedContentType: String?
            var rules: ExampleRules?
            var uid: String?
            var delay: Delay?
            var comparesSecrets = false
        }
        let members: Members
        init(_ members: Members) { self.members = members }

        var baseURL: String { members.baseURL }
        var session: String { members.session }
        var impliedContentType: String? { members.impliedContentType }
        var rules: ExampleRules? { members.rules }
        var uid: String? { members.uid }
        var delay: Delay? { members.delay }
        var comparesSecrets: Bool { members.comparesSecrets }
    }

    /// `@unchecked Sendable`: changed only through `write`, by the one who alone holds it.
    private final class Box: @unchecked Sendable {
        var content: Content
        init(_ content: Content) { self.content = content }
    }

    private var box: Box

    private mutating func write(_ change: (inout Content) -> Void) {
        if !isKnownUniquelyReferenced(&box) { box = Box(box.content) }
        change(&box.content)
    }

    private mutating func writeRare(_ isNothing: Bool, _ change: (inout Rare.Members) -> Void) {
        if isNothing, box.content.rare == nil { return }
        var members = box.content.rare?.members ?? Rare.Members()
        change(&members)
        write { $0.rare = Rare(members) }
    }

    public init(
        id: String, name: String, collection: String, request: Exchange.Request, response: Exchange.Response,
        responseTime: Int? = nil, baseURL: String = ""
    ) {
        box = Box(
            Content(
                id: id, name: name, collection: collection, request: request, response: response,
                responseTime: responseTime))
        self.baseURL = baseURL
    }
}

/// Where in which recording an exchange happened. Comparable only within one run.
public struct RecordedOrder: Sendable, Hashable {
    public var run: Int
    /// Rises with time.
    public var number: Int

    public init(run: Int, number: Int) {
        self.run = run
        self.number = number
    }
}
