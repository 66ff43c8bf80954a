import HTTPTypes
import Hummingbird
import Logging
import Synchronization
import UnderstudyCore
import UnderstudyStore

/// Decides who comes in: Host, Origin, key, role and rate, in this order, before a route is asked anything.
struct Doorkeeper: Sendable {
    let hosts: HostCheck
    let keys: KeyDesk
    let guesses: GuessLimiter
    let rates: RateLimiter
    let logger: Logger

    /// Refuses what does not name this listener, or comes from another site's page.
    func checkOrigin(_ request: Request) throws(Refusal) {
        let fields = request.headers
        guard let authority = request.head.authority, hosts.names(authority) else {
            throw .forbidden("Host must name this listener, such as localhost with its port")
        }
        if let origin = fields[.origin], !hosts.accepts(origin: origin, authority: authority) {
            throw .forbidden("requests from other sites' pages are refused")
        }
        if let site = fields[.fetchSite], site != "same-origin", site != "none", !Self.isVisit(request) {
            throw .forbidden("requests from other sites' pages are refused")
        }
    }

    /// Whether somebody follows a link to the page, which shows nothing before it has asked for it itself.
    private static func isVisit(_ request: Request) -> Bool {
        request.method == .get && request.head.path?.prefix { $0 != "?" } == "/"
            && request.headers[.fetchMode] == "navigate" && request.headers[.fetchDestination] == "document"
    }

    /// The key of a request, in Postman's field or as a bearer token. Two different ones are none.
    static func key(_ fields: HTTPFields) -> String? {
        var keys = fields[values: .apiKey]
        for value in fields[values: .authorization] where value.lowercased().hasPrefix("bearer ") {
            keys.append(String(value.dropFirst("bearer ".count)))
        }
        guard let first = keys.first, keys.allSatisfy({ $0 == first }), !first.isEmpty else { return nil }
        return first
    }

    /// Where threads may wait.
    ///
    /// - Throws: `Refusal`, without and with a wrong key the same.
    func caller(_ fields: HTTPFields, from address: String) throws -> Caller {
        var refusal = Refusal(
            .unauthorized, "AuthenticationError",
            "a key of this workspace is needed, as X-Api-Key or as Authorization: Bearer")
        refusal.fields[.wwwAuthenticate] = "Bearer"
        guard let key = Self.key(fields) else { throw refusal }
        do {
            if let caller = try keys.caller(with: key) { return caller }
        } catch {
            // What is wrong with the file is the log's business: nobody knows who asks.
            if keys.isNews(error) { logger.error("no key can be checked: \(error)") }
            refusal = Refusal(.serviceUnavailable, "serviceUnavailable", "no key can be checked now")
        }
        if let seconds = guesses.wrong(from: address) {
            throw Self.tooMany("too many wrong keys came from this address", seconds)
        }
        throw refusal
    }

    static func tooMany(_ reason: String, _ seconds: Int) -> Refusal {
        var refusal = Refusal(.tooManyRequests, "rateLimited", "\(reason). Retry after \(seconds) seconds.")
        refusal.fields[.retryAfter] = "\(seconds)"
        return refusal
    }

    static func check(_ caller: Caller, _ role: AccessKey.Role) throws(Refusal) {
        guard caller.role >= role else {
            throw .forbidden("only \(role == .admin ? "admins" : "super admins") may do this, and this key is no such")
        }
    }
}

extension HTTPField.Name {
    static let apiKey = Self("X-Api-Key")!
    static let fetchSite = Self("Sec-Fetch-Site")!
    static let fetchMode = Self("Sec-Fetch-Mode")!
    static let fetchDestination = Self("Sec-Fetch-Dest")!
    static let lastEventID = Self("Last-Event-ID")!
}
