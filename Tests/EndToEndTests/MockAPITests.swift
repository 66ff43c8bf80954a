import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The walks to a mock server once more, with what scripts written for Postman's API send.
    @Suite struct `Walks over the management API` {
        let folder: TemporaryFolder
        init() throws { folder = try TemporaryFolder() }

        /// The running program, and a script that knows its key.
        private struct Script {
            let server: Understudy
            let key: String
            private let port: Int

            init(_ server: Understudy) throws {
                self.server = server
                let made = try Program.run(["key", "create", "script", "--dir", server.dir], in: server.folder)
                key = try #require(made.lines.first { $0.hasPrefix("PMAK-") })
                struct Lock: Decodable { var admin: String }
                let lock = try Data(contentsOf: URL(fileURLWithPath: server.workspace + "/.lock"))
                let address = try JSONDecoder().decode(Lock.self, from: lock).admin
                port = try #require(address.split(separator: ":").last.flatMap { Int($0) })
            }

            /// The status and the JSON that came.
            @discardableResult func ask(
                _ method: String, _ path: String, _ body: String? = nil
            ) throws -> (status: Int, json: [String: Any]) {
                var head =
                    "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nX-Api-Key: \(key)\r\nConnection: close\r\n"
                if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
                let answer = try RawClient.exchange(port: port, head + "\r\n" + (body ?? ""))
                let json = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
                return (answer.status, json ?? [:])
            }

            /// A call to a mock server at the address that the API gave.
            func call(_ mockURL: String, _ target: String, _ fields: String = "") throws -> RawMessage {
                let authority = mockURL.split(separator: "/").last ?? ""
                return try RawClient.exchange(
                    port: server.port, "GET \(target) HTTP/1.1\r\nHost: \(authority)\r\n\(fields)\r\n")
            }
        }

        @Test func `a collection, a mock server of it, an edited example, its configuration, and its end`() throws {
            let script = try Script(Understudy(["serve"], in: folder))
            let collection = """
                {"collection": {"info": {"name": "Users", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
                  "item": [{"name": "one user", "request": {"method": "GET", "url": "{{baseUrl}}/users/17"},
                    "response": [{"name": "fine", "code": 200, "status": "OK", "body": "first",
                      "originalRequest": {"method": "GET", "url": "{{baseUrl}}/users/17", "header": [{"key": "X-Kind", "value": "a"}]}}]}]}}
                """
            let uid = try #require(
                (script.ask("POST", "/collections", collection).json["collection"] as? [String: Any])?["uid"] as? String
            )
            let made = try script.ask(
                "POST", "/mocks", #"{"mock": {"collection": "\#(uid)", "name": "Users mock"}}"#)
            let mock = try #require(made.json["mock"] as? [String: Any])
            let (id, url) = (try #require(mock["id"] as? String), try #require(mock["mockUrl"] as? String))
            #expect(made.status == 200 && url == "http://users-mock.localhost:\(script.server.port)")
            #expect(try script.call(url, "/users/17").body.latin1 == "first")

            // The example's id is in the collection, as Postman's is.
            let shown = try #require(script.ask("GET", "/collections/\(uid)").json["collection"] as? [String: Any])
            let item = try #require((shown["item"] as? [[String: Any]])?.first)
            let example = try #require(((item["response"] as? [[String: Any]])?.first)?["id"] as? String)
            let edit = #"{"name": "fine", "text": "edited", "responseCode": {"code": 202, "name": "Accepted"}}"#
            #expect(try script.ask("PUT", "/collections/\(uid)/responses/\(example)", edit).status == 200)
            let edited = try script.call(url, "/users/17")
            #expect(edited.status == 202 && edited.body.latin1 == "edited")

            // Each change counts from the next call on.
            #expect(try script.ask("DELETE", "/mocks/\(id)/unpublish").status == 200)
            #expect(try script.call(url, "/users/17").status == 404)
            #expect(try script.call(url, "/users/17", "x-api-key: \(script.key)\r\n").status == 202)
            #expect(try script.ask("POST", "/mocks/\(id)/publish").status == 200)
            func change(_ body: String) throws {
                #expect(try script.ask("PATCH", "/api/v1/mocks/\(id)", body).status == 200)
            }
            try change(#"{"config": {"headers": ["X-Kind"]}}"#)
            #expect(try script.call(url, "/users/17", "X-Kind: b\r\n").status == 404)
            #expect(try script.call(url, "/users/17", "X-Kind: a\r\n").status == 202)
            try change(#"{"config": {"delay": {"type": "fixed", "duration": 200}}}"#)
            let start = ContinuousClock.now
            #expect(try script.call(url, "/users/17", "X-Kind: a\r\n").status == 202)
            #expect((ContinuousClock.now - start).seconds >= 0.2)
            try change(#"{"config": {"delay": null}}"#)
            let response = try script.ask(
                "POST", "/mocks/\(id)/server-responses",
                #"{"serverResponse": {"name": "down", "statusCode": 503, "headers": [], "language": "text", "body": "busy"}}"#
            )
            let forced = try #require(response.json["id"] as? String)
            #expect(
                try script.ask("PUT", "/mocks/\(id)", #"{"mock": {"config": {"serverResponseId": "\#(forced)"}}}"#)
                    .status == 200)
            let busy = try script.call(url, "/users/17")
            #expect(busy.status == 503 && busy.body.latin1 == "busy")
            #expect(
                try script.ask(
                    "PUT", "/mocks/\(id)", #"{"mock": {"config": {"serverResponseId": null}, "name": "Renamed"}}"#
                ).status == 200)
            #expect(try script.call(url, "/users/17").body.latin1.contains("mockNotFoundError"))
            let renamed = "http://renamed.localhost:\(script.server.port)"
            #expect(try script.call(renamed, "/users/17").body.latin1 == "edited")
            #expect(try script.ask("DELETE", "/mocks/\(id)").status == 200)
            let gone = try script.call(renamed, "/users/17")
            #expect(gone.status == 404 && gone.body.latin1.contains("mockNotFoundError"))
            #expect(try script.ask("GET", "/mocks/\(id)").status == 404)
            try script.server.stop()
        }

        @Test func `from history: a date, and its log`() throws {
            let origin = try RawOrigin(responses: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
            let recorder = try Understudy(["proxy", "http://127.0.0.1:\(origin.port)"], in: folder)
            let targets = ["/a", "/b", "/c", "/d", "/e"]
            for target in targets { #expect(try recorder.get(target).status == 200) }
            try recorder.stop()
            try recorder.history.move("path < '/d'", to: "2026-11-16")
            try recorder.history.move("path >= '/d'", to: "2026-11-17")
            let script = try Script(Understudy(["serve"], in: folder, environment: ["TZ": "UTC"]))
            let made = try script.ask(
                "POST", "/api/v1/mocks/from-history",
                #"{"name": "Monday", "date": "2026-11-16", "group": ["domain", "path"]}"#)
            #expect(made.status == 201 && made.json["examples"] as? Int == 3, "\(made.json)")
            let id = try #require((made.json["mock"] as? [String: Any])?["id"] as? String)
            let url = "http://monday.localhost:\(script.server.port)"
            #expect(try targets.map { try script.call(url, $0).status } == [200, 200, 200, 404, 404])
            var log: [[String: Any]] = []
            let isLogged = eventually(within: 10) {
                log = (try? script.ask("GET", "/mocks/\(id)/call-logs").json["call-logs"] as? [[String: Any]]) ?? []
                return log.count == 5
            }
            #expect(
                isLogged
                    && log.first?["responseName"] as? String
                        == "Double check your method and the request path and try again."
            )
            try script.server.stop()
        }

        @Test(.timeLimit(.minutes(2)))
        func `kill -9 in the middle of an edit leaves the old mock server or the new one`() throws {
            let made = try Program.run(["mock", "create", "shop", "--request", "GET /"], in: folder)
            #expect(made.status == 0)
            let path = folder.file("recordings/mocks/shop.json")
            var descriptions = [""]
            for round in 0..<20 {
                // Long, so that half of it would be seen.
                let text = "round \(round) " + String(repeating: "x", count: 100_000)
                descriptions.append(text)
                let edit = try ChildProcess(
                    Program.path, ["mock", "set", "shop", "--description", text],
                    environment: Program.environment(home: folder.path), folder: folder.path)
                usleep(UInt32(round) * 2_000)
                edit.send(signal: SIGKILL)
                _ = try edit.waitForExit()
                struct File: Decodable { var description: String }
                let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
                #expect(descriptions.contains(file.description))
            }
            #expect(try Program.run(["mock", "set", "shop", "--description", "last"], in: folder).status == 0)
            // The next server clears away what was left behind.
            try Understudy(["serve"], in: folder).stop()
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("recordings/mocks"))
            #expect(names == ["shop.json"])
        }
    }
}
