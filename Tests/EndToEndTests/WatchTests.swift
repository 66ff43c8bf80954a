import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What the page shows of the running server, asked of the built program.
    @Suite struct `Watching the running server` {
        let folder: TemporaryFolder
        init() throws { folder = try TemporaryFolder() }

        /// Asks the management API with the token of the lock file.
        private func ask(_ path: String, _ server: Understudy) throws -> RawMessage {
            struct Lock: Decodable { var admin, adminToken: String }
            let lock = try JSONDecoder().decode(
                Lock.self, from: Data(contentsOf: URL(fileURLWithPath: server.workspace + "/.lock")))
            let port = try #require(lock.admin.split(separator: ":").last.flatMap { Int($0) })
            return try RawClient.exchange(
                port: port,
                "GET /api/v1/\(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nX-Api-Key: \(lock.adminToken)\r\nConnection: close\r\n\r\n"
            )
        }

        private struct Activity: Decodable {
            struct Sample: Decodable { var requests, recorded, hits, misses, failed: Int }
            var interval: Int
            var samples: [Sample]
        }

        private func samples(_ server: Understudy) throws -> [Activity.Sample] {
            let reply = try ask("activity", server)
            return try JSONDecoder().decode(Activity.self, from: Data(reply.body)).samples
        }

        @Test func `its activity is what was asked of it`() throws {
            let origin = try RawOrigin(responses: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
            let server = try Understudy(recording: origin, in: folder)
            // Requests of the API itself are none of the front door's.
            let isSampled = try eventually(within: 30) { try !samples(server).isEmpty }
            #expect(isSampled)
            for number in 0..<7 { #expect(try server.get("/\(number)").status == 200) }
            try server.mode("replay")
            #expect(try server.get("/0").status == 200)
            #expect(try server.get("/unknown").status == 404)
            let isCounted = try eventually(within: 30) {
                let all = try samples(server)
                return all.reduce(0) { $0 + $1.requests } == 9 && all.reduce(0) { $0 + $1.recorded } == 7
                    && all.reduce(0) { $0 + $1.hits } == 1 && all.reduce(0) { $0 + $1.misses } == 1
            }
            #expect(isCounted)
            try server.stop()
        }

        @Test func `its certificate is that of the command line, and looking makes none`() throws {
            let origin = try RawOrigin(responses: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
            let server = try Understudy(recording: origin, in: folder)
            struct Authority: Decodable { var exists: Bool, fingerprint: String?, notAfter: String? }
            func authority() throws -> Authority {
                try JSONDecoder().decode(Authority.self, from: Data(ask("ca", server).body))
            }
            #expect(try authority().exists == false)
            #expect(try ask("ca/certificate", server).status == 404)
            #expect(try authority().exists == false)
            let printed = try Program.run(["ca", "print"], in: folder)
            let file = try ask("ca/certificate", server)
            #expect(file.status == 200)
            #expect(String(decoding: file.body, as: UTF8.self) == printed.lines.joined(separator: "\n") + "\n")
            let fingerprint = try Program.run(["ca", "fingerprint"], in: folder).lines.first
            #expect(try authority().fingerprint == fingerprint)
            #expect(try authority().notAfter?.hasSuffix("Z") == true)
            try server.stop()
        }

        /// Of the item of that name in a group of settings; nothing where there is none.
        private static func value(_ settings: [String: Any], _ group: String, _ name: String) -> Any? {
            let items = settings[group] as? [[String: Any]] ?? []
            return items.first { $0["name"] as? String == name }?["value"]
        }

        @Test func `its settings are those it was given, without secrets`() throws {
            let origin = try RawOrigin(responses: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
            let server = try Understudy(
                recording: origin,
                [
                    "--max-head", "64KB", "--idle-timeout", "2.5", "--redact", "x-mine", "--proxy-auth",
                    "carol:hunter2", "--no-match-query", "--proxy", "http://carol:hunter2@127.0.0.1:1", "--require-key",
                    "hunter2", "--history-limit", "10MB",
                ], in: folder)
            let reply = try ask("settings", server)
            let text = String(decoding: reply.body, as: UTF8.self)
            #expect(reply.status == 200)
            #expect(!text.contains("hunter2"))
            struct Settings: Decodable {
                struct Item: Decodable { var name, flag: String }
                struct Redaction: Decodable { var added: [String] }
                struct Listeners: Decodable { var frontDoor, admin: String }
                var limits: [Item]
                var redaction: Redaction
                var listeners: Listeners
                var mode: String
            }
            let settings = try JSONDecoder().decode(Settings.self, from: Data(reply.body))
            #expect(settings.redaction.added == ["x-mine"] && settings.mode == "record")
            #expect(settings.listeners.frontDoor == "127.0.0.1:\(server.port)")
            let json = try #require(JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any])
            #expect(Self.value(json, "limits", "max-head") as? Int == 65536)
            #expect(Self.value(json, "limits", "idle-timeout") as? Double == 2.5)
            #expect(Self.value(json, "limits", "history-limit") as? Int == 10 << 20)
            #expect(Self.value(json, "limits", "history-max-age") is NSNull)
            #expect(Self.value(json, "matching", "match-query") as? Bool == false)
            for name in ["proxy-auth", "proxy"] { #expect(Self.value(json, "forwarding", name) as? Bool == true) }
            #expect(Self.value(json, "answering", "require-key") as? Bool == true)
            // Each flag is one that the command takes.
            let help = try Program.run(["record", "--help"], in: folder).lines.joined(separator: "\n")
            for item in settings.limits { #expect(help.contains(item.flag), "\(item.flag)") }
            try server.stop()
        }
    }
}
