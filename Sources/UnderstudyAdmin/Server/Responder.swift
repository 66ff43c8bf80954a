import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Synchronization
import UnderstudyCore

/// What a request knows of its connection.
struct AdminContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The client's address without its port.
    var address: String { channel.remoteAddress?.ipAddress ?? "" }
}

/// Takes a request from the door to its answer: who asks, which route, its content, its work, and its errors in one shape.
struct Responder: HTTPResponder {
    let table: RouteTable
    let door: Doorkeeper
    let desk: Desk
    let logger: Logger

    func respond(to request: Request, context: AdminContext) async throws -> Response {
        let path = request.uri.path
        var style = Route.style(of: path)
        var standing: RateLimiter.Standing?
        var answer: Answer
        do {
            try door.checkOrigin(request)
            let target = try RequestTarget(request.head.path ?? "/")
            if PageAnswers.isPage(target.path) {
                return finish(PageAnswers.answer(request.method, target.path, request.headers), request, context)
            }
            let found = table.find(request.method, target.segments)
            if case .route(let route, _) = found { style = route.style }
            let caller = try await admit(found, request.headers, context)
            standing = door.standing(of: caller)
            if let standing, standing.isExceeded {
                throw Doorkeeper.tooMany("Rate limit exceeded", standing.seconds)
            }
            answer = try await self.answer(found, target, caller, request, context)
        } catch {
            let refusal = Refusal(error)
            if refusal.status == .internalServerError {
                logger.error("\(request.method) \(path): \(error)")
            }
            answer = refusal.answer(style)
        }
        standing?.put(into: &answer.fields)
        return finish(answer, request, context)
    }

    private func finish(_ answer: Answer, _ request: Request, _ context: AdminContext) -> Response {
        desk.metrics.countRequest(method: request.method.rawValue, status: answer.status.code)
        return respond(answer, isHead: request.method == .head, request, context)
    }

    /// Whoever asks for what is not there needs a key for being told so.
    private func admit(
        _ found: RouteTable.Found, _ fields: HTTPFields, _ context: AdminContext
    ) async throws -> Caller {
        var admission = Route.Admission.role(.member)
        if case .route(let route, _) = found { admission = route.admission }
        guard case .role(let role) = admission else {
            return Caller(key: nil, owner: "", role: .member)
        }
        let address = context.address
        let caller = try await desk.doorThreads.run { [door] in try door.caller(fields, from: address) }
        try Doorkeeper.check(caller, role)
        return caller
    }

    private func answer(
        _ found: RouteTable.Found, _ target: RequestTarget, _ caller: Caller, _ request: Request,
        _ context: AdminContext
    ) async throws -> Answer {
        switch found {
        case .nothing: throw Refusal.notFound("there is nothing under this address")
        case .otherMethods(let methods):
            var refusal = Refusal(
                .methodNotAllowed, "methodNotAllowedError", "there is nothing for this method under this address")
            refusal.fields[.allow] = methods.joined(separator: ", ")
            throw refusal
        case .route(let route, let parameters):
            let progress = try Progress(request.headers, events: desk.events, limits: desk.limits)
            defer { progress.finish() }
            let body = try await content(of: request, upTo: route.bodyLimit)
            defer { if body.isLarge { desk.threads.endLarge() } }
            let call = Call(
                desk: desk, door: door, caller: caller, address: context.address, parameters: parameters,
                query: target.query, fields: request.headers, body: body.bytes, progress: progress)
            // Also what failed half-way. Before the answer: the caller's next request may be at the front door.
            defer { if ![.get, .head].contains(request.method) { desk.live.control?.filesMayHaveChanged() } }
            switch route.work {
            case .files(let work):
                return try await (route.isSlow ? desk.slowThreads : desk.threads).run { try work(call) }
            case .server(let work): return try await work(call)
            }
        }
    }

    static let dataPolicy = "default-src 'none'; frame-ancestors 'none'"
    static let lingering = TimeAmount.seconds(3)

    /// Whether it is, or may become, longer than most routes take.
    private static func hasLargeBody(_ request: Request) -> Bool {
        request.headers[.contentLength].map { (Int($0) ?? .max) > Route.BodyLimit.usual }
            ?? (request.headers[.transferEncoding] != nil)
    }

    private func content(of request: Request, upTo limit: Int) async throws -> (bytes: ByteBuffer, isLarge: Bool) {
        let length = request.headers[.contentLength].flatMap { Int($0) }
        if let length, length > limit { throw Refusal.tooLarge }
        // One whose length is not told may become as long as any.
        let isLarge = limit > Route.BodyLimit.usual && Self.hasLargeBody(request)
        if isLarge { try desk.threads.beginLarge() }
        do {
            return (try await request.body.collect(upTo: limit), isLarge)
        } catch {
            if isLarge { desk.threads.endLarge() }
            if error is NIOTooManyBytesError { throw Refusal.tooLarge }
            throw error
        }
    }

    private func respond(_ answer: Answer, isHead: Bool, _ request: Request, _ context: AdminContext) -> Response {
        var fields = answer.fields
        fields[.contentType] = answer.type
        fields[.contentTypeOptions] = "nosniff"
        // Most answers are data: nobody keeps them, and shown by a browser they do nothing.
        if fields[.cacheControl] == nil { fields[.cacheControl] = "no-store" }
        if fields[.contentSecurityPolicy] == nil { fields[.contentSecurityPolicy] = Self.dataPolicy }
        switch answer.content {
        case .bytes(let bytes) where isHead:
            fields[.contentLength] = "\(bytes.readableBytes)"
            return Response(status: answer.status, headers: fields)
        case .pieces(let pieces) where isHead:
            fields[.contentLength] = "\(pieces.byteCount)"
            return Response(status: answer.status, headers: fields)
        case .pieces(let pieces):
            let (channel, limits) = (context.channel, desk.limits)
            return Response(
                status: answer.status, headers: fields,
                body: ResponseBody(contentLength: pieces.byteCount) { writer in
                    var timed: any ResponseBodyWriter = TimedWriter(writer, to: channel, limits)
                    try await pieces.write(to: &timed)
                })
        case .events where isHead: return Response(status: answer.status, headers: fields)
        case .bytes(let bytes):
            guard answer.status.code >= 400, Self.hasLargeBody(request) else {
                return Response(status: answer.status, headers: fields, body: .init(byteBuffer: bytes))
            }
            // What is left of a large content that is refused is not waited for. It is read for a while, because clients that
            // still send would never see the answer else (RFC 9112 §9.6).
            fields[.connection] = "close"
            let channel = context.channel
            return Response(
                status: answer.status, headers: fields,
                body: ResponseBody(contentLength: bytes.readableBytes) { writer in
                    try await writer.write(bytes)
                    try await writer.finish(nil)
                    channel.eventLoop.scheduleTask(in: Self.lingering) { channel.close(mode: .all, promise: nil) }
                })
        case .events(let seat):
            let (channel, limits) = (context.channel, desk.limits)
            return Response(
                status: answer.status, headers: fields,
                body: ResponseBody { writer in
                    var timed: any ResponseBodyWriter = TimedWriter(writer, to: channel, limits)
                    try await seat.write(to: &timed)
                })
        }
    }
}

extension HTTPField.Name {
    static let contentSecurityPolicy = Self("Content-Security-Policy")!
    fileprivate static let contentTypeOptions = Self("X-Content-Type-Options")!
}
