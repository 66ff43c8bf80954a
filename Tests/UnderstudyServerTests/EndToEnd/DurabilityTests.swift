import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Durable before done: a client that has a whole response can find it in the history.
@Suite(.serialized) struct `The end of a response waits for the recorder` {
    /// What the upstream sends first, what it sends last, and what of it the client may have before the commit.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let first: String
        let last: String
        let held: String
        var testDescription: String { name }
    }

    static let large = String(repeating: "x", count: 2_000_000)
    static let rows = [
        Row(name: "counted", first: .ok("hello").replacing("hello", with: "hel"), last: "lo", held: "lo"),
        Row(
            name: "counted and large", first: "HTTP/1.1 200 OK\r\nContent-Length: 2000002\r\n\r\n" + large, last: "yz",
            held: "yz"),
        Row(
            name: "chunked", first: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            last: "0\r\nT: 1\r\n\r\n",
            held: "0\r\nT: 1\r\n\r\n"),
        Row(name: "nothing counted", first: .ok(""), last: "", held: .ok("")),
        Row(
            name: "no content", first: "HTTP/1.1 204 No Content\r\n\r\n", last: "",
            held: "HTTP/1.1 204 No Content\r\n\r\n"),
        Row(
            name: "not modified", first: "HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n", last: "",
            held: "HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n"),
    ]

    @Test(arguments: rows)
    func `everything but the bytes that complete it comes at once`(row: Row) async throws {
        let mayEnd = Atomic(false)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send(row.first)
            if !row.last.isEmpty { _ = eventually(within: 10) { mayEnd.load(ordering: .relaxed) } }
            try connection.send(row.last)
            try connection.waitForPeerToClose()
        }
        try await Proxy.run(to: origin) { proxy in
            proxy.recorder.withhold()
            let client = try proxy.client()
            try client.send(.get())
            let early = row.last.isEmpty ? "" : row.first
            if !early.isEmpty { #expect(try client.connection.read(exactly: early.utf8.count).latin1 == early) }
            mayEnd.store(true, ordering: .relaxed)
            #expect(try proxy.recorder.entry().savesExample)
            #expect(!client.connection.isReadable(within: 0.3), "not before the commit")
            proxy.recorder.commit()
            #expect(try client.connection.read(exactly: row.held.utf8.count).latin1 == row.held)
        }
    }

    @Test(arguments: [String.ok("hello"), "HTTP/1.1 204 No Content\r\n\r\n"])
    func `an answer that comes before the upload's end has no end before that`(answer: String) async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send(answer)
            _ = try connection.read(exactly: 10)
            try connection.waitForPeerToClose()
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234")
            #expect(!client.connection.isReadable(within: 0.3))
            #expect(proxy.recorder.entries.isEmpty)
            try client.send("56789")
            #expect(try client.connection.read(exactly: answer.utf8.count).latin1 == answer)
            #expect(try proxy.recorder.entry().requestText == "0123456789")
        }
    }

    @Test func `a failure is told after it was recorded, too`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in _ = try connection.readRequest() }
        try await Proxy.run(to: origin) { proxy in
            proxy.recorder.withhold()
            let client = try proxy.client()
            try client.send(.get())
            _ = try proxy.recorder.entry()
            #expect(!client.connection.isReadable(within: 0.3))
            proxy.recorder.commit()
            #expect(try client.readResponse().status == 502)
        }
    }

    @Test(arguments: [Mode.proxy, .spy])
    func `modes that promise nothing do not wait`(mode: Mode) async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin, { $0.mode = mode }) { proxy in
            proxy.recorder.withhold()
            let response = try proxy.get()
            #expect(response.text == "x")
            #expect(try proxy.recorder.entry().savesExample == false)
        }
    }

    @Test func `a client that leaves before the commit is forgotten`() async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin) { proxy in
            proxy.recorder.withhold()
            let client = try proxy.client()
            try client.send(.get())
            #expect(try proxy.recorder.entry().failure == nil)
            client.connection.reset()
            #expect(try await comesTrue { try await proxy.server.connectionCount == 0 })
            proxy.recorder.commit()
            #expect(try proxy.get().text == "x")
        }
    }
}
