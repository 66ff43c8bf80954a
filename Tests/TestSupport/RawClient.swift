import Foundation

/// A client that sends any bytes to 127.0.0.1 and reads what comes back; every wait has a deadline.
public final class RawClient {
    /// For bytes, half-close, reset and whatever has no name here.
    public let connection: RawConnection

    public init(port: Int) throws {
        let descriptor = socket(AF_INET, RawConnection.stream, 0)
        guard descriptor >= 0 else { throw RawFailure.system(call: "socket", errno: errno) }
        var address = sockaddr_in.loopback(port: port)
        guard sockaddr_in.with(&address, { connect(descriptor, $0, $1) }) == 0 else {
            defer { close(descriptor) }
            throw RawFailure.system(call: "connect", errno: errno)
        }
        connection = RawConnection(descriptor: descriptor)
    }

    /// Sends the characters as Latin-1 bytes.
    public func send(_ text: String) throws { try connection.send(text) }
    public func send(_ bytes: [UInt8]) throws { try connection.send(bytes) }

    /// The next response on this connection. Tell it if the request was a HEAD.
    public func readResponse(toHEAD isHead: Bool = false) throws -> RawMessage {
        try connection.readResponse(toHEAD: isHead)
    }

    /// One request, one response, on a connection of their own.
    public static func exchange(port: Int, _ request: String) throws -> RawMessage {
        let client = try RawClient(port: port)
        defer { client.connection.close() }
        try client.send(request)
        return try client.readResponse(toHEAD: request.hasPrefix("HEAD "))
    }
}
