import Foundation
import Synchronization
import TestSupport
import Testing

extension EndToEnd {
    /// Auto mode and content: what is known is answered, what is not goes upstream as it came and is known the next time.
    @Suite struct `Auto mode with content` {
        let folder: TemporaryFolder
        let origin: RawOrigin
        init() throws {
            folder = try TemporaryFolder()
            origin = try RawOrigin { (connection: RawConnection) in
                connection.patience = 30
                while connection.isReadable(within: 30), let request = try connection.readRequestOrEnd() {
                    let body = "\(request.body.count) live"
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                }
            }
        }

        enum Framing: CaseIterable { case counted, chunked, expecting }

        private static let controls = [
            "X-Mock-Response-Delay: 1", "x-mock-match-request-body: true", "Understudy-Session: ada",
        ]

        /// Sends it as `framing` says; the controls are for Understudy alone.
        private func post(_ path: String, _ body: [UInt8], _ framing: Framing, to port: Int) throws -> RawMessage {
            let client = try RawClient(port: port)
            defer { client.connection.close() }
            var lines = ["POST \(path) HTTP/1.1", "Host: api.example.com", "Content-Type: application/octet-stream"]
            lines += Self.controls
            lines.append(framing == .chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)")
            if framing == .expecting { lines.append("Expect: 100-continue") }
            try client.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
            switch framing {
            case .expecting where !body.isEmpty:
                // Nothing is sent before the server asks for it.
                let interim = RawMessage(head: try client.connection.readHead())
                #expect(interim.status == 100)
                try client.send(body)
            case .counted, .expecting: try client.send(body)
            case .chunked:
                var rest = body[...]
                while !rest.isEmpty {
                    let piece = rest.prefix(100_000)
                    try client.send(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [0x0D, 0x0A])
                    rest = rest.dropFirst(piece.count)
                }
                try client.send("0\r\n\r\n")
            }
            return try client.readResponse()
        }

        /// Any bytes, others for every seed.
        private static func content(_ count: Int, _ seed: UInt8) -> [UInt8] {
            guard count > 10 else { return [UInt8](repeating: seed, count: count) }
            let ends = Array("begin \(seed)\r\n\0".utf8)
            return ends + [UInt8](repeating: 0xFF, count: count - 2 * ends.count) + ends.reversed()
        }

        private static func upstreamRequest(_ bytes: [UInt8]) throws -> RawMessage {
            let end = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8))).upperBound
            return RawMessage(head: Array(bytes[..<end]))
        }

        @Test(.timeLimit(.minutes(1)))
        func `what is unknown goes upstream byte for byte and is known the next time`() throws {
            let proxy = try Understudy(["auto", "http://127.0.0.1:\(origin.port)"], in: folder)
            let sizes = [0, 10, 1 << 20, (1 << 20) + 1, 3 << 20]
            for count in sizes {
                for framing in Framing.allCases { try expectLearning(count, framing, proxy) }
            }
            #expect(try proxy.stop().status == 0)
            for (name, bytes) in try proxy.collections() {
                let text = String(decoding: bytes, as: UTF8.self).lowercased()
                for word in ["x-mock-", "understudy-session"] { #expect(!text.contains(word), "\(name): \(word)") }
            }
            let replay = try Understudy(["replay"], in: folder)
            for count in sizes {
                for framing in Framing.allCases {
                    let answer = try post("/\(count)/\(framing)", Self.content(count, 1), framing, to: replay.port)
                    #expect(answer["Understudy-Result"] == "hit" && answer.body.latin1 == "\(count) live")
                }
            }
        }

        /// Sends a body of a size twice, and another one where there is another.
        private func expectLearning(_ count: Int, _ framing: Framing, _ proxy: Understudy) throws {
            let path = "/\(count)/\(framing)"
            for seed: UInt8 in 1...(count == 0 ? 1 : 2) {
                let body = Self.content(count, seed)
                let before = origin.requests.count
                for isKnown in seed == 1 ? [false, true] : [false] {
                    let answer = try post(path, body, framing, to: proxy.port)
                    #expect(answer.body.latin1 == "\(count) live", "\(path)")
                    #expect(answer["Understudy-Result"] == (isKnown ? "hit" : "recorded"), "\(path)")
                }
                let calls = origin.requests.dropFirst(before)
                #expect(calls.count == 1, "\(path)")
                for bytes in calls {
                    let head = try Self.upstreamRequest(bytes)
                    let names = head.fields.map { $0.name.lowercased() }
                    #expect(names.allSatisfy { !$0.hasPrefix("x-mock-") && !$0.hasPrefix("understudy-") }, "\(names)")
                    #expect(Self.unchunked(Array(bytes.dropFirst(head.head.count)), head) == body, "\(path)")
                }
            }
            // However it is sent, it is the same request.
            for way in Framing.allCases where count == 10 {
                let answer = try post(path, Self.content(count, 1), way, to: proxy.port)
                #expect(answer["Understudy-Result"] == "hit", "\(path) \(way)")
            }
        }

        private static func unchunked(_ body: [UInt8], _ head: RawMessage) -> [UInt8] {
            guard head["Transfer-Encoding"]?.lowercased() == "chunked" else { return body }
            var (rest, out) = (body[...], [UInt8]())
            while let end = rest.firstRange(of: Array("\r\n".utf8)) {
                let count = Int(rest[..<end.lowerBound].latin1, radix: 16) ?? 0
                if count == 0 { break }
                out += rest[end.upperBound...].prefix(count)
                rest = rest[end.upperBound...].dropFirst(count + 2)
            }
            return out
        }

        @Test func `what is known is answered here, whoever else asks upstream`() throws {
            let recording = try Understudy(recording: origin, in: folder)
            let json = ["Content-Type: application/json"]
            for body in [#"{"id":1,"tags":["a"]}"#, #"{"id":2}"#] {
                #expect(try recording.send("POST", "/orders", json, body: body).status == 200)
            }
            #expect(try recording.stop().status == 0)
            let proxy = try Understudy(["auto", "http://127.0.0.1:\(origin.port)"], in: folder)
            let before = origin.requests.count
            for body in [#"{"tags": ["a"], "id": 1.0}"#, #"{ "id": 2 }"#] {
                #expect(try proxy.send("POST", "/orders", json, body: body)["Understudy-Result"] == "hit")
            }
            #expect(origin.requests.count == before)
            let new = #"{"id":3}"#
            #expect(try proxy.send("POST", "/orders", json, body: new)["Understudy-Result"] == "recorded")
            #expect(
                origin.requests.count == before + 1 && origin.requestTexts.last?.hasSuffix("\r\n\r\n\(new)") == true)
            #expect(try proxy.send("POST", "/orders", json, body: new)["Understudy-Result"] == "hit")
        }
    }
}
