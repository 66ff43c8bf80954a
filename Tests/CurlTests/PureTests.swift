import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Curl

@Suite struct `Trust from the environment` {
    /// The curl tool's order, in `tool_operate.c` since 7.84.
    @Test(arguments: [
        ([:], nil, nil), (["CURL_CA_BUNDLE": "b"], "b", nil), (["SSL_CERT_FILE": "f"], "f", nil),
        (["SSL_CERT_DIR": "d"], nil, "d"), (["SSL_CERT_DIR": "d", "SSL_CERT_FILE": "f"], "f", "d"),
        (["CURL_CA_BUNDLE": "b", "SSL_CERT_DIR": "d", "SSL_CERT_FILE": "f"], "b", nil),
        (["CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "f", "SSL_CERT_DIR": ""], "f", nil),
    ])
    func `follows curl`(environment: [String: String], caFile: String?, caPath: String?) {
        let trust = CurlOptions.trustFromEnvironment(environment)
        #expect(trust.caFile == caFile)
        #expect(trust.caPath == caPath)
    }
}

@Suite struct `No proxy` {
    @Test(arguments: [
        ("http://a.example/", "", false), ("http://a.example/", "*", true), ("http://a.example/", "example", true),
        ("http://a.example:81/", ".example", true), ("http://aexample/", "example", false),
        ("http://A.Example/", "b, a.EXAMPLE", true), ("http://a.example./", "a.example", true),
        ("http://a.example/", "b.a.example", false), ("http://127.0.0.1:9/", "127.0.0.1", true),
        ("http://127.0.0.1/", "127.0.0.0/8", true), ("http://128.0.0.1/", "127.0.0.0/8", false),
        ("http://10.1.2.3/", "10.1.2.0/30", true), ("http://10.1.2.4/", "10.1.2.0/30", false),
        ("http://10.1.2.4/", "10.1.2.0/33", false), ("http://[::1]:80/", "::1", true), ("http://[::1]/", "[::1]", true),
        ("http://[fe80::1]/", "fe80::/10", true), ("http://[::1]/", "127.0.0.1", false),
        ("http://7.0.0.1/", "0.0.1", false),
    ])
    func `lists hosts as curl does`(origin: String, list: String, isMatch: Bool) {
        #expect(NoProxy.matches(origin: origin, list: list) == isMatch)
    }
}

@Suite struct `Header lines` {
    @Test func `are flat, and note what matters`() {
        var lines = CurlHeaderLines()
        lines.append(name: "A", value: "b")
        lines.append(name: "E", value: " \t")
        #expect(lines.bytes == Array("A: b\0E;\0".utf8) && lines.count == 2 && lines.isValid)
        #expect(!lines.hasHost && !lines.expectsContinue)
        lines.append(name: "hOST", value: "x")
        lines.append(name: "EXPECT", value: "100-Continue")
        #expect(lines.hasHost && lines.expectsContinue && lines.isValid)
        lines.append(name: "X", value: "a\nb")
        #expect(!lines.isValid && lines.count == 4)
    }
}

@Suite struct `Durations` {
    @Test(
        arguments: [
            (Duration.seconds(10), 10_000), (.milliseconds(1), 1), (.microseconds(1), 1), (.zero, 0),
            (.seconds(1.5), 1500),
            (.seconds(Int64.max), Int64.max / 4),
        ] as [(Duration, Int64)])
    func `become milliseconds`(duration: Duration, milliseconds: Int64) {
        #expect(duration.milliseconds == milliseconds)
    }
}

@Suite struct `Socket sets` {
    static func all() throws -> [any SocketSet] {
        #if os(Linux)
            [try PollSocketSet(), try EpollSocketSet()]
        #else
            [try PollSocketSet()]
        #endif
    }

    @Test func `report readiness, follow changes and wake up`() throws {
        for set in try Self.all() {
            var ends: [Int32] = [-1, -1]
            #expect(pipe(&ends) == 0)
            var events: [SocketEvent] = []
            set.wait(milliseconds: 0, events: &events)
            #expect(events.isEmpty)
            #expect(set.update(ends[0], from: [], to: .read))
            #expect(set.update(ends[1], from: [], to: .write))
            set.wait(milliseconds: 1000, events: &events)
            #expect(events.map(\.descriptor) == [ends[1]] && events[0].happened == .write)
            #expect(write(ends[1], "x", 1) == 1)
            #expect(set.update(ends[1], from: .write, to: []))
            set.wait(milliseconds: 1000, events: &events)
            #expect(events.map(\.descriptor) == [ends[0]] && events[0].happened == .read)
            close(ends[1])
            var byte: UInt8 = 0
            #expect(read(ends[0], &byte, 1) == 1)
            set.wait(milliseconds: 1000, events: &events)
            #expect(events.first?.happened.contains(.failure) == true, "the hang-up")
            #expect(set.update(ends[0], from: .read, to: []))
            #expect(!set.update(ends[0], from: .read, to: []))
            close(ends[0])

            let waker = set.waker
            Thread.detachNewThread { waker.wake() }
            let start = Date()
            set.wait(milliseconds: 5000, events: &events)
            #expect(events.isEmpty && Date().timeIntervalSince(start) < 3)
            set.wait(milliseconds: 50, events: &events)
            #expect(Date().timeIntervalSince(start) > 0.04, "one wake-up ends one wait")
        }
    }

    @Test func `believe the kernel about a number that changed its meaning`() throws {
        for set in try Self.all() {
            var ends: [Int32] = [-1, -1]
            #expect(pipe(&ends) == 0)
            #expect(set.update(ends[0], from: .write, to: .read), "said to be watched, but is not")
            #expect(write(ends[1], "x", 1) == 1)
            var events: [SocketEvent] = []
            set.wait(milliseconds: 1000, events: &events)
            #expect(events.map(\.descriptor) == [ends[0]])
            #expect(set.update(ends[0], from: [], to: .read), "said not to be watched, but is")
            close(ends[0])
            close(ends[1])
        }
    }
}

@Suite struct `Mailboxes` {
    @Test func `wake a sleeping thread once, and refuse when closed`() throws {
        let set = try PollSocketSet()
        let box = Mailbox(waker: set.waker)
        var events: [SocketEvent] = []
        func wasWoken() -> Bool {
            var entry = pollfd(fd: set.waker.readEnd, events: Int16(POLLIN), revents: 0)
            defer { set.wait(milliseconds: 0, events: &events) }
            return poll(&entry, 1, 0) == 1
        }
        #expect(box.post(.stop) && !wasWoken(), "nobody sleeps")
        #expect(!box.mayBlock(), "there is mail")
        var mail: [Mailbox.Message] = []
        box.take(into: &mail)
        #expect(mail.count == 1)
        #expect(box.mayBlock())
        #expect(box.post(.stop) && wasWoken())
        #expect(box.post(.stop) && !wasWoken())
        #expect(box.close().count == 2)
        #expect(!box.post(.stop))
    }
}

@Suite struct `One blocking request` {
    @Test func `returns status and body`() throws {
        let origin = try RawOrigin { request in
            "HTTP/1.1 404 No\r\nContent-Length: \(request.body.count)\r\n\r\n\(request.body.latin1)"
        }
        let url = "http://127.0.0.1:\(origin.port)/a?b"
        let answer = try CurlOnce.perform(
            method: "PUT", url: url, headers: [("X", "y"), ("Content-Type", "a/b")], body: Array("a\u{0}b".utf8),
            timeout: .seconds(5))
        #expect(answer.status == 404)
        #expect(answer.body == Array("a\u{0}b".utf8))
        #expect(try CurlOnce.perform(method: "GET", url: url, timeout: .seconds(5)).body.isEmpty)
        #expect(try CurlOnce.perform(method: "HEAD", url: url, timeout: .seconds(5)).status == 404)
        #expect(
            origin.requestTexts == [
                "PUT /a?b HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\nX: y\r\nContent-Type: a/b\r\nContent-Length: 3\r\n\r\na\u{0}b",
                "GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\n\r\n",
                "HEAD /a?b HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\n\r\n",
            ])
    }

    @Test func `throws when nobody answers, in time or at all`() throws {
        let silent = try RawOrigin { (connection: RawConnection) in try connection.waitForPeerToClose() }
        #expect(throws: CurlError.self) {
            try CurlOnce.perform(method: "GET", url: "http://127.0.0.1:\(silent.port)/", timeout: .milliseconds(100))
        }
        silent.stop()
        let error = #expect(throws: CurlError.self) {
            try CurlOnce.perform(method: "GET", url: "http://127.0.0.1:\(silent.port)/", timeout: .seconds(5))
        }
        #expect(error?.code == 7)
    }

    @Test func `refuses more than its limit`() throws {
        let origin = try RawOrigin(responses: [.ok("0123456789")])
        let url = "http://127.0.0.1:\(origin.port)/"
        #expect(try CurlOnce.perform(method: "GET", url: url, timeout: .seconds(5), limit: 10).body.count == 10)
        let error = #expect(throws: CurlError.self) {
            try CurlOnce.perform(method: "GET", url: url, timeout: .seconds(5), limit: 9)
        }
        #expect(error?.code == 23)
    }
}
