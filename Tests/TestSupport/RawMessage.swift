/// An HTTP/1 message cut into its parts; every byte is still there.
public struct RawMessage: Sendable {
    /// From the start line to the blank line, included.
    public var head: [UInt8]
    /// Transfer coding removed.
    public var body: [UInt8] = []
    /// Fields behind a chunked body.
    public var trailers: [(name: String, value: String)] = []
    /// Heads of the 1xx responses in front of it.
    public var interim: [[UInt8]] = []
    /// The framing was kept to its end. A body delimited by the connection's close counts as clean.
    public var endedCleanly = true

    public init(head: [UInt8]) { self.head = head }

    /// Without its line end, as Latin-1.
    public var startLine: String { lines.first ?? "" }

    /// A response's status, 0 if there is none.
    public var status: Int { Int(startLine.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    /// Field lines without their line ends, in order, as Latin-1.
    public var fieldLines: [String] { lines.dropFirst().filter { !$0.isEmpty } }

    public var fields: [(name: String, value: String)] { fieldLines.compactMap(Self.field) }

    /// The first field of that name, whatever its case.
    public subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    private var lines: [String] { Self.lines(of: head) }

    /// Split at bytes, as Swift takes CR LF for one character.
    static func lines(of bytes: [UInt8]) -> [String] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { ($0.last == 0x0D ? $0.dropLast() : $0).latin1 }
    }

    static func field(_ line: String) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        return (String(line[..<colon]), String(value))
    }
}

extension RawConnection {
    /// A chunked body without its framing.
    public func readChunkedBody() throws -> (body: [UInt8], trailers: [(name: String, value: String)]) {
        var body: [UInt8] = []
        while true {
            let line = try read(through: "\r\n").dropLast(2).latin1
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else {
                throw RawFailure.malformed("chunk \(line)")
            }
            if size == 0 { break }
            body += try read(exactly: size)
            guard try read(exactly: 2) == [0x0D, 0x0A] else { throw RawFailure.malformed("chunk end") }
        }
        var trailers: [(name: String, value: String)] = []
        while true {
            let line = try read(through: "\r\n").dropLast(2).latin1
            if line.isEmpty { return (body, trailers) }
            if let field = RawMessage.field(line) { trailers.append(field) }
        }
    }

    /// A whole request: head, and the body its fields announce.
    public func readRequest() throws -> RawMessage {
        var request = RawMessage(head: try readHead())
        if request["Transfer-Encoding"]?.lowercased() == "chunked" {
            (request.body, request.trailers) = try readChunkedBody()
        } else if let length = request["Content-Length"].flatMap({ Int($0) }) {
            request.body = try read(exactly: length)
        }
        return request
    }

    /// A whole response: interim ones, head, body by its framing. A body that ends early is returned as far as it came,
    /// with `endedCleanly` false.
    public func readResponse(toHEAD isHead: Bool = false) throws -> RawMessage {
        var response = RawMessage(head: try readHead())
        while (100..<200).contains(response.status), response.status != 101 {
            let interim = response.interim + [response.head]
            response = RawMessage(head: try readHead())
            response.interim = interim
        }
        if isHead || response.status == 204 || response.status == 304 || response.status == 101 { return response }
        do {
            if response["Transfer-Encoding"]?.lowercased() == "chunked" {
                (response.body, response.trailers) = try readChunkedBody()
            } else if let length = response["Content-Length"].flatMap({ Int($0) }) {
                response.body = try read(exactly: length)
            } else {
                response.body = try readToEnd()
            }
        } catch RawFailure.closed(_, let received) {
            response.body += received
            response.endedCleanly = false
        } catch RawFailure.system(call: "recv", errno: _) {
            response.endedCleanly = false
        }
        return response
    }
}
