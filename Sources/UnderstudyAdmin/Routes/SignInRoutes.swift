import HTTPTypes
import UnderstudyCore
import UnderstudyFormats

/// Signing in at the page: a key, or a ticket made with one, becomes a session's cookie, which every route takes in place of a
/// key. Keys stay out of addresses and of what browsers store.
enum SignInRoutes {
    private static let role = Schema.choice(AccessKey.Role.allCases.map(\.rawValue))

    static let routes: [Route] = [
        Route(
            .get, "/api/v1/session",
            RouteDocument(
                "Who is signed in at the page",
                gives: Schema.object([
                    ("signedIn", Schema.bool), ("role", Schema.optional(role)),
                    ("owner", Schema.optional(Schema.text)), ("version", Schema.text),
                ]), refusing: [429]), for: .anyone, asking: show),
        Route(
            .post, "/api/v1/session",
            RouteDocument(
                "Sign in with a key or a ticket: the answer sets the session's cookie",
                takes: .json(["oneOf": [Schema.wrapped("key", Schema.text), Schema.wrapped("ticket", Schema.text)]]),
                gives: Schema.object([("role", role), ("owner", Schema.text)]), refusing: [401, 403, 429]),
            for: .anyone,
            asking: signIn),
        Route(
            .delete, "/api/v1/session",
            RouteDocument("Sign out", gives: Schema.wrapped("signedIn", Schema.bool)), for: .anyone,
            asking: { call in
                for session in call.door.cookie.sessions(call.fields) { call.door.sessions.end(session) }
                var answer = Answer(["signedIn": false])
                answer.fields[.setCookie] = call.door.cookie.ending
                return answer
            }),
        Route(
            .post, "/api/v1/session/tickets",
            RouteDocument(
                "A ticket for signing in once, within a minute, as who asks", status: 201,
                gives: Schema.object([("ticket", Schema.text), ("expiresAt", Schema.time)])), asking: makeTicket),
    ]

    private static func show(_ call: Call) async throws -> Answer {
        let version = try await call.desk.live.control?.status().version ?? ""
        let caller = try await call.desk.doorThreads.run { () -> Caller? in
            do {
                return try call.door.caller(call.fields, from: call.address)
            } catch let refusal as Refusal where refusal.status == .unauthorized {
                return nil
            }
        }
        return Answer([
            "signedIn": .bool(caller != nil), "role": caller.map { .string($0.role.rawValue) } ?? .null,
            "owner": caller.map { .string($0.owner) } ?? .null, "version": .string(version),
        ])
    }

    private static func signIn(_ call: Call) async throws -> Answer {
        let fields = MemberReader(try call.object(), path: "$")
        let (key, ticket) = (try fields.text("key"), try fields.text("ticket"))
        guard (key == nil) != (ticket == nil) else {
            throw Refusal.badRequest("the body is {\"key\": KEY} or {\"ticket\": TICKET}")
        }
        let door = call.door
        let caller = try await call.desk.doorThreads.run {
            if let ticket { return try door.caller(ticket: ticket, from: call.address) }
            return try door.caller(key: key, from: call.address)
        }
        guard caller.role >= .member else {
            throw Refusal.forbidden(
                "this key is for calling mock servers: the page takes a member's, or 'understudy open'")
        }
        // Who signs in anew leaves nothing behind.
        for old in door.cookie.sessions(call.fields) { door.sessions.end(old) }
        var answer = Answer(["role": .string(caller.role.rawValue), "owner": .string(caller.owner)])
        answer.fields[.setCookie] = door.cookie.setting(door.sessions.begin(for: caller.holder))
        return answer
    }

    private static func makeTicket(_ call: Call) throws -> Answer {
        // A session that makes its successor would never end.
        guard !call.caller.isSession else { throw Refusal.forbidden("tickets are made with a key, not with a session") }
        let sessions = call.door.sessions
        let end = Timestamp(
            microseconds: Timestamp.now().microseconds + sessions.ticketLife.components.seconds * 1_000_000)
        return Answer(
            ["ticket": .string(sessions.ticket(for: call.caller.holder)), "expiresAt": .string(end.isoText)],
            status: .created)
    }
}
