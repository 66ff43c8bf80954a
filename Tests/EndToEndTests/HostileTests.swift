import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Requests made to stall, blow up or confuse the matcher: each gets the right verdict in bounded time and memory, and
    /// the server goes on.
    @Suite struct `Hostile requests` {
        /// Two requests for one recorded one: `same` has to be found equal to it, `other` not.
        private struct Pair {
            var name: String
            var target: [UInt8]
            var fields: [String]
            var recorded: [UInt8]
            var same: [UInt8]
            var other: [UInt8]
            /// Where the difference is not in the body.
            var otherTarget: [UInt8]?

            static func json(_ name: String, _ recorded: String, same: String? = nil, other: String) -> Pair {
                Pair(
                    name: name, target: Array("/\(name)".utf8), fields: ["Content-Type: application/json"],
                    recorded: Array(recorded.utf8), same: Array((same ?? recorded).utf8), other: Array(other.utf8))
            }

            static func typed(_ name: String, _ type: String, _ recorded: [UInt8], other: [UInt8]) -> Pair {
                Pair(
                    name: name, target: Array("/\(name)".utf8), fields: ["Content-Type: \(type)"], recorded: recorded,
                    same: recorded, other: other)
            }

            static func target(_ name: String, _ target: String, other: String) -> Pair {
                Pair(
                    name: name, target: Array("/\(name)\(target)".utf8), fields: [], recorded: [], same: [], other: [],
                    otherTarget: Array("/\(name)\(other)".utf8))
            }
        }

        private static func nested(_ open: String, _ depth: Int, _ inner: String, _ close: String) -> String {
            String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)
        }

        private static func pairs() throws -> [Pair] {
            let deep = 100_000
            let letters = (0..<30_000).map { String(UnicodeScalar(UInt8(97 + $0 % 26))) }
            let bomb = try bomb()
            return [
                .json("brackets", nested("[", deep, "", "]"), other: nested("[", deep - 1, "", "]")),
                .json("open-brackets", nested("[", deep, "", ""), other: nested("[", deep - 1, "", "")),
                .json(
                    "objects", nested(#"{"a":"#, deep, "1", "}"), other: nested(#"{"a":"#, deep, "2", "}")),
                .json("keys", #"{"a":1,"b":0,"a":2}"#, same: #"{ "a":1,"b":0,"a":2 }"#, other: #"{"a":3,"b":0,"a":4}"#),
                .json(
                    "digits", "[12345678901234567890]", same: "[ 12345678901234567890.0 ]",
                    other: "[12345678901234567891]"),
                .json("exponent", #"{"n":1E400}"#, same: #"{"n":1e400}"#, other: #"{"n":1E401}"#),
                .json(
                    "exponents", #"{"n":1E999999999999999999999}"#, same: #"{"n":1e999999999999999999999}"#,
                    other: #"{"n":1E999999999999999999998}"#),
                .typed(
                    "xml", "application/xml", Array(nested("<a>", deep, "x", "</a>").utf8),
                    other: Array(nested("<a>", deep, "y", "</a>").utf8)),
                .typed(
                    "open-xml", "application/xml", Array(nested("<a>", deep, "", "").utf8),
                    other: Array(nested("<a>", deep - 1, "", "").utf8)),
                .typed(
                    "entities", "application/xml",
                    Array("<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\">]><a>&c;</a>".utf8),
                    other: Array("<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\">]><a>&b;</a>".utf8)),
                .typed("text", "text/plain", [0x61, 0xFF, 0xFE, 0xC3, 0x28], other: [0x61, 0xFF, 0xFE, 0xC3, 0x29]),
                .typed(
                    "json-text", "application/json", Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8),
                    other: Array(#"{"a":""#.utf8) + [0xFE] + Array(#""}"#.utf8)),
                .typed(
                    "form", "application/x-www-form-urlencoded", Array("a=%FF&b=".utf8) + [0xC3],
                    other: Array("a=%FE&b=".utf8) + [0xC3]),
                .typed(
                    "fields", "application/x-www-form-urlencoded", Array(letters.joined(separator: "&").utf8),
                    other: Array((letters.dropLast() + ["0"]).joined(separator: "&").utf8)),
                .target(
                    "query", "?" + letters.joined(separator: "&"),
                    other: "?" + (letters.dropLast() + ["0"]).joined(separator: "&")),
                .target("query-bytes", "?a=%FF%C3%28&%FE=1", other: "?a=%FE%C3%28&%FE=1"),
                .target("path/%FF%C3%28", "", other: "/%FE%C3%28"),
                Pair(
                    name: "bomb", target: Array("/bomb".utf8),
                    fields: ["Content-Type: application/json", "Content-Encoding: gzip"], recorded: bomb, same: bomb,
                    other: bomb + bomb.prefix(bomb.count / 10)),
            ]
        }

        /// A gigabyte of zeros, which gzip makes small: ten members, each far above what is taken off a body.
        private static func bomb() throws -> [UInt8] {
            let folder = try TemporaryFolder()
            let child = try ChildProcess(
                "/bin/sh", ["-c", "head -c 100000000 /dev/zero | gzip -9n > member"], folder: folder.path)
            #expect(try child.waitForExit(within: 30) == 0)
            let member = Array(try Data(contentsOf: URL(fileURLWithPath: folder.file("member"))))
            return Array([[UInt8]](repeating: member, count: 10).joined())
        }

        private static func send(
            _ method: String, _ target: [UInt8], _ fields: [String], _ body: [UInt8], to port: Int
        ) throws -> RawMessage {
            let client = try RawClient(port: port)
            defer { client.connection.close() }
            let lines = ["Host: api.example.com"] + fields + (body.isEmpty ? [] : ["Content-Length: \(body.count)"])
            try client.send(
                Array("\(method) ".utf8) + target + Array(" HTTP/1.1\r\n".utf8)
                    + Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
            return try client.readResponse()
        }

        private static func send(_ pair: Pair, _ body: [UInt8], _ target: [UInt8]? = nil, to port: Int) throws
            -> RawMessage
        {
            try send(body.isEmpty ? "GET" : "POST", target ?? pair.target, pair.fields, body, to: port)
        }

        @Test(.timeLimit(.minutes(2))) func `are judged right, in bounded time and memory`() throws {
            let folder = try TemporaryFolder()
            let origin = try RawOrigin(responses: ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfound"])
            let proxy = try Understudy(recording: origin, in: folder)
            let pairs = try Self.pairs()
            for pair in pairs {
                #expect(try Self.send(pair, pair.recorded, to: proxy.port).status == 200, "\(pair.name)")
            }
            #expect(try Self.send("GET", Array("/small".utf8), [], [], to: proxy.port).status == 200)
            #expect(try proxy.stop().summary?.recorded == pairs.count + 1)
            let regex = "{{regex:(a+)+}}"
            try SavedExample.collection([
                SavedExample(
                    id: "regex-text", method: "POST", url: "/regex-text", fields: ["Content-Type": "text/plain"],
                    body: regex, answer: "found"),
                SavedExample(
                    id: "regex-json", method: "POST", url: "/regex-json", fields: ["Content-Type": "application/json"],
                    body: #"{"a": "\#(regex)"}"#, answer: "found"),
            ]).write(
                toFile: folder.file("recordings/collections/regex.postman_collection.json"), atomically: true,
                encoding: .utf8)

            let server = try Understudy(["replay", "--profile", "postman", "--match-body"], in: folder)
            func expectAlive(_ name: String) throws {
                #expect(try server.get("/small").body.latin1 == "found", "after \(name)")
            }
            try expectAlive("nothing")
            #if os(Linux)
                let before = try ProcessMemory.peak(of: server.child.processIdentifier)
            #endif
            for pair in pairs {
                let hit = try Self.send(pair, pair.same, to: server.port)
                #expect(hit["Understudy-Result"] == "hit", "\(pair.name): \(hit.body.prefix(500).latin1)")
                let equal = Double(hit["Understudy-Score"] ?? "") ?? 0
                #expect(equal >= 100, "\(pair.name)")
                let other = try Self.send(pair, pair.other, pair.otherTarget, to: server.port)
                if pair.otherTarget == nil {
                    #expect(other["Understudy-Result"] == "miss" && other.body.count < 50_000, "\(pair.name)")
                } else {
                    // Under this profile queries and paths cost points only.
                    #expect(Double(other["Understudy-Score"] ?? "") ?? 0 < equal, "\(pair.name)")
                }
                try expectAlive(pair.name)
            }
            let letters = String(repeating: "a", count: 50_000)
            for (name, wrap) in [("text", { $0 }), ("json", { #"{"a":"\#($0)"}"# })] as [(String, (String) -> String)] {
                let fields = ["Content-Type: " + (name == "text" ? "text/plain" : "application/json")]
                let target = Array("/regex-\(name)".utf8)
                let hit = try Self.send("POST", target, fields, Array(wrap(letters).utf8), to: server.port)
                #expect(hit["Understudy-Result"] == "hit", "\(name)")
                let miss = try Self.send("POST", target, fields, Array(wrap(letters + "!").utf8), to: server.port)
                #expect(miss["Understudy-Result"] == "miss", "\(name)")
                try expectAlive("regex-\(name)")
            }
            // What is no request at all is refused, and nothing else.
            let raw = try Self.send("GET", [0x2F, 0xFF, 0xC3, 0x28], [], [], to: server.port)
            #expect((400..<500).contains(raw.status), "\(raw.startLine)")
            try expectAlive("bytes in the path")
            let client = try RawClient(port: server.port)
            // The answer may come, and the connection go, before all of it is sent.
            try? client.send("GET /small?" + String(repeating: "a=1&", count: 1 << 18) + " HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect((try? client.readResponse())?.status ?? 414 == 414)
            try expectAlive("a megabyte of query")
            #if os(Linux)
                let after = try ProcessMemory.peak(of: server.child.processIdentifier)
                print("hostile requests: peak memory \(before) MB before, \(after) MB after")
                #expect(after - before < 64)
            #endif
            #expect(try server.stop().status == 0)

            try expectVerdicts(of: pairs, in: folder)
        }

        /// The same by `understudy match`, which is strict here: queries and paths count in full.
        private func expectVerdicts(of pairs: [Pair], in folder: TemporaryFolder) throws {
            func status(_ target: String, _ fields: [String], _ body: [UInt8]) throws -> Int32 {
                var arguments = ["match", "--from", "saved.json", target] + fields.flatMap { ["-H", $0] }
                if !body.isEmpty {
                    try Data(body).write(to: URL(fileURLWithPath: folder.file("body")))
                    arguments += ["--data-binary", "@body"]
                }
                return try Program.run(arguments, in: folder, within: 10).status
            }
            for pair in pairs where ["brackets", "xml", "query", "digits", "exponent"].contains(pair.name) {
                // Alone, so that what is measured is not the loading of all others.
                let texts = [pair.target, pair.recorded].map { String(decoding: $0, as: UTF8.self) }
                let field = pair.fields.first?.split(separator: " ").map(String.init)
                let example = SavedExample(
                    id: pair.name, method: pair.recorded.isEmpty ? "GET" : "POST", url: texts[0],
                    fields: field.map { [String($0[0].dropLast()): $0[1]] } ?? [:],
                    body: pair.recorded.isEmpty ? nil : texts[1], answer: "found")
                try folder.write(try SavedExample.collection([example]), to: "saved.json")
                let other = String(decoding: pair.otherTarget ?? pair.target, as: UTF8.self)
                #expect(try status(texts[0], pair.fields, pair.same) == 0, "\(pair.name)")
                #expect(try status(other, pair.fields, pair.other) == 3, "\(pair.name)")
            }
            // The most that fits into one argument.
            let long = String(repeating: "a=1&", count: 32_000)
            #expect(try status("/small?" + long, [], []) == 3)
        }

        @Test(.timeLimit(.minutes(1))) func `D63 collections nested too deep are named, and the others serve`() throws {
            let folder = try TemporaryFolder()
            let deep = 100_000
            let body = Self.nested("[", deep, "", "]")
            let examples = [
                SavedExample(
                    id: "deep", method: "POST", url: "/deep", fields: ["Content-Type": "application/json"], body: body,
                    answer: body), SavedExample(id: "small", method: "GET", url: "/small", answer: "found"),
            ]
            try FileManager.default.createDirectory(
                atPath: folder.file("recordings/collections"), withIntermediateDirectories: true)
            func write(_ text: String, _ name: String) throws {
                try folder.write(text, to: "recordings/collections/\(name).postman_collection.json")
            }
            try write(try SavedExample.collection(examples), "good")
            try write(body, "brackets")
            try write(Self.nested(#"{"item":["#, deep, "", "]}"), "folders")
            try write(#"{"info":{"name":"x"},"item":["# + Self.nested("[", deep, "", ""), "open")
            let server = try Understudy(["replay", "--profile", "postman", "--match-body"], in: folder)
            #expect(try server.get("/small").body.latin1 == "found")
            let answer = try Self.send(
                "POST", Array("/deep".utf8), ["Content-Type: application/json"], Array(body.utf8), to: server.port)
            #expect(answer["Understudy-Result"] == "hit" && answer.body == Array(body.utf8))
            for name in ["brackets", "folders", "open"] {
                #expect(server.child.lines.contains { $0.contains("\(name).postman_collection.json") }, "\(name)")
            }
            #expect(server.child.lines.allSatisfy { $0.utf8.count < 2000 })
            let listed = try Program.run(["examples", "ls"], in: folder)
            #expect(listed.status >= 0 && listed.lines.contains { $0.contains("/small") }, "\(listed.lines)")
            #expect(try server.stop().status == 0)
        }

        @Test(.timeLimit(.minutes(1))) func `a query of a megabyte in a collection is in nobody's way`() throws {
            let folder = try TemporaryFolder()
            let long = (0..<40_000).map { "a-rather-long-parameter-\($0)" }.joined(separator: "&")
            #expect(long.utf8.count > 1_000_000)
            try folder.write(
                try SavedExample.collection([
                    SavedExample(id: "long", method: "GET", url: "/a?\(long)", answer: "long"),
                    SavedExample(id: "short", method: "GET", url: "/a?k=1", answer: "short"),
                ]), to: "long.json")
            func match(_ arguments: String...) throws -> Program.Outcome {
                try Program.run(["match", "--from", "long.json"] + arguments, in: folder, within: 10)
            }
            #expect(try match("/a?k=1").lines.first?.hasPrefix("short  GET /a?k=1") == true)
            let miss = try match("/a?k=2", "--explain")
            #expect(miss.status == 3 && miss.lines.joined().utf8.count < 20_000)
        }
    }
}
