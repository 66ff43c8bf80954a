import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// C46: an answer that the upstream cuts is cut for the client, and is nothing to replay.
@Suite(.serialized) struct `C: cut responses` {
    enum End: CaseIterable, Sendable { case fin, reset }

    /// Where a cut can fall: fields, what came of the body, and what of it is content.
    struct Place: Sendable, CustomStringConvertible {
        let name: String
        let field: String
        let sent: String
        let content: String
        /// Without a length an orderly end is the body's end, and no cut.
        var ends = End.allCases
        var description: String { name }

        static func sized(_ name: String, _ content: String) -> Place {
            Place(name: "sized, \(name)", field: "Content-Length: 5\r\n", sent: content, content: content)
        }

        static func chunked(_ sent: String, _ content: String) -> Place {
            Place(
                name: "chunked, behind \(sent.debugDescription)", field: "Transfer-Encoding: chunked\r\n", sent: sent,
                content: content)
        }

        static func untilClose(_ name: String, _ content: String) -> Place {
            Place(name: "until close, \(name)", field: "", sent: content, content: content, ends: [.reset])
        }
    }

    static let places: [Place] = [
        .sized("behind the head", ""), .sized("inside", "h"), .sized("before the last byte", "hell"),
        .chunked("", ""), .chunked("5", ""), .chunked("5\r", ""), .chunked("5\r\n", ""), .chunked("5\r\nhel", "hel"),
        .chunked("5\r\nhello", "hello"), .chunked("5\r\nhello\r", "hello"), .chunked("5\r\nhello\r\n", "hello"),
        .chunked("5\r\nhello\r\n0", "hello"), .chunked("5\r\nhello\r\n0\r\n", "hello"),
        .chunked("5\r\nhello\r\n0\r\nSum: 1", "hello"), .chunked("5\r\nhello\r\n0\r\nSum: 1\r\n", "hello"),
        .untilClose("behind the head", ""),
        .untilClose("inside", "hello"),
    ]

    @Test(arguments: [Mode.record, .auto], End.allCases)
    func `C46 at every place`(mode: Mode, end: End) async throws {
        let places = Self.places.filter { $0.ends.contains(end) }
        let origin = try RawOrigin { (connection: RawConnection) in
            let place = places[Int(try connection.readRequest()["X-Number"] ?? "") ?? 0]
            try connection.send("HTTP/1.1 200 OK\r\n\(place.field)\r\n\(place.sent)")
            if end == .reset { connection.reset() }
        }
        try await Proxy.run(to: origin, { $0.mode = mode }) { proxy in
            for (number, place) in places.enumerated() {
                for attempt in 0..<2 {
                    // A POST, so that libcurl makes no second attempt of its own.
                    let response = try proxy.exchange(.post("x", "X-Number: \(number)\r\n"))
                    #expect(response.status == 200 && !response.endedCleanly, "\(place)")
                    #expect(place.content.hasPrefix(response.text.filter(\.isLetter)), "\(place): \(response.text)")
                    let entry = try proxy.recorder.entry(2 * number + attempt)
                    #expect(entry.failure == .responseIncomplete, "\(place): \(entry.exchange.failure?.detail ?? "")")
                    #expect(entry.responseText == place.content, "\(place)")
                    #expect(!entry.savesExample && !entry.exchange.isReplayable, "\(place)")
                }
                #expect(origin.requests.count == 2 * number + 2, "nothing was kept that could answer the second")
            }
            try await proxy.replayWhatWasRecorded()
            #expect(try proxy.exchange(.post("x", "X-Number: 0\r\n")).status == 404)
        }
    }

    /// Of chunks libcurl does not miss the last line feed; behind the last CR nothing can be lost.
    @Test(arguments: ["\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r"])
    func `C46 a body without a length that ends in order is whole`(rest: String) async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\n" + rest)
        }
        try await Proxy.run(to: origin) { proxy in
            let response = try proxy.get()
            #expect(response.text == "hello" && response.endedCleanly)
            #expect(try proxy.recorder.entry().savesExample)
        }
    }

    @Test(arguments: ["Content-Length: 100000", "Transfer-Encoding: chunked"], End.allCases)
    func `C46 a response cut by the upstream is cut for the client`(framing: String, end: End) async throws {
        let mayEnd = Atomic(false)
        let half = String(repeating: "x", count: 50_000)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            let body = framing.contains("chunked") ? "c350\r\n\(half)\r\n" : half
            try connection.send("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n\(body)")
            _ = eventually(within: 10) { mayEnd.load(ordering: .relaxed) }
            if end == .reset { connection.reset() }
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            _ = try client.connection.read(through: String(half.prefix(40_000)))
            mayEnd.store(true, ordering: .relaxed)
            let rest = try client.connection.readToEnd().latin1
            #expect(rest == String(repeating: "x", count: 10_000) + (framing.contains("chunked") ? "\r\n" : ""))
            let entry = try proxy.recorder.entry()
            #expect(entry.failure == .responseIncomplete)
            #expect(entry.exchange.response?.body.byteCount == 50_000)
            #expect(!entry.savesExample && !entry.exchange.isReplayable)
        }
    }

    @Test(arguments: End.allCases)
    func `C46 a client of HTTP 1.0 sees a reset, as an end would look whole`(end: End) async throws {
        let mayEnd = Atomic(false)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            _ = eventually(within: 10) { mayEnd.load(ordering: .relaxed) }
            if end == .reset { connection.reset() }
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send("GET / HTTP/1.0\r\n\r\n")
            _ = try client.connection.read(through: "hello")
            mayEnd.store(true, ordering: .relaxed)
            #expect(throws: RawFailure.self) { try client.connection.readToEnd() }
        }
    }

    @Test(arguments: [
        "5\r\nhel", "g\r\nhello\r\n", "-5\r\nhello\r\n", "ffffffffffffffffff\r\nhello", "5\r\nhelloXX0\r\n\r\n",
        "\r\nhello\r\n0\r\n\r\n", "0\r\nX: a\0b\r\n\r\n", "0\r\nX: a\rb\r\n\r\n", "0\r\n X: y\r\n\r\n",
        "0\r\nX\r\n\r\n",
    ])
    func `C46 chunks that are none`(body: String) async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n\(body)")
            connection.halfClose()
            try connection.waitForPeerToClose()
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            let response = try client.readResponse()
            #expect(response.status == 200 && !response.endedCleanly)
            let entry = try proxy.recorder.entry()
            #expect(entry.failure != nil && !entry.savesExample)
        }
    }
}
