import Foundation
import GRDB
import TestSupport
import Testing

extension EndToEnd {
    /// B35, B36 and C46 of the reliability cases, through the files: content is bytes, and what is cut is no recording.
    @Suite struct `Content through the files` {
        let folder: TemporaryFolder
        init() throws { folder = try TemporaryFolder() }

        private static func decoded(_ base64: String) -> String { Array(Data(base64Encoded: base64) ?? Data()).latin1 }

        private static let gzip = decoded(
            "H4sIAAAAAAACA6tWykvMTVWyUnJMSVTSUcpTsjLUM9BRysksLlGyijbUMdIxjq0FABVG2vglAAAA")
        private static let deflate = decoded("eJyrVspLzE1VslJyTElU0lHKU7Iy1DPQUcrJLC5Rsoo21DHSMY6tBQDDUgoV")

        private struct Content {
            var name: String
            var coding: String?
            /// Latin-1.
            var bytes: String

            var lines: String {
                "Content-Type: application/json\r\n" + (coding.map { "Content-Encoding: \($0)\r\n" } ?? "")
                    + "Content-Length: \(bytes.unicodeScalars.count)\r\n"
            }
        }

        private static let contents =
            [
                Content(name: "gzip", coding: "gzip", bytes: gzip),
                Content(name: "gzip in two members", coding: "gzip", bytes: gzip + gzip),
                Content(name: "gzip, broken", coding: "gzip", bytes: gzip.replacingOccurrences(of: "A", with: "B")),
                Content(name: "gzip, cut", coding: "gzip", bytes: String(gzip.prefix(20))),
                Content(name: "text that says it is gzip", coding: "gzip", bytes: "{\"a\":1}"),
                Content(name: "gzip that says it is br", coding: "br", bytes: gzip),
                Content(name: "deflate", coding: "deflate", bytes: deflate),
                Content(name: "an unheard-of coding", coding: "rot13", bytes: "{\"n\":1}"),
                Content(
                    name: "bytes that say they are zstd", coding: "zstd", bytes: (0...255).map { UInt8($0) }.latin1),
            ]
            + [
                "\u{EF}\u{BB}\u{BF}{\"a\":1}", "{\"a\": 1.0 ,\"b\":-0}", "[1E400,-1E400]", "{\"a\":1,\"a\":2,\"a\":1}",
                "{\"id\":12345678901234567890}", "{\"a\":\"\u{FF}\u{FE}\u{C3}\u{28}\"}", "{\"a\":\"\\ud800\"}",
                "{\"\\u0061\":\"\\/\"}", " \r\n\t{ \"a\" :\r\n1 }\n\n", "{\"a\":", "\u{FF}\u{FE}{\0}\0", "1.0", "",
            ].map { Content(name: $0, bytes: $0) }

        @Test func `B35, B36 is the same live, in the history and in replay`() throws {
            let contents = Self.contents
            let origin = try RawOrigin { (request: RawMessage) in
                let content = contents[Int(request.startLine.split(separator: " ")[1].dropFirst()) ?? 0]
                return "HTTP/1.1 200 OK\r\n\(content.lines)\r\n\(content.bytes)"
            }
            let requests = contents.enumerated().map { number, content in
                "POST /\(number) HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip, br, zstd, deflate\r\n\(content.lines)\r\n"
                    + content.bytes
            }
            let proxy = try Understudy(recording: origin, in: folder)
            let live = try requests.map { try RawClient.exchange(port: proxy.port, $0) }
            #expect(live.map { $0.body.latin1 } == contents.map(\.bytes))
            #expect(try proxy.stop().status == 0)
            for side in ["request", "response"] {
                let kept = try proxy.history.read { db in
                    try Data?.fetchAll(db, sql: "SELECT \(HistoryFile.body(side)) FROM exchange ORDER BY id")
                }
                #expect(kept.map { Array($0 ?? Data()).latin1 } == contents.map(\.bytes), "\(side)")
            }
            let replay = try Understudy(["replay"], in: folder)
            for (number, content) in contents.enumerated() {
                let replayed = try RawClient.exchange(port: replay.port, requests[number])
                #expect(LiveComparison.differences(live: live[number], replayed: replayed) == [], "\(content.name)")
            }
            #expect(origin.requests.count == contents.count)
        }

        /// Where the upstream cuts: what of the answer is sent before. Without a length only a reset is a cut.
        private static let cuts: [(rest: String, resets: Bool)] = [
            ("Content-Length: 5\r\n\r\n", false), ("Content-Length: 5\r\n\r\nhell", false),
            ("Content-Length: 5\r\n\r\nhell", true), ("Transfer-Encoding: chunked\r\n\r\n5\r\nhel", false),
            ("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", false),
            ("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", true), ("\r\nhello", true),
        ]

        @Test(arguments: ["record", "auto"]) func `C46 what is cut is in the history and nowhere else`(mode: String)
            throws
        {
            let cuts = Self.cuts
            let origin = try RawOrigin { (connection: RawConnection) in
                let target = try connection.readRequest().startLine.split(separator: " ")[1]
                guard let number = Int(target.dropFirst()) else {
                    return try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole")
                }
                try connection.send("HTTP/1.1 200 OK\r\n" + cuts[number].rest)
                if cuts[number].resets { connection.reset() }
            }
            let proxy = try Understudy([mode, "http://127.0.0.1:\(origin.port)"], in: folder)
            #expect(try proxy.get("/whole").endedCleanly)
            for number in cuts.indices { #expect(try proxy.send("POST", "/\(number)").endedCleanly == false) }
            let stopped = try proxy.stop()
            #expect(stopped.summary?.failures == cuts.count)
            #expect(try proxy.history.count("failure = 'http_response_incomplete'") == cuts.count)
            #expect(try proxy.exampleDocuments().count == 1)
            let replay = try Understudy(["replay"], in: folder)
            #expect(try replay.get("/whole").body.latin1 == "whole")
            for number in cuts.indices { #expect(try replay.send("POST", "/\(number)").status == 404) }
        }
    }
}
