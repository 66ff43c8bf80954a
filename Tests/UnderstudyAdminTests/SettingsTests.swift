import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyAdmin

@Suite struct `Settings` {
    @Test func `are shown to members, with the flags that change them`() async throws {
        try await Bench.run { bench in
            bench.live.state.withLock { state in
                state.settings.frontDoor = "127.0.0.1:8080"
                state.settings.folder = "recordings"
                state.settings.limits = [.init("max-head", 131072, unit: "bytes", "Largest request head.")]
                state.settings.matching = [.init("match-query", true, flag: "--no-match-query", "Queries.")]
                state.settings.redactedNames = ["x-mine"]
            }
            let reply = try bench.ask("GET", "/api/v1/settings", key: bench.keys[.member])
            #expect(reply.status == 200)
            #expect(
                reply.json["limits"] == [
                    [
                        "name": "max-head", "value": 131072, "unit": "bytes", "flag": "--max-head",
                        "description": "Largest request head.",
                    ]
                ])
            #expect(reply.json["matching"]?.elements?.first?["flag"] == "--no-match-query")
            #expect(reply.json["mode"] == "replay" && reply.json["dir"] == "recordings")
            #expect(reply.json["listeners"]?["frontDoor"] == "127.0.0.1:8080")
            let redaction = reply.json["redaction"]
            #expect(redaction?["fields"]?.elements?.first == "Authorization")
            #expect(redaction?["parameters"]?.elements?.contains("access_token") == true)
            #expect(redaction?["added"] == ["x-mine"] && redaction?["enabled"] == true)
            #expect(try bench.plain("GET", "/api/v1/settings").status == 401)
            #expect(try bench.ask("PUT", "/api/v1/settings", [:]).status == 405)
        }
    }

    @Test func `redaction is tried out with the server's rules and more names`() async throws {
        let own = Redaction(key: Array("the workspace's key".utf8), rules: .init(adding: ["x-mine"]))
        let bench = try await Bench(redaction: own)
        func tryOut(_ body: JSONValue) throws -> Bench.Reply {
            try bench.ask("POST", "/api/v1/redaction/try", body, key: bench.keys[.member])
        }
        do {
            let input: JSONValue = [
                "target": "/a?access_token=abc&page=2&other=secret",
                "fields": [
                    ["name": "Authorization", "value": "Bearer abc"], ["name": "X-Mine", "value": "m"],
                    ["name": "Accept", "value": "*/*"], ["name": "Content-Type", "value": "application/json"],
                ], "body": #"{"password": "abc", "other": "secret", "old": "REDACTED-0123456789ab"}"#,
            ]
            let plain = try tryOut(input).json
            let token = try #require(plain["target"]?.text?.firstMatch(of: /REDACTED-[0-9a-f]{12}/)?.output)
            #expect(plain["target"] == .string("/a?access_token=\(token)&page=2&other=secret"))
            let values = plain["fields"]?.elements?.map { $0["value"]?.text ?? "" } ?? []
            #expect(values[0] == "Bearer \(token)" && values[1].hasPrefix("REDACTED-") && values[2] == "*/*")
            #expect(
                plain["body"]
                    == .string(#"{"password": "\#(token)", "other": "secret", "old": "REDACTED-0123456789ab"}"#))
            #expect(plain["replaced"] == 4 && plain["enabled"] == true)
            var more = try #require(input.object)
            more["names"] = ["other"]
            #expect(try tryOut(.object(more)).json["replaced"] == 6)
            // The placeholder is not the recording's: nobody finds out here what was recorded.
            let recorded = String(decoding: own.placeholder(for: Array("abc".utf8)), as: UTF8.self)
            let answer = try tryOut(input).text
            #expect(token != recorded && !answer.contains(recorded))
            // A form is told by its type.
            let form = try tryOut(["body": "pwd=x&a=b", "contentType": "application/x-www-form-urlencoded"]).json
            #expect(form["replaced"] == 1 && form["target"] == .null)
            #expect(try tryOut([:]).json["replaced"] == 0)
            for bad: JSONValue in [
                ["fields": [["name": "a\r\nb", "value": "c"]]], ["names": 1], ["body": 1],
                ["names": .array((0...100).map { .string("n\($0)") })], [],
            ] { #expect(try tryOut(bad).status == 400) }
        } catch {
            await bench.stop()
            throw error
        }
        await bench.stop()
    }

    @Test func `an admin makes the certificate authority, where there is none`() async throws {
        try await Bench.run { bench in
            let path = "/api/v1/ca"
            #expect(try bench.ask("POST", path, key: bench.keys[.member]).status == 403)
            #expect(try bench.ask("GET", path).json["exists"] == false)
            let made = try bench.ask("POST", path, key: bench.keys[.admin])
            #expect(made.status == 201 && made.json["name"] == "Made")
            #expect(try bench.ask("GET", path).json == made.json)
            let again = try bench.ask("POST", path, key: bench.keys[.admin])
            #expect(again.status == 409 && again.json["title"] == "Conflict")
        }
    }

    @Test func `the certificate is shown and downloaded once there is one`() async throws {
        try await Bench.run { bench in
            let none = try bench.ask("GET", "/api/v1/ca", key: bench.keys[.member])
            #expect(none.json["exists"] == false && none.json["fingerprint"] == .null)
            #expect(try bench.ask("GET", "/api/v1/ca/certificate").status == 404)
            bench.live.state.withLock {
                $0.authority = AdminAuthority(
                    name: "Understudy CA", fingerprint: "AB:CD", notBefore: Timestamp(isoText: "2026-11-20")!,
                    notAfter: Timestamp(isoText: "2036-11-20")!, pem: "-----BEGIN CERTIFICATE-----\n")
            }
            let some = try bench.ask("GET", "/api/v1/ca")
            #expect(
                some.json == [
                    "exists": true, "name": "Understudy CA", "fingerprint": "AB:CD",
                    "notBefore": "2026-11-20T00:00:00.000Z", "notAfter": "2036-11-20T00:00:00.000Z",
                ])
            let file = try bench.ask("GET", "/api/v1/ca/certificate")
            #expect(file.text == "-----BEGIN CERTIFICATE-----\n")
            #expect(file.field("Content-Type") == "application/x-pem-file")
            #expect(file.field("Content-Disposition") == "attachment; filename=\"understudy-ca.pem\"")
            for path in ["/api/v1/ca", "/api/v1/ca/certificate"] {
                #expect(try bench.plain("GET", path).status == 401)
            }
        }
    }
}
