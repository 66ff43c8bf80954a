import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `Postman's collections and environments` {
    static let summary: Shape = .members([("id", .uuid), ("name", .text), ("uid", .uid)])
    static let gone: Shape = .members([("id", .uuid), ("uid", .uid)])
    static let listed: Shape = .members([
        ("id", .uuid), ("name", .text), ("owner", .digits), ("createdAt", .time), ("updatedAt", .time), ("uid", .uid),
        ("isPublic", .bool),
    ])

    @Test func `collections are added, listed, shown, replaced, changed and deleted`() async throws {
        try await Bench.run { bench in
            let made = try bench.ask("POST", "/collections?workspace=x", ["collection": Bench.collection])
            #expect(made.status == 200)
            #expect(Shape.members([("collection", Self.summary)]).faults(made.json) == [])
            let id = try #require(made.json["collection"]?["id"]?.text)
            #expect(id == "12ece9e1-2abf-4edc-8e34-de66e74114d2")
            let list = try bench.ask("GET", "/collections")
            #expect(Shape.members([("collections", .list(Self.listed))]).faults(list.json) == [])
            let page = try bench.ask("GET", "/collections?limit=5&offset=1&name=Shop&workspace=x")
            #expect(page.json == ["collections": [], "meta": ["total": 1, "offset": 1, "limit": 5]])
            let shown = try bench.ask("GET", "/collections/1-\(id)")
            let info: [(String, Shape)] = [
                ("_postman_id", .exactly(.string(id))), ("name", .exactly("Shop")), ("schema", .text),
                ("updatedAt", .time), ("uid", .uid), ("createdAt", .time), ("lastUpdatedBy", .digits),
            ]
            #expect(
                Shape.members([
                    ("collection", .members([("info", .members(info)), ("item", .array), ("variable", .array)]))
                ]).faults(shown.json) == [])
            let items = shown.json["collection"]?["item"]?.elements ?? []
            #expect(items.map { Shape.uuid.faults($0["id"]) + Shape.uid.faults($0["uid"]) } == [[], []])
            let responses = items.first?["response"]?.elements ?? []
            #expect(responses.map { Shape.uuid.faults($0["id"]) + Shape.uid.faults($0["uid"]) } == [[], []])
            let minimal = try bench.ask("GET", "/collections/\(id)?model=minimal")
            #expect(minimal.json["collection"]?["item"]?.elements?.first?["request"] == nil)

            var other = try #require(Bench.collection.object)
            other["variable"] = [["key": "baseUrl", "value": "https://b.example.com"]]
            let replaced = try bench.ask("PUT", "/collections/\(id)", ["collection": .object(other)])
            #expect(replaced.status == 200)
            #expect(Shape.members([("collection", Self.summary)]).faults(replaced.json) == [])
            let patched = try bench.ask(
                "PATCH", "/collections/\(id)",
                ["collection": ["info": ["name": "Renamed"], "variable": [], "auth": .null, "item": []]])
            #expect(patched.json["collection"]?["name"] == "Renamed")
            let after = try bench.ask("GET", "/collections/\(id)").json["collection"]
            #expect(after?["variable"] == [] && after?["item"]?.elements?.count == 2)
            let deleted = try bench.ask("DELETE", "/collections/\(id)")
            #expect(Shape.members([("collection", Self.gone)]).faults(deleted.json) == [])
            #expect(try bench.ask("GET", "/collections/\(id)").status == 404)
        }
    }

    @Test func `collections are refused in the documented words`() async throws {
        try await Bench.run { bench in
            let two = Shape.error(
                "malformedRequestError", "Found 2 errors with the supplied collection.",
                details: [": must have required property 'item'", "info: must have required property 'schema'"])
            let bad = try bench.ask("POST", "/collections", ["collection": ["info": ["name": "x"]]])
            #expect(bad.status == 400)
            #expect(two.faults(bad.json) == [])
            let unknown = Shape.error(
                "instanceNotFoundError", "We could not find the collection you are looking for")
            for method in ["GET", "PUT", "PATCH", "DELETE"] {
                let body: JSONValue? =
                    method == "PUT" || method == "PATCH" ? ["collection": Bench.collection] : nil
                let reply = try bench.ask(method, "/collections/none", body)
                #expect(reply.status == 404)
                #expect(unknown.faults(reply.json) == [])
            }
            try bench.addCollection()
            let twice = try bench.ask("POST", "/collections", ["collection": Bench.collection])
            #expect(twice.status == 400)
            #expect(twice.json["error"]?["name"] == "instanceFoundError")
            for body in ["", "{}", "{\"collection\":1}", "[]"] {
                #expect(try bench.ask("POST", "/collections", text: body).status == 400)
            }
        }
    }

    @Test func `examples are added, shown, changed and deleted in the flat model`() async throws {
        try await Bench.run { bench in
            let id = try bench.addCollection()
            let item = "a0000000-0000-4000-8000-000000000001"
            let shape = Shape.members([
                ("model_id", .uuid), ("meta", .members([("model", .exactly("response")), ("action", .text)])),
                (
                    "data",
                    .members([
                        ("id", .uuid), ("owner", .digits), ("request", .text), ("name", .text), ("status", .text),
                        ("responseCode", .members([("code", .int), ("name", .text)])), ("time", .any),
                        ("headers", .array), ("cookies", .array), ("mime", .any), ("text", .text), ("language", .any),
                        ("rawDataType", .text), ("requestObject", .text), ("createdAt", .time), ("updatedAt", .time),
                        ("lastUpdatedBy", .digits),
                    ])
                ), ("revision", .int),
            ])
            let made = try bench.ask(
                "POST", "/collections/\(id)/responses?request=1-\(item)",
                [
                    "name": "Gone", "responseCode": ["code": 410, "name": "Gone"],
                    "headers": [["key": "X-A", "value": "b"]], "text": "over",
                ])
            #expect(made.status == 200)
            #expect(shape.faults(made.json) == [])
            #expect(made.json["meta"]?["action"] == "create")
            let response = try #require(made.json["model_id"]?.text)
            let shown = try bench.ask("GET", "/collections/\(id)/responses/1-\(response)")
            #expect(shape.faults(shown.json) == [])
            #expect(shown.json["data"]?["request"]?.text == item)
            let changed = try bench.ask(
                "PUT", "/collections/\(id)/responses/\(response)", ["name": "New", "text": "x"])
            #expect(changed.json["data"]?["name"] == "New" && changed.json["data"]?["text"] == "x")
            #expect(changed.json["data"]?["responseCode"]?["code"] == 410)
            let listing = try CollectionCatalog(bench.workspace).read(
                CollectionCatalog(bench.workspace).find(id: id)
            ).listing()
            let example = listing.first { $0.id == response }
            #expect(example?.code == 410 && example?.path == "/users/1")
            #expect(try bench.ask("DELETE", "/collections/\(id)/responses/\(response)").status == 200)
            for method in ["GET", "PUT", "DELETE"] {
                let body: JSONValue? = method == "PUT" ? ["name": "x"] : nil
                #expect(try bench.ask(method, "/collections/\(id)/responses/\(response)", body).status == 404)
            }
            let noItem = try bench.ask("POST", "/collections/\(id)/responses?request=none", ["name": "x"])
            #expect(noItem.status == 404)
            let noParameter = try bench.ask("POST", "/collections/\(id)/responses", ["name": "x"])
            #expect(noParameter.json["error"]?["details"] == ["param": ["request"]])
        }
    }

    @Test func `environments are added, listed, shown, changed and deleted; secrets stay hidden`() async throws {
        try await Bench.run { bench in
            let made = try bench.ask(
                "POST", "/environments",
                [
                    "environment": [
                        "name": "Test",
                        "values": [
                            ["key": "baseUrl", "value": "https://x", "enabled": true, "type": "default"],
                            ["key": "token", "value": "hush-hush", "enabled": true, "type": "secret"],
                        ],
                    ]
                ])
            #expect(made.status == 200)
            #expect(Shape.members([("environment", Self.summary)]).faults(made.json) == [])
            let id = try #require(made.json["environment"]?["id"]?.text)
            #expect(
                Shape.members([("environments", .list(Self.listed))]).faults(try bench.ask("GET", "/environments").json)
                    == [])
            let shown = try bench.ask("GET", "/environments/1-\(id)")
            let value = Shape.members([("key", .text), ("value", .any), ("enabled", .bool), ("type", .text)])
            #expect(
                Shape.members([
                    (
                        "environment",
                        .members([
                            ("id", .uuid), ("name", .text), ("owner", .digits), ("createdAt", .time),
                            ("updatedAt", .time), ("values", .list(value)), ("isPublic", .bool),
                        ])
                    )
                ]).faults(shown.json) == [])
            // What was shown is sent back, with one more: the secret stays what it was.
            var values = try #require(shown.json["environment"]?["values"]?.elements)
            #expect(values[1]["value"] == .null)
            values.append(["key": "new", "value": "1"])
            let put = try bench.ask(
                "PUT", "/environments/\(id)", ["environment": ["name": "Other", "values": .array(values)]])
            #expect(put.json["environment"]?["name"] == "Other")
            let stored = try EnvironmentFolder(bench.workspace).find(id).environment
            #expect(stored.secretValue(of: "token") == "hush-hush")
            for path in [
                "/environments/\(id)", "/environments", "/api/v1/environments/Other",
                "/api/v1/export/environments/Other", "/workspaces",
            ] { #expect(!(try bench.ask("GET", path).text.contains("hush-hush")), "\(path)") }
            #expect(
                Shape.members([("environment", Self.gone)]).faults(try bench.ask("DELETE", "/environments/\(id)").json)
                    == [])
            let unknown = Shape.error(
                "instanceNotFoundError", "We could not find the environment you are looking for")
            #expect(unknown.faults(try bench.ask("GET", "/environments/\(id)").json) == [])
            let missing = Shape.error(
                "malformedRequestError", "Found 1 errors with the supplied environment.",
                details: [": must have required property 'environment'"])
            let bad = try bench.ask("POST", "/environments", [:])
            #expect(bad.status == 400)
            #expect(missing.faults(bad.json) == [])
        }
    }

    @Test func `the workspace is one, and has globals`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            let mock = try bench.addMock("A", collection: collection)
            let list = try bench.ask("GET", "/workspaces")
            let id = try #require(list.json["workspaces"]?.elements?.first?["id"]?.text)
            let shown = try bench.ask("GET", "/workspaces/\(id)").json["workspace"]
            #expect(
                shown?["mocks"] == [
                    [
                        "id": .string(mock.id), "name": "A", "uid": .string("1-\(mock.id)"), "deactivated": false,
                    ]
                ])
            #expect(shown?["collections"]?.elements?.first?["name"] == "Shop")
            #expect(shown?["monitors"] == [] && shown?["apis"] == [] && shown?["environments"] == [])
            #expect(try bench.ask("GET", "/workspaces/none").status == 404)
            let path = "/workspaces/\(id)/global-variables"
            #expect(try bench.ask("GET", path).json == ["values": []])
            let put = try bench.ask(
                "PUT", path, ["values": [["key": "a", "value": "1", "type": "default", "enabled": true]]])
            #expect(put.status == 200)
            #expect(try bench.ask("GET", path).json["values"]?.elements?.first?["key"] == "a")
            #expect(try bench.ask("GET", "/environments").json == ["environments": []])
            #expect(try bench.ask("PUT", path, [:]).status == 400)
        }
    }

    @Test func `collections of mock servers stay purely HTTP`() async throws {
        try await Bench.run { bench in
            let id = try bench.addCollection()
            var other = try #require(Bench.collection.object)
            other["item"] = [["name": "Chat", "request": ["method": "GET", "url": "ws://x/chat"], "response": []]]
            let body: JSONValue = ["collection": .object(other)]
            // Nobody serves it yet.
            #expect(try bench.ask("PUT", "/collections/\(id)", body).status == 200)
            #expect(try bench.ask("PUT", "/collections/\(id)", ["collection": Bench.collection]).status == 200)
            try bench.addMock("A", collection: id)
            let refused = try bench.ask("PUT", "/collections/\(id)", body)
            #expect(refused.status == 400)
            #expect(refused.json["error"]?["message"]?.text?.contains("Chat (ws)") == true)
            let kept = try bench.ask("GET", "/collections/\(id)")
            #expect(kept.json["collection"]?["item"]?.elements?.first?["name"] == "Show a user")
            // An editor put it there.
            let catalog = CollectionCatalog(bench.workspace)
            let foreign = try PostmanCollection(parsing: JSONWriter.bytes(.object(other)), slug: "shop", file: "shop")
            try catalog.replace(catalog.find(id: id), with: foreign)
            let rename: JSONValue = ["collection": ["info": ["name": "New"]]]
            #expect(try bench.ask("PATCH", "/collections/\(id)", rename).status == 400)
        }
    }
}
