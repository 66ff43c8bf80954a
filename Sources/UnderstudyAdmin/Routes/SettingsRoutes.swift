import HTTPTypes
import UnderstudyCore

/// What the server was started with. Nothing here can be changed while it runs, but the mode.
enum SettingsRoutes {
    private static let items = Schema.array(Schema.ref("Setting"))
    private static let names = Schema.array(Schema.text)

    static let routes: [Route] = [
        Route(
            .get, "/api/v1/settings",
            RouteDocument(
                "What the server was started with, each with the flag that changes it; no secrets",
                gives: Schema.object([
                    ("version", Schema.text), ("mode", Schema.text), ("startMode", Schema.text), ("dir", Schema.text),
                    ("upstream", Schema.optional(Schema.text)),
                    ("listeners", Schema.object([("frontDoor", Schema.text), ("admin", Schema.text)])),
                    ("limits", items), ("matching", items), ("answering", items), ("recording", items),
                    ("forwarding", items),
                    (
                        "redaction",
                        Schema.object([
                            ("enabled", Schema.bool), ("keepSecrets", Schema.bool), ("fields", names),
                            ("parameters", names), ("json", names), ("added", names),
                            (
                                "flags",
                                Schema.object([
                                    ("enabled", Schema.text), ("keepSecrets", Schema.text), ("added", Schema.text),
                                ])
                            ),
                        ])
                    ),
                ])), asking: show)
    ]

    private static func show(_ call: Call) async throws -> Answer {
        let server = try call.desk.server()
        let status = try await server.status()
        let settings = server.shownSettings
        func list(_ items: [ServerSettings.Item]) -> JSONValue { .array(items.map(\.json)) }
        func names(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
        return Answer([
            "version": .string(status.version), "mode": .string(status.mode.rawValue),
            "startMode": .string(settings.startMode.rawValue), "dir": .string(settings.folder),
            "upstream": settings.upstream.map { .string($0) } ?? .null,
            "listeners": ["frontDoor": .string(settings.frontDoor), "admin": .string(settings.admin)],
            "limits": list(settings.limits), "matching": list(settings.matching),
            "answering": list(settings.answering), "recording": list(settings.recording),
            "forwarding": list(settings.forwarding),
            "redaction": [
                "enabled": .bool(settings.redacts), "keepSecrets": .bool(settings.keepsSecrets),
                // Those that have a grammar of their own come first.
                "fields": names(Redaction.Rules.grammarFields + Redaction.Rules.defaultFields),
                "parameters": names(Redaction.Rules.defaultMembers), "json": names(Redaction.Rules.defaultMembers),
                "added": names(settings.redactedNames),
                "flags": ["enabled": "--no-redact", "keepSecrets": "--keep-secrets", "added": "--redact"],
            ],
        ])
    }
}
