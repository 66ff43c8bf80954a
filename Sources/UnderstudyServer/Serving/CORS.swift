import NIOCore
import UnderstudyCore

/// What lets a script on another origin's page read our answers. <https://fetch.spec.whatwg.org/#http-cors-protocol>
///
/// Any origin may, as with Postman's mock servers. The request's own origin is named, not `*`: browsers refuse `*` when a
/// page asks with credentials, and neither a preflight nor a first request shows whether it does. Nothing is given away by
/// that: what is served depends on no cookie.
enum CORS {
    /// Longer values of the client are not repeated.
    static let originLimit = 1024
    static let methodLimit = 64
    /// Of `Access-Control-Request-Headers`, and of the names we expose.
    static let listLimit = 8 << 10
    /// Seconds for which a browser need not ask again; Firefox's maximum.
    private static let maxAge = "86400"

    /// An OPTIONS that a browser sends by itself ahead of a request.
    /// <https://fetch.spec.whatwg.org/#cors-preflight-request>
    static func isPreflight(_ head: RequestHead) -> Bool {
        head.method == "OPTIONS" && head.fields.contains("origin")
            && head.fields.contains("access-control-request-method")
    }

    /// Allows what a preflight asks for. What is not valid in it is not repeated, so that the browser refuses.
    static func preflightReply(_ head: RequestHead) -> ResponseHead {
        var fields = Fields()
        appendOrigin(of: head.fields, to: &fields)
        let methods = head.fields.all("access-control-request-method")
        if methods.count == 1, methods[0].value.count <= methodLimit, isToken(methods[0].value) {
            fields.append("Access-Control-Allow-Methods".utf8, methods[0].value)
        }
        let names = ByteBuffer(list: head.fields.all("access-control-request-headers").flatMap(\.listElements))
        if names.readableBytes > 0 {
            fields.append("Access-Control-Allow-Headers".utf8, names.readableBytesView)
        }
        if head.fields.list("access-control-request-private-network", contains: "true") {
            fields.append("Access-Control-Allow-Private-Network", "true")
        }
        fields.append("Access-Control-Max-Age", maxAge)
        fields.append("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
        return ResponseHead(status: 204, reason: "No Content", fields: fields)
    }

    /// What to add to an example's fields; nothing when the example says itself whom it allows, nor any field that it has.
    ///
    /// - Parameter request: the live request's fields.
    static func fieldsToAdd(to saved: Fields, for request: Fields) -> Fields {
        guard !saved.contains("access-control-allow-origin") else { return Fields() }
        var fields = Fields()
        let hasOrigin = appendOrigin(of: request, to: &fields)
        if saved.contains("access-control-allow-credentials") { fields.remove("access-control-allow-credentials") }
        if !saved.contains("access-control-expose-headers") {
            // `*` means all fields, but to a request with credentials only a field of that name; so they are named too.
            let names = hasOrigin ? exposedNames(of: saved) : ByteBuffer(string: "*")
            fields.append("Access-Control-Expose-Headers".utf8, names.readableBytesView)
        }
        // Without an Origin too: a cache must not give that answer to a page.
        if !saved.list("vary", contains: "origin"), !saved.list("vary", contains: "*") {
            fields.append("Vary", "Origin")
        }
        return fields
    }

    /// Allows the request's origin, or any when it has none that can be repeated; tells which.
    @discardableResult
    private static func appendOrigin(of request: Fields, to fields: inout Fields) -> Bool {
        let origins = request.all("origin")
        guard origins.count == 1, isOrigin(origins[0].value) else {
            fields.append("Access-Control-Allow-Origin", "*")
            return false
        }
        fields.append("Access-Control-Allow-Origin".utf8, origins[0].value)
        fields.append("Access-Control-Allow-Credentials", "true")
        return true
    }

    /// `null`, or `scheme://host`, perhaps with a port (RFC 6454 §7.1).
    private static func isOrigin(_ value: ByteBufferView) -> Bool {
        if value.elementsEqual("null".utf8) { return true }
        guard value.count <= originLimit, let colon = value.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let rest = value[colon...]
        return isToken(value[..<colon]) && rest.starts(with: "://".utf8) && rest.count > 3
            && rest.dropFirst(3).allSatisfy { Octets.isAuthority[Int($0)] }
    }

    private static func isToken(_ value: ByteBufferView) -> Bool {
        !value.isEmpty && value.allSatisfy { Octets.isToken[Int($0)] }
    }

    /// Never shown to scripts, or always. <https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name>
    private static let notNamed: [StaticString] = [
        "cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma",
        "set-cookie", "set-cookie2", "transfer-encoding", "connection", "keep-alive", "trailer", "vary",
    ]

    private static func exposedNames(of saved: Fields) -> ByteBuffer {
        var names: [ByteBufferView] = []
        for field in saved where !notNamed.contains(where: { field.isNamed($0) }) { names.append(field.name) }
        return ByteBuffer(list: ["*"].map { ByteBuffer(string: $0).readableBytesView } + names)
    }
}

extension ByteBuffer {
    /// The tokens among `elements`, each once, with commas between them, up to `CORS.listLimit`.
    fileprivate init(list elements: [ByteBufferView]) {
        self.init()
        var seen: Set<[UInt8]> = []
        for element in elements {
            let name = element.map(\.asciiLowercased)
            guard !name.isEmpty, name.allSatisfy({ Octets.isToken[Int($0)] }), seen.insert(name).inserted else {
                continue
            }
            guard readableBytes + 2 + name.count <= CORS.listLimit else { return }
            if readableBytes > 0 { writeStaticString(", ") }
            writeBytes(element)
        }
    }
}
