import Curl
import Foundation
import NIOCore
import UnderstudyAdmin
import UnderstudyCore
import UnderstudyServer
import UnderstudyStore
import UnderstudyTrust

/// What the server was started with, as the management API shows it. Passwords, keys and credentials stay out: of them it says
/// whether there are any.
extension ServingInstance {
    var shownSettings: ServerSettings {
        var shown = ServerSettings()
        shown.frontDoor = address
        shown.admin = adminAddress
        shown.folder = settings.folder
        shown.startMode = settings.mode
        shown.upstream = settings.upstream?.baseURL
        shown.limits = settings.limits.items
        shown.matching = settings.matching.items
        shown.answering = settings.answeringItems
        shown.recording = settings.recordingItems
        shown.forwarding = settings.forwardingItems
        shown.redacts = settings.redacts
        shown.keepsSecrets = settings.keepsSecrets
        shown.redactedNames = settings.redactedNames
        return shown
    }

    /// Reads the certificate's file, which a forward proxy has made by now; makes none.
    func authority() throws -> AdminAuthority? {
        try inAuthorityFolder("read") { try AuthorityCertificate.read(in: $0) }.map(shown)
    }

    func makeAuthority() throws -> AdminAuthority {
        shown(try inAuthorityFolder("made") { try CertificateAuthority.open($0).certificate })
    }

    private func shown(_ certificate: AuthorityCertificate) -> AdminAuthority {
        func time(_ date: Date) -> Timestamp {
            Timestamp(microseconds: Int64(date.timeIntervalSince1970) * 1_000_000)
        }
        return AdminAuthority(
            name: certificate.commonName, fingerprint: certificate.fingerprint,
            notBefore: time(certificate.notBefore), notAfter: time(certificate.notAfter), pem: certificate.pem)
    }

    private func inAuthorityFolder<Value>(_ what: String, _ body: (AuthorityFolder) throws -> Value) throws -> Value {
        do {
            return try body(
                settings.forward.authorityFolder
                    ?? AuthorityFolder(environment: ProcessInfo.processInfo.environment))
        } catch {
            // Where its folder is, is nobody's business here.
            throw AdminError(
                status: 409,
                message: "the certificate authority cannot be \(what): 'understudy ca path' says where it is, and why")
        }
    }
}

private typealias Item = ServerSettings.Item

extension Limits {
    fileprivate var items: [Item] {
        func size(_ name: String, _ value: Int?, _ description: String) -> Item {
            Item(name, value.map { .integer($0) } ?? .null, unit: "bytes", description)
        }
        func count(_ name: String, _ value: Int, _ description: String) -> Item {
            Item(name, .integer(value), description)
        }
        func time(_ name: String, _ value: Duration?, _ description: String) -> Item {
            Item(name, value.map(seconds) ?? .null, unit: "seconds", description)
        }
        return [
            size("max-body", recordedBody, "Largest body kept in a recording; longer ones pass."),
            size("max-head", head, "Largest request head: 431 above."),
            size("max-field", field, "Largest field line of a request: 431 above."),
            count("max-fields", fieldCount, "Most field lines of a request: 431 above."),
            size("max-target", target, "Longest request target: 414 above."),
            count("max-connections", clientConnections, "Most client connections; others wait to be accepted."),
            count(
                "max-upstream-per-host", upstreamConnectionsPerHost,
                "Most upstream connections to one host, per event loop; others wait."),
            count(
                "max-upstream", upstreamConnections, "Most upstream connections in all, per event loop; others wait."),
            time("head-timeout", headTimeout, "Longest time for a request's head to arrive: 408 then."),
            time(
                "body-timeout", bodyIdleTimeout,
                "Longest time without a byte of a request's content, or of an answer taken."),
            time("idle-timeout", keepAliveTimeout, "Longest time a connection stays open without a request."),
            time("connect-timeout", connectTimeout, "Longest time until a connection to the upstream is made."),
            time("first-byte-timeout", firstByteTimeout, "Longest time for upstream to begin its answer: 504 then."),
            time("upstream-idle-timeout", upstreamIdleTimeout, "Longest time without a byte from upstream."),
            time("stop-timeout", gracefulShutdown, "Time that running exchanges get at the end."),
            size("history-limit", history, "Size of the history above which its oldest exchanges go."),
            time("history-max-age", historyAge, "How long an exchange stays in the history."),
        ]
    }
}

extension MatchOptions {
    fileprivate var items: [Item] {
        [
            Item("profile", .string(profile.rawValue), "How requests are compared with examples: strict or postman."),
            Item("match-body", .bool(matchBody), "Whether an example whose body differs is out."),
            Item(
                "match-headers", texts(matchHeaders), "Fields that must be the example's where the request has them."),
            Item(
                "match-query", .bool(matchQueryParams), flag: "--no-match-query", "Whether queries are compared."),
            Item(
                "wildcards", .bool(matchWildcards),
                "Whether {{name}}, * and ** in an example's path stand for what is sent."),
            Item(
                "fuzzy", .bool(matchIDs || matchDistance), flag: "--no-fuzzy",
                "Whether another id in a path, or nearly the same spelling, will do."),
            Item("json-subset", .bool(matchJSONSubset), "Whether a JSON body may hold more than the example's."),
            Item("ignore", texts(ignore.map { "\($0)" }), "Parts of requests that are left out of the comparison."),
            Item("repeats", .string(repeats.rawValue), "How equal examples take turns."),
        ]
    }
}

extension ServeSettings {
    fileprivate var answeringItems: [Item] {
        let cors =
            switch answering.cors {
            case .none: "none"
            case .ownAnswers: "own answers"
            case .all: "all"
            }
        let wait =
            switch latency {
            case .none: "none"
            case .recorded: "recorded"
            case .fixed(let time): "\(time.nanoseconds / 1_000_000)ms"
            case .drawn(let delay): "\(delay)"
            }
        return [
            Item("templates", .bool(answering.fillsTemplates), "Whether {{…}} in responses is filled in."),
            Item(
                "seed", answering.seed.map { .string("\($0)") } ?? .null,
                "Makes random values in responses repeatable."),
            Item("cors", .string(cors), "Which answers pages of other origins may read."),
            Item("latency", .string(wait), "How long a replayed answer waits."),
            Item("speed", .number("\(speed)"), "How much faster than recorded, with --latency recorded."),
            Item(
                "require-key", .bool(answering.gate.keys != nil),
                "Whether requests need an x-api-key, as a private mock server's."),
            Item(
                "server-response", answering.gate.serverResponse.map { .integer($0.head.status) } ?? .null,
                "Status that every request is answered with, as in an outage."),
            Item(
                "explain-auth", .bool(explainsAuth),
                "Whether callers of a private mock server without a key are told that it is there."),
            Item("annotate", .bool(annotates), flag: "--no-annotate", "Whether answers have Understudy-Result."),
        ]
    }

    fileprivate var recordingItems: [Item] {
        [
            Item("write", .string(writePolicy.rawValue), "What happens to examples that exist."),
            Item("durability", .string(durability.rawValue), "What a stored exchange survives."),
            Item(
                "record-preflights", .bool(filter.keepsPreflights), "Whether browsers' preflights become examples."),
            Item(
                "filters", .bool(filter.hasRules), flag: "--include, --exclude, --record-if",
                "Whether only some exchanges become examples."),
            Item("session-idle", seconds(sessionIdle), unit: "seconds", "How long a session nobody uses is kept."),
        ]
    }

    fileprivate var forwardingItems: [Item] {
        [
            Item(
                "forward", .bool(forward.forwards), flag: "--no-forward",
                "Whether clients may use this as their proxy for any host."),
            Item(
                "proxy-auth", .bool(forward.credentials != nil),
                "Whether clients need a name and a password to use this as their proxy."),
            Item("http2", .bool(curl.http2), "Whether HTTP/2 is offered to an https upstream."),
            Item("insecure", .bool(curl.insecure), "Whether any certificate of the upstream is accepted."),
            Item("proxy", .bool(!curl.proxy.isEmpty), "Whether the upstream is reached through another proxy."),
            Item("via", .bool(sendsVia), flag: "--no-via", "Whether a Via field is sent upstream."),
            Item(
                "rewrite-location", .bool(rewritesLocation),
                "Whether Location fields that name the upstream point at this proxy."),
            Item("allow-target", texts(targets.allowed.map(\.description)), "Where requests may go."),
            Item(
                "deny-target", texts(targets.denied.map(\.description)),
                "Where no request may go, beside link-local and metadata addresses."),
        ]
    }
}

extension RecordingFilter {
    fileprivate var hasRules: Bool { !includes.isEmpty || !excludes.isEmpty || !conditions.isEmpty }
}

private func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

/// With its fraction where it has one.
private func seconds(_ time: Duration) -> JSONValue {
    let (seconds, attoseconds) = time.components
    let milliseconds = attoseconds / 1_000_000_000_000_000
    return milliseconds == 0 ? .integer(seconds) : .number("\(Double(seconds) + Double(milliseconds) / 1000)")
}
