import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Environments and their single variables, as `understudy env` has them. Values of secrets are never answered.
enum EnvironmentRoutes {
    private static let one = Schema.object([
        ("id", Schema.text), ("name", Schema.text),
        (
            "variables",
            Schema.array(
                Schema.object([
                    ("name", Schema.text), ("value", Schema.optional(Schema.text)), ("secret", Schema.bool),
                    ("enabled", Schema.bool),
                ]))
        ),
    ])

    static let routes: [Route] = [
        Route(
            .get, "/api/v1/environments",
            RouteDocument(
                "List environments",
                gives: Schema.wrapped(
                    "environments",
                    Schema.array(
                        Schema.object([
                            ("id", Schema.text), ("name", Schema.text), ("slug", Schema.text),
                            ("count", Schema.integer),
                            ("mocks", Schema.array(Schema.object([("id", Schema.text), ("name", Schema.text)]))),
                        ])))), list),
        Route(
            .post, "/api/v1/environments",
            RouteDocument(
                "Make an environment",
                takes: .json(
                    Schema.object([
                        ("name", Schema.text),
                        (
                            "variables?",
                            Schema.array(
                                Schema.object([
                                    ("name", Schema.text), ("value?", Schema.text), ("secret?", Schema.bool),
                                    ("enabled?", Schema.bool),
                                ]))
                        ),
                    ])), status: 201, gives: one, refusing: [409]), create),
        Route(
            .patch, "/api/v1/environments/{environmentId}",
            RouteDocument(
                "Give an environment another name", [.ifMatch], takes: .json(Schema.wrapped("name", Schema.text)),
                gives: one, refusing: [409]), rename),
        Route(
            .delete, "/api/v1/environments/{environmentId}",
            RouteDocument(
                "Delete an environment; mock servers with it are deactivated by that",
                gives: Schema.object([("id", Schema.text), ("deactivates", Schema.array(Schema.text))])), remove),
        Route(
            .get, "/api/v1/environments/{environmentId}",
            RouteDocument("Show an environment", gives: one),
            { answer(try call($0)) }),
        Route(
            .put, "/api/v1/environments/{environmentId}/variables/{variable}",
            RouteDocument(
                "Give a variable a value", [.ifMatch],
                takes: .json(
                    Schema.object([
                        ("value?", Schema.text), ("secret?", Schema.bool), ("enabled?", Schema.bool),
                    ])), gives: one, refusing: [409]), set),
        Route(
            .delete, "/api/v1/environments/{environmentId}/variables/{variable}",
            RouteDocument("Remove a variable", [.ifMatch], gives: one, refusing: [409]), unset),
    ]

    private static func call(_ call: Call) throws -> EnvironmentFolder.Stored {
        try call.desk.environments.find(call["environmentId"])
    }

    // MARK: Whole ones

    private static func mocks(with id: String, _ call: Call) -> [MockServer] {
        call.desk.mocks.all().mocks.map(\.mock).filter { $0.environment.map { ItemID.matches($0, id) } ?? false }
    }

    private static func list(_ call: Call) -> Answer {
        Answer([
            "environments": .array(
                call.desk.environments.all().environments.map { stored in
                    let file = stored.path.split(separator: "/").last.map(String.init) ?? ""
                    let ending = [PostmanEnvironment.fileEnding, ".json"].first { file.hasSuffix($0) } ?? ""
                    return [
                        "id": .string(stored.id), "name": .string(stored.name),
                        "slug": .string(String(file.dropLast(ending.count))),
                        "count": .integer(stored.environment.variables.count),
                        "mocks": .array(
                            mocks(with: stored.id, call).map { ["id": .string($0.id), "name": .string($0.name)] }),
                    ]
                })
        ])
    }

    private static func create(_ call: Call) throws -> Answer {
        let name = try CollectionRoutes.name(call)
        var environment = PostmanEnvironment(name: name, id: ItemID.make())
        for (index, element) in try MemberReader(call.object(), path: "$").elements("variables").enumerated() {
            guard let object = element.object else {
                throw Refusal.parameter("variables", "it is a list of {\"name\", \"value\"}")
            }
            let fields = MemberReader(object, path: "variables[\(index)]")
            guard let name = try fields.text("name"), !name.isEmpty else {
                throw Refusal.parameter("variables[\(index)].name", "it is a text")
            }
            environment.set(name, to: try fields.text("value") ?? "", isSecret: try fields.bool("secret"))
            if try fields.bool("enabled") == false { environment.enable(name, false) }
        }
        return answer(try call.desk.environments.create(environment), .created)
    }

    private static func rename(_ call: Call) throws -> Answer {
        let name = try CollectionRoutes.name(call)
        let id = try self.call(call).id
        return answer(
            try change(call) { environment in
                // Here no other takes the name meanwhile.
                let isTaken = call.desk.environments.all().environments.contains {
                    $0.id != id && $0.name.lowercased() == name.lowercased()
                }
                if isTaken { throw ItemError.exists(.environment, name) }
                environment.rename(to: name)
            })
    }

    private static func remove(_ call: Call) throws -> Answer {
        let stored = try self.call(call)
        let mocks = mocks(with: stored.id, call)
        try call.desk.environments.delete(stored.id)
        return Answer(["id": .string(stored.id), "deactivates": .array(mocks.map { .string($0.name) })])
    }

    /// - Throws: a conflict with what it is now, when it is not what the caller has seen.
    private static func change(
        _ call: Call, _ body: (inout PostmanEnvironment) throws -> Void
    ) throws -> EnvironmentFolder.Stored {
        let id = try self.call(call).id
        do {
            return try call.desk.environments.change(id, ifRevision: call.revision, body)
        } catch let error as ItemError {
            var refusal = Refusal(error)
            if case .changed = error { refusal.current = json(try self.call(call)) }
            throw refusal
        }
    }

    // MARK: Variables

    private static func answer(
        _ stored: EnvironmentFolder.Stored, _ status: HTTPResponse.Status = .ok
    ) -> Answer {
        Answer(json(stored), status: status, revision: stored.revision)
    }

    private static func json(_ stored: EnvironmentFolder.Stored) -> JSONValue {
        [
            "id": .string(stored.id), "name": .string(stored.name),
            "variables": .array(
                stored.environment.variables.map {
                    [
                        "name": .string($0.name), "value": $0.value.map { .string($0) } ?? .null,
                        "secret": .bool($0.isSecret), "enabled": .bool($0.isEnabled),
                    ]
                }),
        ]
    }

    private static func set(_ call: Call) throws -> Answer {
        let fields = MemberReader(try call.object(), path: "$")
        let (value, isSecret) = (try fields.text("value"), try fields.bool("secret"))
        let isEnabled = try fields.bool("enabled")
        guard !call["variable"].isEmpty else { throw Refusal.parameter("variable", "it has a name") }
        let stored = try change(call) {
            if let value {
                $0.set(call["variable"], to: value, isSecret: isSecret)
            } else if isEnabled == nil || isSecret != nil {
                throw Refusal.missing(["value"])
            }
            if let isEnabled, !$0.enable(call["variable"], isEnabled) {
                throw Refusal.notFound("there is no such variable")
            }
        }
        return answer(stored)
    }

    private static func unset(_ call: Call) throws -> Answer {
        answer(
            try change(call) {
                guard $0.unset(call["variable"]) else { throw Refusal.notFound("there is no such variable") }
            })
    }
}
