import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Curl

/// Pooled connections: kept, noticed when dead, and never the reason for a second delivery nobody allowed.
@Suite struct `Pooled connections` {
    /// Answers the first request of a first connection, and ends that connection without a byte at the second: the state
    /// in which libcurl repeats a request. Later connections answer everything.
    static func dyingOrigin(readsBody: Bool = true) throws -> RawOrigin {
        let count = Mutex(0)
        return try RawOrigin { (connection: RawConnection) in
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            _ = try connection.readRequest()
            try connection.send(.ok("x"))
            if isFirst {
                _ = readsBody ? try connection.readRequest().head : try connection.readHead()
                return connection.reset()
            }
            while connection.isReadable(within: 30) {
                guard try connection.readRequestOrEnd() != nil else { return }
                try connection.send(.ok("y"))
            }
        }
    }

    @Test func `are replaced for a request without a body`() throws {
        let origin = try Self.dyingOrigin()
        let engine = try CurlEngine.forTest()
        _ = try engine.fetch(port: origin.port)
        let headers = [("Host", "h"), ("Authorization", "a"), ("Cookie", "c")]
        let (result, recorder) = try engine.fetch("GET", "/../x", port: origin.port, headers: headers)
        #expect(result.kind == .complete && result.attempts == 2 && result.newConnects == 1)
        #expect(recorder.lines.first == "HTTP/1.1 200 OK")
        #expect(origin.requestTexts.count == 3 && origin.requestTexts[1] == origin.requestTexts[2])
        engine.stop()
    }

    @Test func `are not replaced for a request that must not be repeated`() throws {
        let origin = try Self.dyingOrigin()
        let engine = try CurlEngine.forTest()
        _ = try engine.fetch(port: origin.port)
        let (result, _) = try engine.fetch("POST", port: origin.port, isRepeatable: false)
        #expect(result.kind == .notRepeatable && result.attempts == 2 && !result.wasAnswered)
        #expect(origin.requests.count == 2)
        engine.stop()
    }

    @Test(arguments: [CurlRequest.BodyLength.known(5), .chunked])
    func `are replaced for a body that rewinds, whole`(length: CurlRequest.BodyLength) throws {
        let origin = try Self.dyingOrigin()
        let engine = try CurlEngine.forTest()
        _ = try engine.fetch(port: origin.port)
        let source = Source("hello", piece: 2)
        let (result, _) = try engine.fetch("POST", port: origin.port, body: length, source: source)
        #expect(result.kind == .complete && result.attempts == 2, "\(result)")
        #expect(source.script.withLock { $0.rewindCount } == 1)
        #expect(origin.requests.count == 3 && origin.requests[1] == origin.requests[2])
        engine.stop()
    }

    @Test(arguments: [CurlRequest.BodyLength.known(5), .chunked], [true, false])
    func `are not replaced for a body that does not`(length: CurlRequest.BodyLength, readsBody: Bool) throws {
        let origin = try Self.dyingOrigin(readsBody: readsBody)
        let engine = try CurlEngine.forTest()
        _ = try engine.fetch(port: origin.port)
        let source = Source("hello", canRewind: false)
        let (result, _) = try engine.fetch("POST", port: origin.port, body: length, source: source)
        // The origin cuts at a moment of its own. Before libcurl had asked for the body there is nothing to rewind: then
        // it may go out, whole. In between, the write itself fails. In no case does a part go out twice.
        if !readsBody {
            if result.kind == .complete {
                #expect(origin.requestTexts.last?.contains("hello") == true, "\(origin.requestTexts)")
            } else {
                #expect([.notRepeatable, .connectionClosed].contains(result.kind), "\(result)")
                #expect(origin.requests.count == 2)
            }
            return engine.stop()
        }
        #expect(result.kind == .notRepeatable, "\(result)")
        #expect(result.wasBodyRead)
        #expect(origin.requests.count == 2)
        engine.stop()
    }

    /// 60 requests to an origin that closes its connection a moment after each answer.
    @Test func `that were closed while idle cost no request`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send(.ok("x"))
        }
        let engine = try CurlEngine.forTest()
        for index in 0..<60 {
            let (result, _) =
                index.isMultiple(of: 2)
                ? try engine.fetch(port: origin.port)
                : try engine.fetch("POST", port: origin.port, body: .known(5), source: Source("hello"))
            #expect(result.kind == .complete, "\(result)")
        }
        engine.stop()
    }

    @Test func `with bytes behind the answer are dropped`() throws {
        let count = Mutex(0)
        let origin = try RawOrigin { _ in
            let index = count.withLock { count in
                count += 1
                return count
            }
            return .ok("\(index)") + (index == 1 ? "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil" : "")
        }
        let engine = try CurlEngine.forTest()
        #expect(try engine.fetch(port: origin.port).recorder.text == "1")
        #expect(try engine.fetch(port: origin.port).recorder.text == "2")
        engine.stop()
    }

    /// The same, but the bytes come while the connection lies in the pool. libcurl sees that something is there to read
    /// and takes it for a sign of life, and the bytes for the next answer.
    @Test func `that speak unasked are dropped`() throws {
        let hasSpoken = Mutex(false)
        let count = Mutex(0)
        let origin = try RawOrigin { (connection: RawConnection) in
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            _ = try connection.readRequest()
            try connection.send(.ok(isFirst ? "1" : "2"))
            guard isFirst else { return }
            _ = connection.isReadable(within: 0.1)
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
            hasSpoken.withLock { $0 = true }
            try connection.waitForPeerToClose()
        }
        let engine = try CurlEngine.forTest()
        #expect(try engine.fetch(port: origin.port).recorder.text == "1")
        #expect(eventually { hasSpoken.withLock { $0 } })
        #expect(eventually { origin.openConnectionCount == 0 }, "the connection is given up")
        #expect(try engine.fetch("POST", port: origin.port, isRepeatable: false).recorder.text == "2")
        engine.stop()
    }

    /// Descriptor numbers come back with another meaning: every second origin closes, so numbers are reused at once.
    @Test(arguments: [false, true])
    func `survive reused descriptor numbers`(poll: Bool) throws {
        let closing = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nc")
        }
        let keeping = try RawOrigin { _ in .ok("k") }
        let other = try RawOrigin { _ in .ok("o") }
        let engine = try CurlEngine.forTest(poll: poll)
        for _ in 0..<100 {
            #expect(try engine.fetch(port: closing.port).recorder.text == "c")
            #expect(try engine.fetch(port: keeping.port).recorder.text == "k")
            #expect(try engine.fetch(port: closing.port).recorder.text == "c")
            #expect(try engine.fetch(port: other.port).recorder.text == "o")
        }
        #expect(keeping.connectionCount == 1 && other.connectionCount == 1)
        engine.stop()
    }

    @Test(arguments: [false, true])
    func `serve 256 at a time, each with its own answer`(poll: Bool) throws {
        let origin = try RawOrigin { request in .ok(String(request.startLine.split(separator: " ")[1])) }
        let engine = try CurlEngine.forTest(poll: poll)
        for round in 0..<4 {
            let sinks = (0..<256).map { _ in Recorder() }
            for (index, sink) in sinks.enumerated() {
                engine.start(.to(port: origin.port, "GET", "/\(round)/\(index)"), sink: sink)
            }
            for (index, sink) in sinks.enumerated() {
                #expect(try sink.result().kind == .complete)
                #expect(sink.text == "/\(round)/\(index)")
            }
        }
        #expect(origin.connectionCount <= 64, "the limit per host")
        engine.stop()
        #expect(eventually { origin.openConnectionCount == 0 })
    }

    @Test func `and handles serve changing options`() throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        let engine = try CurlEngine.forTest()
        for index in 0..<6 {
            let options = CurlOptions(resolve: ["name\(index).invalid:\(origin.port):127.0.0.1"])
            var request = CurlRequest.to(port: 1, options: options)
            request.origin = "http://name\(index).invalid:\(origin.port)/"
            let sink = Recorder()
            engine.start(request, sink: sink)
            #expect(try sink.result().kind == .complete)
            #expect(sink.current.result?.primaryAddress == "127.0.0.1")
            #expect(sink.current.result?.primaryPort == origin.port)
        }
        engine.stop()
    }

    @Test func `turn ends are told once per turn, after its events`() throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        let sink = Recorder()
        let turns = Mutex<[Int]>([])
        let engine = try CurlEngine { turns.withLock { $0.append(sink.current.finishedCount) } }
        engine.start(.to(port: origin.port), sink: sink)
        _ = try sink.result()
        engine.stop()
        let seen = turns.withLock { $0 }
        #expect(seen.last == 1 && seen.count <= 3, "\(seen)")
    }
}
