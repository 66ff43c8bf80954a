import HTTPTypes
import Hummingbird
import Logging
import Synchronization
import UnderstudyCore
import UnderstudyStore

/// Decides who comes in: Host, Origin, key or session, role and rate, in this order, before a route is asked anything.
struct Doorkeeper: Sendable {
    let hosts: HostCheck
    let keys: KeyDesk
    let sessions: PageSessions
    let cookie: SessionCookie
    let guesses: GuessLimiter
    let rates: RateLimiter
    /// A page asks more often than programs with a key do.
    let sessionRates: RateLimiter
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
        // Browsers send cookies by themselves: with one, a request that changes something shows whose page it comes from.
        if ![.get, .head, .options].contains(request.method), cookie.isIn(fields), Self.keys(fields).isEmpty,
            fields[.origin] == nil, fields[.fetchSite] != "same-origin"
        {
            throw .forbidden("with a session's cookie, changes come from its own page")
        }
    }

    /// Whether somebody follows a link to the page, which shows nothing before it has asked for it itself.
    private static func isVisit(_ request: Request) -> Bool {
        request.method == .get && request.head.path?.prefix { $0 != "?" } == "/"
            && request.headers[.fetchMode] == "navigate" && request.headers[.fetchDestination] == "document"
    }

    /// The keys of a request, in Postman's field or as a bearer token.
    private static func keys(_ fields: HTTPFields) -> [String] {
        fields[values: .apiKey]
            + fields[values: .authorization].filter { $0.lowercased().hasPrefix("bearer ") }
            .map { String($0.dropFirst("bearer ".count)) }
    }

    /// The key of a request. Two different ones are none.
    static func key(_ fields: HTTPFields) -> String? {
        let keys = keys(fields)
        guard let first = keys.first, keys.allSatisfy({ $0 == first }), !first.isEmpty else { return nil }
        return first
    }

    /// Where threads may wait.
    ///
    /// - Throws: `Refusal`, without and with a wrong key the same.
    func caller(_ fields: HTTPFields, from address: String) throws -> Caller {
        if Self.keys(fields).isEmpty {
            let ids = cookie.sessions(fields)
            if !ids.isEmpty { return try caller(sessions: ids) }
        }
        return try caller(key: Self.key(fields), from: address)
    }

    func caller(key: String?, from address: String) throws -> Caller {
        var refusal = Self.unauthorized("a key of this workspace is needed, as X-Api-Key or as Authorization: Bearer")
        guard let key else { throw refusal }
        do {
            if let caller = try keys.caller(with: key) { return caller }
        } catch {
            refusal = uncheckable(error)
        }
        try countWrong(from: address)
        throw refusal
    }

    /// Sessions end, and browsers go on asking: a wrong one is no guess.
    private func caller(sessions ids: [String]) throws -> Caller {
        for id in ids {
            guard let holder = sessions.holder(of: id) else { continue }
            do {
                if var caller = try keys.caller(holding: holder) {
                    caller.isSession = true
                    return caller
                }
            } catch {
                throw uncheckable(error)
            }
            sessions.end(id)
        }
        throw Self.unauthorized("this session has ended: sign in again")
    }

    /// Who a ticket was made for. It is good for nothing from then on.
    func caller(ticket: String, from address: String) throws -> Caller {
        if let holder = sessions.redeem(ticket) {
            do {
                if let caller = try keys.caller(holding: holder) { return caller }
            } catch {
                throw uncheckable(error)
            }
        }
        try countWrong(from: address)
        throw Self.unauthorized("this ticket was used, or its minute is over: 'understudy open' makes another")
    }

    private static func unauthorized(_ reason: String) -> Refusal {
        var refusal = Refusal(.unauthorized, "AuthenticationError", reason)
        refusal.fields[.wwwAuthenticate] = "Bearer"
        return refusal
    }

    /// What is wrong with the file is the log's business: nobody knows who asks.
    private func uncheckable(_ error: any Error) -> Refusal {
        if keys.isNews(error) { logger.error("no key can be checked: \(error)") }
        return Refusal(.serviceUnavailable, "serviceUnavailable", "no key can be checked now")
    }

    private func countWrong(from address: String) throws {
        if let seconds = guesses.wrong(from: address) {
            throw Self.tooMany("too many wrong keys came from this address", seconds)
        }
    }

    /// Counts a request; `nil` when nobody counts.
    func standing(of caller: Caller) -> RateLimiter.Standing? {
        if caller.isSession { return sessionRates.request(of: caller.key ?? "") }
        return caller.key.flatMap { rates.request(of: $0) }
    }

    static func tooMany(_ reason: String, _ seconds: Int) -> Refusal {
        var refusal = Refusal(.tooManyRequests, "rateLimited", "\(reason). Retry after \(seconds) seconds.")
        refusal.fields[.retryAfter] = "\(seconds)"
        return refusal
    }

    static func check(_ caller: Caller, _ role: AccessKey.Role) throws(Refusal) {
        guard caller.role < role else { return }
        switch role {
        case .caller, .member: throw .forbidden("this key is for calling mock servers, and for nothing else")
        case .admin: throw .forbidden("only admins may do this, and this key is no such")
        case .superAdmin: throw .forbidden("only super admins may do this, and this key is no such")
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
