import Foundation
import HTTPTypes
import NIOCore
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `Hostile requests to the management API` {
    static var unlimited: AdminLimits {
        var limits = AdminLimits()
        limits.requestsPerMinute = nil
        return limits
    }

    /// What is beside the workspace, and in it: what a request must not have touched.
    private static func files(around bench: Bench) throws -> Set<String> {
        let beside = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
        let inside = try FileManager.default.contentsOfDirectory(atPath: bench.workspace.folder)
        // The database's own come and go; the key of redaction is made when it is first needed.
        return Set(beside + inside.filter { !$0.hasPrefix("history.sqlite-") && $0 != "redaction.key" })
    }

    @Test func `paths and names that climb find nothing, and make nothing outside`() async throws {
        try await Bench.run(limits: Self.unlimited) { bench in
            let before = try Self.files(around: bench)
            let ids = [
                "..", "../x", "%2e%2e%2fx", "..%252f..%252fetc%252fpasswd", "..%5cx", "%2Fetc%2Fpasswd", "%00", "a%00b",
                "%0d%0aX:1", ".git%2Fconfig", "-rf", "%ff%fe", "%c0%ae%c0%ae", String(repeating: "a", count: 3000),
                String(repeating: "%2e", count: 1000),
            ]
            for route in AllRoutes.table.routes where route.path.contains("{") {
                for id in ids {
                    let path = route.path.replacing(/\{[^}]*\}/, with: id)
                    let reply = try bench.ask(route.method.rawValue, path, text: route.method == .get ? nil : "{}")
                    #expect((400..<500).contains(reply.status), "\(route.method) \(path.prefix(80)): \(reply.status)")
                }
            }
            for name in [
                "../../x", "/etc/x", "..", ".", "a\u{0}b", "a\r\nb", "日本", String(repeating: "n", count: 5000),
            ] {
                var collection = try #require(Bench.collection.object)
                collection["info"] = ["name": .string(name), "schema": "https://x/v2.1.0/c.json"]
                let made = try bench.ask("POST", "/collections", ["collection": .object(collection)])
                #expect([200, 400].contains(made.status))
                if let id = made.json["collection"]?["id"]?.text {
                    let mock = try bench.ask(
                        "POST", "/mocks", ["mock": ["collection": .string(id), "name": .string(name)]])
                    #expect([200, 400].contains(mock.status))
                }
                let environment = try bench.ask("POST", "/environments", ["environment": ["name": .string(name)]])
                #expect([200, 400].contains(environment.status))
            }
            #expect(try Self.files(around: bench).symmetricDifference(before) == [])
            for folder in ["collections", "mocks", "environments"] {
                for file in try FileManager.default.contentsOfDirectory(atPath: "\(bench.workspace.folder)/\(folder)") {
                    #expect(file.wholeMatch(of: /[a-z0-9._-]+/) != nil && !file.hasPrefix("."), "\(file)")
                }
            }
        }
    }

    @Test func `bodies that are too large, too deep or no JSON are refused, and the server goes on`() async throws {
        try await Bench.run(limits: Self.unlimited) { bench in
            let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
            for body in [
                "{\"mock\": \(deep)}", "\u{FEFF}{", "{\"mock\": 1e999999}", "{\"mock\":{\"collection\":\"\\ud800\"}}",
                "{\"mock\":{\"collection\":\"a\",\"collection\":null}}", "\"", "nul", "{\"a\":1}}",
            ] {
                let reply = try bench.ask("POST", "/mocks", text: body)
                #expect([400, 404, 413].contains(reply.status), "\(body.prefix(40))")
            }
            let large = String(repeating: " ", count: Route.BodyLimit.usual)
            #expect(try bench.ask("POST", "/mocks", text: "{}" + large).status == 413)
            #expect(try bench.ask("POST", "/environments", text: "{}" + large).status == 413)
            // What is not sent is not waited for.
            let client = try RawClient(port: bench.server.port)
            defer { client.connection.close() }
            try client.send(
                "POST /collections HTTP/1.1\r\nHost: 127.0.0.1:\(bench.server.port)\r\nX-Api-Key: \(bench.token)\r\nContent-Length: 20000000000\r\n\r\n"
            )
            let refused = try client.readResponse()
            #expect(refused.status == 413)
            try client.connection.waitForPeerToClose()
            // Chunks without end.
            let chunked = try RawClient(port: bench.server.port)
            defer { chunked.connection.close() }
            try chunked.send(
                "POST /mocks HTTP/1.1\r\nHost: 127.0.0.1:\(bench.server.port)\r\nX-Api-Key: \(bench.token)\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            let chunk = String(repeating: "x", count: 0x8000)
            for _ in 0..<3 { try chunked.send("8000\r\n\(chunk)\r\n") }
            #expect(try chunked.readResponse().status == 413)
            #expect(try bench.ask("GET", "/mocks").status == 200)
        }
    }

    @Test func `an import of 50 MB is taken, and one octet more is not`() async throws {
        try await Bench.run(limits: Self.unlimited) { bench in
            let start =
                "{\"info\":{\"name\":\"Large\",\"schema\":\"https://x/v2.1.0/c.json\"},\"item\":[{\"name\":\"a\",\"request\":\"http://x/a\",\"response\":[{\"name\":\"b\",\"code\":200,\"body\":\""
            let end = "\"}]}]}"
            let filler = String(
                repeating: "x", count: Route.BodyLimit.documents - start.utf8.count - end.utf8.count)
            let taken = try bench.ask("POST", "/api/v1/import", text: start + filler + end)
            #expect(taken.status == 201)
            #expect(taken.json["imported"]?.elements?.first?["name"] == "Large")
            // It may be hung up on before it has sent all.
            let refused = try? bench.ask("POST", "/api/v1/import", text: start + filler + "x" + end).status
            #expect(refused == nil || refused == 413)
            #expect(try bench.ask("GET", "/collections").json["collections"]?.elements?.count == 1)
        }
    }

    @Test func `an imported collection reads no file, runs nothing and calls nobody`() async throws {
        try await Bench.run(limits: Self.unlimited) { bench in
            let origin = try RawOrigin { _ in }
            let canary = try bench.folder.write("CANARY-\(UUID().uuidString)", to: "ws/canary.txt")
            let secret = try String(contentsOfFile: canary, encoding: .utf8)
            let url = "http://127.0.0.1:\(origin.port)/x"
            let event: JSONValue = [
                [
                    "listen": "test",
                    "script": [
                        "type": "text/javascript",
                        "exec": .string("require('child_process').execSync('touch \(bench.folder.path)/ran')"),
                        "src": .string(url),
                    ],
                ]
            ]
            let collection: JSONValue = [
                "info": ["name": "Evil", "schema": "https://x/v2.1.0/c.json", "_collection_link": .string(url)],
                "event": event,
                "item": [
                    [
                        "name": "a", "event": event,
                        "request": [
                            "method": "POST", "url": .string(url),
                            "body": ["mode": "file", "file": ["src": .string(canary)]],
                            "certificate": ["key": ["src": .string(canary)], "cert": ["src": .string(canary)]],
                            "proxy": ["host": "127.0.0.1", "port": .integer(origin.port)],
                        ],
                        "response": [
                            [
                                "name": "b", "code": 200, "body": "",
                                "_understudy": ["body": ["file": .string("../canary.txt"), "sha256": "../canary.txt"]],
                            ],
                            [
                                "name": "c", "code": 200, "body": "x",
                                "originalRequest": [
                                    "method": "POST", "url": "/c",
                                    "body": [
                                        "mode": "formdata",
                                        "formdata": [["key": "f", "type": "file", "src": .string(canary)]],
                                    ],
                                ],
                            ],
                        ],
                    ]
                ],
            ]
            let taken = try bench.ask("POST", "/api/v1/import", collection)
            #expect(taken.status == 201)
            let id = try #require(taken.json["imported"]?.elements?.first?["id"]?.text)
            try bench.addMock("Evil", collection: id)
            for (method, path, body) in [
                ("GET", "/collections/\(id)", nil), ("GET", "/api/v1/examples", nil),
                ("GET", "/api/v1/export/collections/\(id)", nil),
                ("POST", "/api/v1/match", ["target": "/x", "method": "POST", "mock": "Evil"] as JSONValue?),
                ("POST", "/api/v1/match", ["target": "/c", "method": "POST"]),
            ] {
                let reply = try bench.ask(method, path, body)
                #expect(reply.status == 200, "\(path)")
                #expect(!reply.text.contains(secret), "\(path)")
            }
            #expect(!FileManager.default.fileExists(atPath: bench.folder.file("ran")))
            #expect(origin.connectionCount == 0)
        }
    }

    @Test func `10,000 mock servers are listed`() async throws {
        try await Bench.run(limits: Self.unlimited) { bench in
            let collection = try bench.addCollection()
            // As files, as a person's script would: one by one through the lock takes minutes.
            for number in 0..<10_000 {
                let mock = MockServer(
                    id: ItemID.make(), name: "mock \(number)", collection: collection, createdAt: .now(), owner: "1")
                let bytes = Data(MockDocument(mock).bytes().readableBytesView)
                try bytes.write(to: bench.folder.url.appendingPathComponent("ws/mocks/m\(number).json"))
            }
            let list = try bench.ask("GET", "/mocks")
            #expect(list.json["mocks"]?.elements?.count == 10_000)
            let one = try bench.ask("POST", "/mocks", ["mock": ["collection": .string(collection)]])
            #expect(one.status == 400)
        }
    }
}
