import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// `/environments`. Values of secrets are written and never shown: their `value` is `null`, and one that is sent as `null`
/// keeps what it was, so that what was shown can be sent back.
enum PostmanEnvironments {
    private static let content = RouteDocument.Content.json(
        Schema.wrapped(
            "environment",
            Schema.object([("name?", Schema.text), ("values?", Schema.array(Schema.ref("Variable")))])))
    private static let summary = Schema.wrapped(
        "environment", Schema.object([("id", Schema.text), ("name", Schema.text), ("uid", Schema.text)]))

    static let routes: [Route] = [
        Route(
            .get, "/environments",
            RouteDocument(
                "List environments", [.text("workspace", "Accepted: there is one workspace.")],
                gives: Schema.wrapped("environments", Schema.array(Schema.ref("EnvironmentListed")))), list),
        Route(
            .post, "/environments",
            RouteDocument(
                "Add an environment", [.text("workspace", "Accepted: there is one workspace.")], takes: content,
                gives: summary), create),
        Route(
            .get, "/environments/{environmentId}",
            RouteDocument(
                "Show an environment", gives: Schema.wrapped("environment", Schema.ref("Environment"))), show),
        Route(
            .put, "/environments/{environmentId}",
            RouteDocument("Change an environment", [.ifMatch], takes: content, gives: summary, refusing: [409]),
            replace),
        Route(
            .delete, "/environments/{environmentId}",
            RouteDocument(
                "Delete an environment",
                gives: Schema.wrapped("environment", Schema.object([("id", Schema.text), ("uid", Schema.text)]))),
            delete),
    ]

    // MARK: Reading

    /// Without the workspace's globals, which are kept beside them.
    static func all(_ desk: Desk) -> [EnvironmentFolder.Stored] {
        desk.environments.all().environments.filter { $0.environment.kind == .environment }
    }

    static func find(_ reference: String, _ desk: Desk) throws -> EnvironmentFolder.Stored {
        let stored = try desk.environments.find(reference)
        guard ItemID.matches(reference, stored.id), stored.environment.kind == .environment else {
            throw ItemError.unknown(.environment, reference)
        }
        return stored
    }

    private static func list(_ call: Call) throws -> Answer {
        Answer([
            "environments": .array(
                all(call.desk).map { stored in
                    [
                        "id": .string(stored.id), "name": .string(stored.name),
                        "createdAt": .string(stored.updatedAt.isoText), "updatedAt": .string(stored.updatedAt.isoText),
                        "owner": .string(PostmanID.owner), "uid": PostmanID.uid(stored.id), "isPublic": false,
                    ]
                })
        ])
    }

    private static func show(_ call: Call) throws -> Answer {
        let stored = try find(call["environmentId"], call.desk)
        return Answer(
            [
                "environment": [
                    "id": .string(stored.id), "name": .string(stored.name), "owner": .string(PostmanID.owner),
                    "createdAt": .string(stored.updatedAt.isoText), "updatedAt": .string(stored.updatedAt.isoText),
                    "values": values(stored.environment), "isPublic": false,
                ]
            ], revision: stored.revision)
    }

    static func values(_ environment: PostmanEnvironment) -> JSONValue {
        .array(
            environment.variables.map { variable in
                [
                    "key": .string(variable.name), "value": variable.value.map { .string($0) } ?? .null,
                    "enabled": .bool(variable.isEnabled), "type": variable.isSecret ? "secret" : "default",
                ]
            })
    }

    // MARK: Writing

    private static func create(_ call: Call) throws -> Answer {
        let input = try input(call)
        guard let name = input["name"]?.text, !name.isEmpty else {
            throw Refusal.malformed("environment", ["environment: must have required property 'name'"])
        }
        var environment = PostmanEnvironment(name: name, id: ItemID.make())
        if let values = input["values"] { environment.setMember("values", to: values) }
        return summary(try call.desk.environments.create(environment, isOnly: false))
    }

    private static func replace(_ call: Call) throws -> Answer {
        let input = try input(call)
        let found = try find(call["environmentId"], call.desk)
        let stored = try call.desk.environments.change(found.id, ifRevision: call.revision) { environment in
            if let name = input["name"]?.text, !name.isEmpty { environment.rename(to: name) }
            if let values = input["values"]?.elements {
                environment.setMember("values", to: .array(values.map { keepingSecret($0, of: environment) }))
            }
        }
        return summary(stored)
    }

    /// A value that was shown as `null` because it is secret stays.
    static func keepingSecret(_ entry: JSONValue, of environment: PostmanEnvironment) -> JSONValue {
        guard var object = entry.object, object["type"]?.text == "secret", object["value"]?.isNull ?? true,
            let name = object["key"]?.text, let value = environment.secretValue(of: name)
        else { return entry }
        object["value"] = value
        return .object(object)
    }

    private static func delete(_ call: Call) throws -> Answer {
        let found = try find(call["environmentId"], call.desk)
        try call.desk.environments.delete(found.id)
        return Answer(["environment": ["id": .string(found.id), "uid": PostmanID.uid(found.id)]])
    }

    // MARK: Parts

    private static func input(_ call: Call) throws -> JSONObject {
        guard let value = try call.object()["environment"] else {
            throw Refusal.malformed("environment", [": must have required property 'environment'"])
        }
        guard let object = value.object else {
            throw Refusal.malformed("environment", ["environment: must be object"])
        }
        if let name = object["name"], name.text == nil {
            throw Refusal.malformed("environment", ["environment.name: must be string"])
        }
        try checkValues(object["values"], "environment")
        return object
    }

    static func checkValues(_ values: JSONValue?, _ what: String) throws(Refusal) {
        guard let values else { return }
        guard let entries = values.elements else { throw .malformed(what, ["\(what).values: must be array"]) }
        for (index, entry) in entries.enumerated() {
            guard let key = entry["key"]?.text, !key.isEmpty else {
                throw .malformed(what, ["\(what).values[\(index)]: must have required property 'key'"])
            }
            switch entry["value"] {
            case nil, .null, .string, .bool, .number: break
            default: throw .malformed(what, ["\(what).values[\(index)].value: must be string"])
            }
            if let type = entry["type"], type.text == nil {
                throw .malformed(what, ["\(what).values[\(index)].type: must be string"])
            }
            if let isEnabled = entry["enabled"], isEnabled.bool == nil {
                throw .malformed(what, ["\(what).values[\(index)].enabled: must be boolean"])
            }
        }
    }

    private static func summary(_ stored: EnvironmentFolder.Stored) -> Answer {
        Answer(
            [
                "environment": [
                    "id": .string(stored.id), "name": .string(stored.name), "uid": PostmanID.uid(stored.id),
                ]
            ], revision: stored.revision)
    }
}
