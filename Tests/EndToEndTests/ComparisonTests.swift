import TestSupport
import Testing

extension EndToEnd {
    /// The measure that the recordings of real servers are held to.
    @Suite struct `Comparison of live and replayed` {
        private static let live = """
            HTTP/1.1 200 OK\r\nDate: Mon\r\nX-A: 1\r\nX-A: 2\r\nSet-Cookie: s=abc; Path=/\r\nConnection: close\r\n\
            Content-Length: 4\r\n\r\n
            """

        @Test(arguments: [
            ("", "", "body", 0),
            ("Connection: close\r\n", "", "body", 0),
            ("Content-Length: 4\r\n", "Content-Length: 4\r\nUnderstudy-Result: hit\r\n", "body", 0),
            ("s=abc", "s=REDACTED-0123456789ab", "body", 0),
            ("s=abc", "s=abd", "body", 1),
            ("s=abc; Path=/", "REDACTED-0123456789ab", "body", 0),
            ("Content-Length: 4", "Content-Length: 22", "REDACTED-0123456789aby", 0),
            ("200 OK", "200 Ok", "body", 1),
            ("Date: Mon", "Date: Tue", "body", 1),
            ("X-A: 1\r\nX-A: 2", "X-A: 2\r\nX-A: 1", "body", 1),
            ("X-A: 2\r\n", "", "body", 1),
            ("X-A: 2", "x-a: 2", "body", 1),
            ("", "", "bodY", 1),
            ("", "", "body2", 1),
            ("Content-Length: 4", "Content-Length: 5", "body", 1),
        ])
        func `notices what differs`(old: String, new: String, body: String, count: Int) {
            var live = RawMessage(head: Self.live.latin1Bytes)
            live.body = Array("body".utf8)
            let head = old.isEmpty ? Self.live : Self.live.replacing(old, with: new)
            var replayed = RawMessage(head: head.latin1Bytes)
            replayed.body = Array(body.utf8)
            #expect(LiveComparison.differences(live: live, replayed: replayed).count == count)
        }
    }
}
