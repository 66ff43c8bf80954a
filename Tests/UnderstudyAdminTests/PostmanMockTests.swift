import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

/// Postman's documented shapes, member by member. A changed row is a changed promise to scripts.
@Suite struct `Postman's mock servers` {
    static let config = Shape.members([
        ("headers", .list(.text)), ("matchBody", .bool), ("matchHeader", .bool), ("matchQueryParams", .bool),
        ("matchWildcards", .bool), ("delay", .any), ("serverResponseId", .text),
    ])
    static let written: [(String, Shape)] = [
        ("id", .uuid), ("owner", .digits), ("uid", .uid), ("collection", .uid), ("environment?", .uid),
        ("mockUrl", .text), ("name", .text), ("config", config), ("createdAt", .time), ("updatedAt", .time),
    ]
    static let listed = written + [("isPublic", .exactly(false))]
    static let unknown = Shape.error("instanceNotFoundError", "The specified mock does not exist.")
    static let nobody = "00000000-0000-4000-8000-000000000000"

    @Test func `are made, listed, shown and deleted in the documented shapes`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            let environment = try EnvironmentFolder(bench.workspace).create(PostmanEnvironment(name: "Test")).id
            let key = bench.keys[.member]
            let made = try bench.ask(
                "POST", "/mocks?workspace=\(Self.nobody)",
                [
                    "mock": [
                        "collection": .string("12345678-\(collection)"), "name": "Test Mock A",
                        "environment": .string("1-\(environment)"), "private": true, "unknown": 1,
                    ], "other": [],
                ], key: key)
            #expect(made.status == 200)
            #expect(Shape.members([("mock", .members(Self.written))]).faults(made.json) == [])
            let mock = try #require(made.json["mock"])
            let owner = try #require(KeyRing(bench.workspace).contents().keys.first { $0.name == "member" }?.owner)
            #expect(mock["owner"]?.text == owner)
            #expect(mock["collection"]?.text == "1-\(collection)")
            #expect(mock["environment"]?.text == "1-\(environment)")
            #expect(mock["name"] == "Test Mock A")
            #expect(mock["mockUrl"] == "http://test-mock-a.localhost:8080")
            #expect(
                mock["config"] == [
                    "headers": [], "matchBody": false, "matchHeader": false, "matchQueryParams": true,
                    "matchWildcards": true, "delay": .null, "serverResponseId": "",
                ])
            let id = try #require(mock["id"]?.text)
            for query in ["", "?workspace=x", "?teamId=1&workspace=x"] {
                let list = try bench.ask("GET", "/mocks\(query)", key: key)
                #expect(list.status == 200)
                #expect(Shape.members([("mocks", .list(.members(Self.listed)))]).faults(list.json) == [])
                #expect(list.json["mocks"]?.elements?.count == 1)
            }
            for reference in [id, "\(owner)-\(id)", id.uppercased()] {
                let shown = try bench.ask("GET", "/mocks/\(reference)", key: key)
                #expect(shown.status == 200)
                let shape = Self.listed + [("deactivated", .exactly(false))]
                #expect(Shape.members([("mock", .members(shape))]).faults(shown.json) == [])
            }
            let head = try bench.ask("HEAD", "/mocks/\(id)", key: key)
            #expect(head.status == 200 && head.body.isEmpty)
            let gone = try bench.ask("DELETE", "/mocks/\(id)", key: key)
            #expect(gone.status == 200)
            #expect(gone.json == ["mock": ["id": .string(id), "uid": .string("\(owner)-\(id)")]])
            #expect(try bench.ask("GET", "/mocks/\(id)", key: key).status == 404)
        }
    }

    @Test func `refuse in the documented words`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            let mock = try bench.addMock("A", collection: collection)
            let missing = { (name: String) in
                Shape.error(
                    "paramMissingError", "Parameter is missing in the request.",
                    details: ["param": [.string(name)]])
            }
            let noCollection = Shape.error(
                "instanceNotFoundError", "We could not find the collection you are looking for")
            let noEnvironment = Shape.error(
                "instanceNotFoundError", "We could not find the environment you are looking for")
            let table: [(String, String, JSONValue?, Int, Shape)] = [
                ("GET", "/mocks/\(Self.nobody)", nil, 404, Self.unknown), ("GET", "/mocks/A", nil, 404, Self.unknown),
                ("GET", "/mocks/\(mock.id)0", nil, 404, Self.unknown),
                ("GET", "/mocks/..%2F..%2Fetc", nil, 404, Self.unknown),
                ("PUT", "/mocks/\(Self.nobody)", ["mock": [:]], 404, Self.unknown),
                ("DELETE", "/mocks/\(Self.nobody)", nil, 404, Self.unknown),
                ("POST", "/mocks/\(Self.nobody)/publish", nil, 404, Self.unknown),
                ("DELETE", "/mocks/\(Self.nobody)/unpublish", nil, 404, Self.unknown),
                ("GET", "/mocks/\(Self.nobody)/call-logs", nil, 404, Self.unknown),
                ("GET", "/mocks/\(Self.nobody)/server-responses", nil, 404, Self.unknown),
                ("POST", "/mocks", [:], 400, missing("mock")),
                ("POST", "/mocks", ["mock": .null], 400, missing("mock")),
                ("POST", "/mocks", ["mock": ["name": "x"]], 400, missing("collection")),
                ("POST", "/mocks", ["mock": ["collection": .string(Self.nobody)]], 404, noCollection),
                (
                    "POST", "/mocks",
                    ["mock": ["collection": .string(collection), "environment": .string(Self.nobody)]], 404,
                    noEnvironment
                ),
                ("PUT", "/mocks/\(mock.id)", [:], 400, missing("mock")),
                (
                    "PUT", "/mocks/\(mock.id)", ["mock": ["collection": .string(Self.nobody)]], 400,
                    .error(
                        "invalidParamsError",
                        "A mock server's collection cannot be changed: create another mock server for that collection.")
                ),
                (
                    "POST", "/mocks/\(mock.id)/publish", nil, 400,
                    .error("mockAlreadyPublishedError", "This mock is already public.")
                ),
            ]
            for (method, path, body, status, shape) in table {
                let reply = try bench.ask(method, path, body)
                #expect(reply.status == status, "\(method) \(path)")
                #expect(shape.faults(reply.json) == [], "\(method) \(path)")
                #expect(reply.field("Content-Type") == "application/json")
            }
            for body in ["", "{", "[1]", "null", "\"x\"", "{\"mock\": 1}", "{\"mock\": {\"collection\": 1}}"] {
                let reply = try bench.ask("POST", "/mocks", text: body)
                #expect(reply.status == 400, "\(body)")
                #expect(reply.json["error"]?["name"]?.text != nil)
            }
            #expect(try bench.ask("POST", "/mocks/\(mock.id)").status == 405)
        }
    }

    @Test func `change, and only as far as asked`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            let environment = try EnvironmentFolder(bench.workspace).create(PostmanEnvironment(name: "E")).id
            let mock = try bench.addMock("A", collection: collection) { $0.description = "old" }
            let put = { (change: JSONValue) in try bench.ask("PUT", "/mocks/\(mock.id)", ["mock": change]) }
            let changed = try put([
                "name": "B", "environment": .string("1-\(environment)"), "private": true,
                "collection": .string("9-\(collection)"),
                "config": [
                    "delay": ["type": "fixed", "preset": "1", "duration": 300], "matchBody": true, "headers": ["X-A"],
                ],
            ])
            #expect(changed.status == 200)
            #expect(Shape.members([("mock", .members(Self.written))]).faults(changed.json) == [])
            let config = changed.json["mock"]?["config"]
            #expect(config?["delay"] == ["type": "fixed", "preset": "1", "duration": 300])
            #expect(config?["matchBody"] == true && config?["headers"] == ["X-A"] && config?["matchHeader"] == true)
            var stored = try MockFolder(bench.workspace).find(mock.id).mock
            #expect(stored.name == "B" && stored.isPrivate && stored.environment == environment)
            #expect(stored.description == "old")
            #expect(try put(["description": "new"]).status == 200)
            #expect(try put(["environment": .null]).status == 200)
            stored = try MockFolder(bench.workspace).find(mock.id).mock
            #expect(stored.name == "B" && stored.environment == nil && stored.description == "new" && stored.isPrivate)
            for bad: JSONValue in [
                ["name": 1], ["private": "yes"], ["config": ["delay": ["type": "fixed", "duration": -1]]],
                ["config": ["serverResponseId": "nobody"]], ["versionTag": "v9"], ["name": ""], ["config": []],
            ] { #expect([400, 404].contains(try put(bad).status), "\(bad)") }
            #expect(try MockFolder(bench.workspace).find(mock.id).mock == stored)
        }
    }

    @Test func `are published and unpublished, and the policy can forbid it`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            let mock = try bench.addMock("A", collection: collection)
            let unpublish = { try bench.ask("DELETE", "/mocks/\(mock.id)/unpublish") }
            let publish = { try bench.ask("POST", "/mocks/\(mock.id)/publish") }
            #expect(try unpublish().json == ["mock": ["id": .string(mock.id)]])
            #expect(try MockFolder(bench.workspace).find(mock.id).mock.isPrivate)
            let again = try unpublish()
            #expect(again.status == 400)
            #expect(
                Shape.error("mockAlreadyUnpublishedError", "This mock has already been deleted.").faults(again.json)
                    == [])
            #expect(try publish().json == ["mock": ["id": .string(mock.id)]])
            #expect(try publish().status == 400)
            let policy = try bench.ask("PUT", "/api/v1/policy", ["publicMocks": false])
            #expect(policy.json["existing"]?.elements?.first?["name"] == "A")
            #expect(try unpublish().status == 200)
            for reply in [
                try publish(), try bench.ask("POST", "/mocks", ["mock": ["collection": .string(collection)]]),
            ] {
                #expect(reply.status == 403)
                #expect(reply.json["error"]?["name"] == "forbiddenError")
            }
        }
    }

    @Test func `of two writers the second is told`() async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("A", collection: try bench.addCollection())
            let tag = try #require(bench.ask("GET", "/mocks/\(mock.id)").field("ETag"))
            let put = { (name: String, fields: [String]) in
                try bench.ask("PUT", "/mocks/\(mock.id)", ["mock": ["name": .string(name)]], fields: fields)
            }
            let first = try put("B", ["If-Match: \(tag)"])
            #expect(first.status == 200)
            #expect(first.field("ETag") != tag)
            let second = try put("C", ["If-Match: \(tag)"])
            #expect(second.status == 409)
            #expect(second.json["error"]?["name"] == "conflictError")
            #expect(try MockFolder(bench.workspace).find(mock.id).mock.name == "B")
            #expect(try put("D", ["If-Match: *"]).status == 200)
            #expect(try bench.ask("DELETE", "/mocks/\(mock.id)", fields: ["If-Match: \(tag)"]).status == 409)
        }
    }

    @Test func `are deactivated when what they need is deleted`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            let mock = try bench.addMock("A", collection: collection)
            #expect(try bench.ask("DELETE", "/collections/\(collection)").status == 200)
            #expect(try bench.ask("GET", "/mocks/\(mock.id)").json["mock"]?["deactivated"] == true)
        }
    }

    @Test func `of names that are no host, or another's, have an address by their id`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            let mocks = try ["日本", "Same", "same"].map { try bench.addMock($0, collection: collection) }
            let list = try bench.ask("GET", "/mocks").json["mocks"]?.elements ?? []
            let urls = Dictionary(uniqueKeysWithValues: list.map { ($0["id"]?.text ?? "", $0["mockUrl"]?.text ?? "") })
            #expect(urls[mocks[0].id] == "http://127.0.0.1:8080/__mock/\(mocks[0].id)")
            let same = MockFolder(bench.workspace).all().mocks.map(\.mock).filter { $0.hostLabel == "same" }
            let (first, second) = (same[0], same[1])
            #expect(urls[first.id] == "http://same.localhost:8080")
            #expect(urls[second.id] == "http://127.0.0.1:8080/__mock/\(second.id)")
        }
    }

    @Test func `forced answers are made, listed, shown, changed, activated and deleted`() async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("A", collection: try bench.addCollection())
            let base = "/mocks/\(mock.id)/server-responses"
            let shown = Shape.members([
                ("id", .uuid), ("name", .text), ("statusCode", .int),
                ("headers", .list(.members([("key", .text), ("value", .text)]))), ("language", .any), ("body", .text),
                ("createdBy", .digits), ("updatedBy", .digits), ("createdAt", .time), ("updatedAt", .time),
                ("mock", .exactly(.string(mock.id))),
            ])
            let input: JSONValue = [
                "serverResponse": [
                    "name": "Down", "statusCode": 503, "headers": [["key": "Retry-After", "value": "9"]],
                    "language": "json", "body": "{}",
                ]
            ]
            let made = try bench.ask("POST", base, input)
            #expect(made.status == 200)
            #expect(shown.faults(made.json) == [])
            let id = try #require(made.json["id"]?.text)
            #expect(shown.faults(try bench.ask("GET", "\(base)/\(id)").json) == [])
            let list = try bench.ask("GET", base)
            #expect(
                Shape.list(
                    .members([
                        ("id", .uuid), ("name", .text), ("statusCode", .int), ("createdAt", .time),
                        ("updatedAt", .time), ("createdBy", .digits), ("updatedBy", .digits),
                    ])
                ).faults(list.json) == [])
            #expect(list.json.elements?.count == 1)
            let changed = try bench.ask(
                "PUT", "\(base)/\(id)", ["serverResponse": ["name": "Gone", "statusCode": 500, "language": .null]])
            #expect(changed.json["name"] == "Gone" && changed.json["language"] == .null)
            #expect(changed.json["createdAt"] == made.json["createdAt"])
            let activate = try bench.ask(
                "PUT", "/mocks/\(mock.id)", ["mock": ["config": ["serverResponseId": .string(id)]]])
            #expect(activate.json["mock"]?["config"]?["serverResponseId"]?.text == id)
            for none: JSONValue in [.null, ""] {
                let reply = try bench.ask("PUT", "/mocks/\(mock.id)", ["mock": ["config": ["serverResponseId": none]]])
                #expect(reply.json["mock"]?["config"]?["serverResponseId"] == "")
            }
            let unknown = Shape.error(
                "serverResponseNotFoundError", "We could not find the mock server response you are looking for.")
            for (method, path) in [("GET", "\(base)/x"), ("PUT", "\(base)/x"), ("DELETE", "\(base)/x")] {
                let reply = try bench.ask(method, path, method == "PUT" ? input : nil)
                #expect(reply.status == 400)
                #expect(unknown.faults(reply.json) == [])
            }
            let incomplete = try bench.ask("POST", base, ["serverResponse": ["body": "x"]])
            #expect(incomplete.json["error"]?["details"] == ["param": ["name", "statusCode"]])
            for bad: JSONValue in [
                ["name": "x", "statusCode": 200], ["name": "x", "statusCode": 600], ["name": "x", "statusCode": "500"],
                ["name": "x", "statusCode": 500, "language": "perl"],
                ["name": "x", "statusCode": 500, "headers": [["key": "a b", "value": ""]]],
                ["name": "x", "statusCode": 500, "headers": [["key": "a", "value": "x\r\ny"]]],
            ] { #expect(try bench.ask("POST", base, ["serverResponse": bad]).status == 400, "\(bad)") }
            let gone = try bench.ask("DELETE", "\(base)/\(id)")
            #expect(gone.status == 200 && gone.json["id"]?.text == id)
            #expect(try bench.ask("GET", base).json == [])
        }
    }

    @Test func `of one name the oldest has the address by name`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            func add(_ id: String, _ microseconds: Int64) throws {
                let mock = MockServer(
                    id: id, name: "Shop", collection: collection, createdAt: Timestamp(microseconds: microseconds),
                    owner: "1")
                _ = try MockFolder(bench.workspace).create(mock, isOnly: false)
            }
            let (older, newer) = ("ffffffff-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000000")
            try add(older, 1_000_000_000)
            try add(newer, 2_000_000_000)
            for (id, url) in [
                (older, "http://shop.localhost:8080"), (newer, "http://127.0.0.1:8080/__mock/\(newer)"),
            ] {
                let shown = try bench.ask("GET", "/mocks/\(id)").json["mock"]?["mockUrl"]
                #expect(shown == .string(url))
                let listed = try bench.ask("GET", "/mocks").json["mocks"]?.elements?.first { $0["id"]?.text == id }
                #expect(listed?["mockUrl"] == .string(url))
            }
        }
    }

    @Test func `are renamed to a taken name by Postman's route alone`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            try bench.addMock("One", collection: collection)
            let two = try bench.addMock("Two", collection: collection)
            let path = "/api/v1/mocks/\(two.id)"
            #expect(try bench.ask("PATCH", path, ["name": "one"]).status == 409)
            #expect(try bench.ask("GET", path).json["name"] == "Two")
            // Its own is not taken.
            #expect(try bench.ask("PATCH", path, ["name": "TWO"]).status == 200)
            #expect(try bench.ask("PUT", "/mocks/\(two.id)", ["mock": ["name": "One"]]).status == 200)
            #expect(try bench.ask("PATCH", path, ["name": "One", "description": "x"]).status == 200)
        }
    }
}
