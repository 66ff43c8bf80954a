import NIOCore
import UnderstudyCore

/// The forms of a request target. <https://www.rfc-editor.org/rfc/rfc9112#section-3.2>
enum RequestTarget {
    /// A path and query, or `*`.
    case origin
    /// A whole address, as a forward proxy gets: where to, and the path and query of it.
    case absolute(Upstream, ByteBuffer)
    case malformed(Refusal)

    init(_ target: ByteBuffer) {
        let bytes = target.readableBytesView
        guard let first = bytes.first, first != UInt8(ascii: "/"), !bytes.elementsEqual("*".utf8) else {
            self = .origin
            return
        }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else {
            self = .malformed(Self.badTarget("is neither a path nor an address with a scheme"))
            return
        }
        let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        guard scheme == "http" || scheme == "https" else {
            let name = String(scheme.prefix(20))
            self = .malformed(
                Refusal(
                    status: 400, name: "scheme-not-supported",
                    detail: "The target has the scheme \(name): only http and https are forwarded."))
            return
        }
        let rest = bytes[bytes.index(colon, offsetBy: 3)...]
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        do throws(UpstreamError) {
            let upstream = try Self.upstream(scheme, authority: rest[..<end])
            var path = ByteBuffer()
            // RFC 9112 §3.2.1: an empty path is sent as `/`.
            if end == rest.endIndex || rest[end] == UInt8(ascii: "?") { path.writeStaticString("/") }
            path.writeBytes(rest[end...])
            self = .absolute(upstream, path)
        } catch {
            self = .malformed(Self.badTarget(error.problem))
        }
    }

    /// The host and port of a CONNECT, both of which must be there (RFC 9110 §9.3.6).
    static func ofConnect(_ target: ByteBuffer) -> Result<Upstream, Refusal> {
        let bytes = target.readableBytesView
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")), colon > bytes.startIndex,
            bytes[colon...].dropFirst().contains(where: { $0 != UInt8(ascii: "]") }),
            bytes[colon...].dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
        else { return .failure(badTarget("is not host:port, which is what CONNECT takes")) }
        do throws(UpstreamError) {
            // Port 443 is the tunnel's usual one: as https it becomes part of no address.
            return .success(try upstream("https", authority: bytes[...]))
        } catch {
            return .failure(badTarget(error.problem))
        }
    }

    private static func upstream(
        _ scheme: String, authority: ByteBufferView
    ) throws(UpstreamError) -> Upstream {
        let text = String(decoding: authority, as: UTF8.self)
        guard authority.allSatisfy({ Octets.isAuthority[Int($0)] }) else {
            throw UpstreamError(text, "holds a user name, or a character that no host has")
        }
        let upstream = try Upstream("\(scheme)://\(text)")
        let labels = upstream.host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        // One dot at the end says that the name is whole (RFC 1034 §3.1).
        let named = labels.last?.isEmpty == true ? labels.dropLast() : labels[...]
        guard upstream.host.utf8.count <= 254, named.allSatisfy({ (1...63).contains($0.count) }) else {
            throw UpstreamError(text, "has a host that cannot exist: a label has 1 to 63 characters, a name up to 253")
        }
        return upstream
    }

    static func badTarget(_ problem: String) -> Refusal {
        Refusal(status: 400, name: "malformed-target", detail: "The request's target \(problem).")
    }
}
