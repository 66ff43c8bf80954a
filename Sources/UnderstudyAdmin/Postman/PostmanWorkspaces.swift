import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// `/workspaces`: there is one, the folder.
enum PostmanWorkspaces {
    private static let globals = Schema.wrapped("values", Schema.array(Schema.ref("Variable")))

    static let routes: [Route] = [
        Route(
            .get, "/workspaces",
            RouteDocument(
                "List workspaces", [.text("type", "Accepted.")],
                gives: Schema.wrapped(
                    "workspaces",
                    Schema.array(
                        Schema.object([("id", Schema.text), ("name", Schema.text), ("type", Schema.text)])))), list),
        Route(
            .get, "/workspaces/{workspaceId}",
            RouteDocument("Show the workspace", gives: Schema.wrapped("workspace", Schema.ref("Workspace"))), show),
        Route(
            .get, "/workspaces/{workspaceId}/global-variables", RouteDocument("Show the globals", gives: globals),
            showGlobals),
        Route(
            .put, "/workspaces/{workspaceId}/global-variables",
            RouteDocument("Replace the globals", takes: .json(globals), gives: globals), replaceGlobals),
    ]

    /// Made of what is this workspace's alone and says nothing of where it is.
    private static func id(_ desk: Desk) throws -> String {
        Digest(of: "workspace\n" + (try desk.workspace.redactionKey()).map { String($0) }.joined(separator: " ")).uuid
    }

    /// The folder's name.
    private static func name(_ desk: Desk) -> String {
        desk.workspace.folder.split(separator: "/").last.map(String.init) ?? "recordings"
    }

    private static func check(_ call: Call) throws -> String {
        let id = try id(call.desk)
        guard ItemID.matches(call["workspaceId"], id) else {
            throw Refusal.notFound("We could not find the workspace you are looking for")
        }
        return id
    }

    private static func list(_ call: Call) throws -> Answer {
        Answer([
            "workspaces": [
                [
                    "id": .string(try id(call.desk)), "name": .string(name(call.desk)), "type": "team",
                    "visibility": "team", "createdBy": .string(PostmanID.owner),
                ]
            ]
        ])
    }

    private static func show(_ call: Call) throws -> Answer {
        let id = try check(call)
        let desk = call.desk
        let view = MockView(desk)
        let mocks = desk.mocks.all().mocks.map(\.mock)
        let times = mocks.map(\.updatedAt) + desk.collections.all().map(\.updatedAt)
        let now = Timestamp.now()
        return Answer([
            "workspace": [
                "id": .string(id), "name": .string(name(desk)), "type": "team", "description": "",
                "visibility": "team", "createdBy": .string(PostmanID.owner), "updatedBy": .string(PostmanID.owner),
                "createdAt": .string((times.min() ?? now).isoText), "updatedAt": .string((times.max() ?? now).isoText),
                "collections": .array(
                    desk.collections.all().map {
                        ["id": .string($0.id), "name": .string($0.name), "uid": PostmanID.uid($0.id)]
                    }),
                "environments": .array(
                    PostmanEnvironments.all(desk).map {
                        ["id": .string($0.id), "name": .string($0.name), "uid": PostmanID.uid($0.id)]
                    }),
                "mocks": .array(
                    mocks.map { mock in
                        [
                            "id": .string(mock.id), "name": .string(mock.name),
                            "uid": PostmanID.uid(mock.id, owner: mock.owner),
                            "deactivated": .bool(view.isDeactivated(mock)),
                        ]
                    }), "monitors": [], "apis": [],
            ]
        ])
    }

    // MARK: Globals

    private static func stored(_ desk: Desk) -> EnvironmentFolder.Stored? {
        desk.environments.all().environments.first { $0.environment.kind == .globals }
    }

    private static func showGlobals(_ call: Call) throws -> Answer {
        _ = try check(call)
        let environment = stored(call.desk)?.environment
        return Answer(["values": environment.map(PostmanEnvironments.values) ?? []])
    }

    private static func replaceGlobals(_ call: Call) throws -> Answer {
        let object = try call.object()
        guard let values = object["values"] else {
            throw Refusal.malformed("globals", [": must have required property 'values'"])
        }
        try PostmanEnvironments.checkValues(values, "globals")
        _ = try check(call)
        let after: EnvironmentFolder.Stored
        if let before = stored(call.desk) {
            after = try call.desk.environments.change(before.id) { globals in
                let kept = (values.elements ?? []).map { PostmanEnvironments.keepingSecret($0, of: globals) }
                globals.setMember("values", to: .array(kept))
            }
        } else {
            var globals = PostmanEnvironment(name: "Globals", kind: .globals, id: ItemID.make())
            globals.setMember("values", to: values)
            after = try call.desk.environments.create(globals, isOnly: false)
        }
        return Answer(["values": PostmanEnvironments.values(after.environment)])
    }
}
