import HTTPTypes
import Hummingbird
import NIOCore
import UnderstudyCore

/// `/api/v1`: what the command line, and later the page, can ask of a running server.
struct AdminRoutes {
    /// A request's content: none has a reason to be larger.
    static let bodyLimit = 64 << 10

    let control: AdminServer.Control
    let token: String

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: Guard(token: token))
        router.get("/api/v1/status") { [control] _, _ in
            guard let control = control.control else { return Self.starting }
            return Self.respond(try await control.status().json)
        }
        router.get("/api/v1/mode") { [control] _, _ in
            guard let control = control.control else { return Self.starting }
            return Self.respond(["mode": .string(try await control.status().mode.rawValue)])
        }
        router.put("/api/v1/mode") { [control] request, _ in
            guard let control = control.control else { return Self.starting }
            let body = try await request.body.collect(upTo: Self.bodyLimit)
            let value = try? JSONValue(parsing: body)
            guard let mode = value?["mode"]?.text.flatMap(Mode.init(rawValue:)) else {
                let modes = Mode.allCases.map(\.rawValue).joined(separator: ", ")
                return Self.refuse(.badRequest, "the body is {\"mode\": M} with M one of \(modes)")
            }
            do {
                try await control.setMode(mode)
            } catch let error as AdminError {
                return Self.refuse(HTTPResponse.Status(code: error.status), error.message)
            }
            return Self.respond(["mode": .string(mode.rawValue)])
        }
        router.get("/api/v1/sessions") { [control] _, _ in
            guard let control = control.control else { return Self.starting }
            return Self.respond(["sessions": .array(try await control.sessionList().map(\.json))])
        }
        router.post("/api/v1/sessions/reset") { [control] request, _ in
            guard let control = control.control else { return Self.starting }
            let body = try await request.body.collect(upTo: Self.bodyLimit)
            let object = body.readableBytes == 0 ? JSONObject() : (try? JSONValue(parsing: body))?.object
            guard let object, object.members.allSatisfy({ $0.name == "session" && $0.value.text != nil }) else {
                return Self.refuse(.badRequest, "the body is empty, or {\"session\": KEY} with KEY a text")
            }
            return Self.respond(["reset": .integer(try await control.resetSessions(object["session"]?.text))])
        }
        router.post("/api/v1/sessions/remove") { [control] request, _ in
            guard let control = control.control else { return Self.starting }
            let body = try await request.body.collect(upTo: Self.bodyLimit)
            guard let key = (try? JSONValue(parsing: body))?["session"]?.text, !key.isEmpty else {
                return Self.refuse(.badRequest, "the body is {\"session\": KEY} with KEY a text")
            }
            return Self.respond(["removed": .integer(try await control.removeSession(key) ? 1 : 0)])
        }
        return router
    }

    private static var starting: Response { refuse(.serviceUnavailable, "the server is still starting") }

    static func respond(
        _ value: JSONValue, status: HTTPResponse.Status = .ok, type: String = "application/json"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: .init(byteBuffer: JSONWriter.bytes(value)))
    }

    static func refuse(_ status: HTTPResponse.Status, _ detail: String) -> Response {
        let body: JSONValue = [
            "title": .string(status.reasonPhrase), "status": .integer(status.code), "detail": .string(detail),
        ]
        return respond(body, status: status, type: "application/problem+json")
    }

    /// Host, Origin and token, before anything else.
    struct Guard: RouterMiddleware {
        let token: String

        func handle(
            _ request: Request, context: BasicRequestContext,
            next: (Request, BasicRequestContext) async throws -> Response
        ) async throws -> Response {
            guard let authority = request.head.authority, Self.namesThisMachine(authority) else {
                return refuse(.forbidden, "Host must be 127.0.0.1 or localhost")
            }
            if let origin = request.headers[.origin], origin != "http://\(authority)" {
                return refuse(.forbidden, "requests from other sites' pages are refused")
            }
            guard Self.isEqual(request.headers[.authorization] ?? "", "Bearer \(token)") else {
                return refuse(.unauthorized, "the token in the workspace's lock file is needed")
            }
            return try await next(request, context)
        }

        static func namesThisMachine(_ authority: String) -> Bool {
            let name = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
            let rest = authority.dropFirst(name.count)
            guard rest.isEmpty || (rest.first == ":" && rest.dropFirst().allSatisfy(\.isNumber)) else { return false }
            return ["127.0.0.1", "localhost", "[::1]"].contains(name.lowercased())
        }

        /// In a time that does not tell how much is right.
        static func isEqual(_ left: String, _ right: String) -> Bool {
            let (left, right) = (Array(left.utf8), Array(right.utf8))
            var difference = left.count ^ right.count
            for index in 0..<min(left.count, right.count) { difference |= Int(left[index] ^ right[index]) }
            return difference == 0
        }
    }
}
