import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Whole files in and out. What comes in is the request's content and nothing else: no route takes a path or an address.
enum TransferRoutes {
    static let routes: [Route] = [
        Route(
            .post, "/api/v1/import",
            RouteDocument(
                "Take in Postman's files, HAR, curl command lines or OpenAPI: the body is the file",
                [
                    .text("name", "Called so; with several collections a number goes behind."),
                    .bool("replace", "Whether what has the same name is replaced."),
                    .choice("group", ImportGrouping.allCases.map(\.rawValue), "How requests are put into folders."),
                    .progress,
                ],
                takes: RouteDocument.Content(type: "application/octet-stream", schema: Schema.text), status: 201,
                gives: Schema.object([
                    ("kind", Schema.text),
                    (
                        "imported",
                        Schema.array(
                            Schema.object([
                                ("kind", Schema.choice(["collection", "environment"])), ("id", Schema.text),
                                ("name", Schema.text), ("count", Schema.integer), ("examples", Schema.integer),
                                ("replaced", Schema.bool),
                            ]))
                    ), ("problems", Schema.array(Schema.ref("ImportProblem"))),
                    ("withoutContent", Schema.array(Schema.ref("ImportProblem"))), ("problemCount", Schema.integer),
                ]), refusing: [409]), bodyLimit: Route.BodyLimit.documents, take),
        Route(
            .get, "/api/v1/export/collections/{collectionId}",
            RouteDocument("A collection's file", gives: Schema.object), collection),
        Route(
            .get, "/api/v1/export/environments/{environmentId}",
            RouteDocument("An environment's file; values of secrets are left out", gives: Schema.object), environment),
    ]

    private static func take(_ call: Call) throws -> Answer {
        let importer = Importer(call.desk.workspace)
        var options = importer.options(redaction: call.desk.redaction)
        options.byteLimit = Route.BodyLimit.documents
        options.grouping = try call.choice("group", ImportGrouping.self)
        call.progress.tell(0, of: nil, "reading")
        options.progress = { call.progress.tell($0, of: $1, "reading") }
        let taken: Import
        do throws(CollectionError) {
            taken = try Import.read(call.body, name: "import", options: options)
        } catch {
            throw Refusal.badRequest("\(error.place): \(error.message)")
        }
        guard taken.items.allSatisfy({ !$0.name.isEmpty }) else { throw Refusal.badRequest("it has no name") }
        let stored = try importer.store(taken.items, name: call.text("name"), replaces: call.bool("replace") ?? false) {
            call.progress.tell($0, of: $1, "storing")
        }
        func list(_ problems: [ImportProblem]) -> JSONValue {
            .array(
                problems.prefix(problemLimit).map { ["place": .string($0.place), "message": .string($0.message)] })
        }
        return Answer(
            [
                "kind": .string(taken.kind.rawValue),
                "imported": .array(
                    stored.map { item in
                        [
                            "kind": .string(item.kind.rawValue), "id": .string(item.id), "name": .string(item.name),
                            "count": .integer(item.count), "examples": .integer(item.exampleCount),
                            "replaced": .bool(item.isReplacement),
                        ]
                    }), "problems": list(taken.problems), "withoutContent": list(taken.withoutContent),
                "problemCount": .integer(taken.problems.count + taken.withoutContent.count),
            ], status: .created)
    }

    /// Of each kind, listed; all are counted.
    static let problemLimit = 1000

    private static func collection(_ call: Call) throws -> Answer {
        let entry = try call.desk.collections.find(call["collectionId"])
        return .download(
            try call.desk.collections.read(entry).bytes(), name: entry.slug + PostmanCollection.fileEnding)
    }

    private static func environment(_ call: Call) throws -> Answer {
        let stored = try call.desk.environments.find(call["environmentId"])
        var environment = stored.environment
        environment.setMember("values", to: PostmanEnvironments.values(environment))
        return .download(
            environment.bytes(), name: NameSlug.slug(of: stored.name) + PostmanEnvironment.fileEnding)
    }
}
