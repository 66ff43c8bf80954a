import UnderstudyCore
import UnderstudyFormats

/// The shapes that several routes have in common.
enum APISchemas {
    private static let delay: JSONValue = .object(
        JSONObject([
            (
                "anyOf",
                [
                    ["type": "null"],
                    Schema.object([
                        ("type", Schema.choice(["fixed"])), ("preset?", Schema.choice(["1", "2"])),
                        ("duration", Schema.int(0...Delay.limit)),
                    ]),
                    Schema.object([
                        ("type", Schema.choice(["uniform"])), ("min", Schema.int(0...Delay.limit)),
                        ("max", Schema.int(0...Delay.limit)),
                    ]),
                    Schema.object([
                        ("type", Schema.choice(["normal"])), ("mean", Schema.number), ("deviation", Schema.number),
                    ]),
                    Schema.object([
                        ("type", Schema.choice(["lognormal"])), ("median", Schema.number), ("sigma", Schema.number),
                    ]),
                ]
            )
        ]))

    private static let config: [(String, JSONValue)] = [
        ("headers?", Schema.array(Schema.text)), ("matchBody?", Schema.optional(Schema.bool)),
        ("matchHeader?", Schema.bool), ("matchQueryParams?", Schema.bool),
        ("matchWildcards?", Schema.optional(Schema.bool)), ("delay?", Schema.ref("Delay")),
        ("serverResponseId?", Schema.optional(Schema.text)),
        ("profile?", Schema.choice(MatchOptions.Profile.allCases.map(\.rawValue))),
        ("repeats?", Schema.optional(Schema.choice(Repeats.allCases.map(\.rawValue)))),
    ]

    private static let message: [(String, JSONValue)] = [
        ("fields", Schema.array(Schema.ref("FieldLine"))), ("trailers", Schema.array(Schema.ref("FieldLine"))),
        ("body", Schema.ref("Body")),
    ]

    private static let listed: [(String, JSONValue)] = [
        ("id", Schema.text), ("name", Schema.text), ("owner", Schema.text), ("createdAt", Schema.time),
        ("updatedAt", Schema.time), ("uid", Schema.text), ("isPublic", Schema.bool),
    ]

    private static let serverResponse: [(String, JSONValue)] = [
        ("name", Schema.text), ("statusCode", Schema.int(500...599)),
        ("headers?", Schema.array(Schema.object([("key", Schema.text), ("value", Schema.text)]))),
        ("language?", Schema.optional(Schema.choice(ServerResponse.Language.allCases.map(\.rawValue)))),
        ("body?", Schema.text),
    ]

    private static let created: [(String, JSONValue)] = [
        ("createdAt", Schema.time), ("updatedAt", Schema.time), ("createdBy", Schema.text), ("updatedBy", Schema.text),
    ]

    /// What a form has of an example.
    ///
    /// - Parameter isWhole: whether it is one that is shown; else what may be sent.
    static func view(isWhole: Bool) -> [(String, JSONValue)] {
        let lines = Schema.array(Schema.ref("FieldLine"))
        let rules = [
            ("ignore", Schema.array(Schema.text)),
            ("matchBody", Schema.optional(Schema.choice(ExampleEdit.BodyRule.allCases.map(\.rawValue)))),
            ("repeats", Schema.optional(Schema.choice(Repeats.allCases.map(\.rawValue)))), ("enabled", Schema.bool),
        ]
        func names(_ members: [(String, JSONValue)]) -> [(String, JSONValue)] {
            isWhole ? members : members.map { ($0.0 + "?", $0.1) }
        }
        let members = names([
            ("name", Schema.text), ("method", Schema.text), ("target", Schema.text), ("requestFields", lines),
            ("requestBody", Schema.optional(Schema.text)), ("status", Schema.integer), ("reason", Schema.text),
            ("fields", lines), ("body", Schema.optional(Schema.text)), ("delay", Schema.any),
            ("rules", Schema.object(names(rules))),
        ])
        return members + [("bodyBase64?", Schema.text)] + (isWhole ? [("bodyBytes", Schema.integer)] : [])
    }

    /// A request or a folder, and what is in it.
    static let item: [(String, JSONValue)] = [
        ("kind", Schema.choice(["request", "folder"])), ("name", Schema.text), ("folders", Schema.array(Schema.text)),
        ("examples", Schema.integer),
    ]

    static let all: [(String, JSONValue)] = [
        ("Error", Schema.wrapped("error", Schema.object([("name", Schema.text), ("message", Schema.text)]))),
        ("Problem", Schema.object([("title", Schema.text), ("status", Schema.integer), ("detail", Schema.text)])),
        ("Delay", delay), ("MockConfig", Schema.object(config)),
        (
            "CallLimits",
            Schema.object([
                ("callsPerMinute?", Schema.optional(Schema.int(1...Int.max))),
                ("callsPerMonth?", Schema.optional(Schema.int(1...Int.max))),
            ])
        ),
        (
            "PostmanMock",
            Schema.object([
                ("id", Schema.text), ("owner", Schema.text), ("uid", Schema.text), ("collection", Schema.text),
                ("environment?", Schema.text), ("mockUrl", Schema.text), ("name", Schema.text),
                ("config", Schema.ref("MockConfig")), ("createdAt", Schema.time), ("updatedAt", Schema.time),
                ("isPublic?", Schema.bool), ("deactivated?", Schema.bool),
            ])
        ),
        (
            "Mock",
            Schema.object([
                ("id", Schema.text), ("uid", Schema.text), ("name", Schema.text), ("owner", Schema.text),
                ("collection", Schema.text), ("versionTag", Schema.optional(Schema.text)),
                ("environment", Schema.optional(Schema.text)), ("description", Schema.text), ("private", Schema.bool),
                ("port", Schema.optional(Schema.integer)), ("config", Schema.ref("MockConfig")),
                ("limits", Schema.ref("CallLimits")), ("serverResponses", Schema.array(Schema.object)),
                ("createdAt", Schema.time), ("updatedAt", Schema.time), ("url", Schema.text),
                ("deactivated", Schema.bool), ("collectionName", Schema.optional(Schema.text)),
                ("environmentName", Schema.optional(Schema.text)), ("calls", Schema.optional(Schema.integer)),
                ("curl", Schema.optional(Schema.text)),
            ])
        ),
        (
            "CallLine",
            Schema.object([
                ("id", Schema.integer), ("time", Schema.time), ("method", Schema.text), ("path", Schema.text),
                ("query", Schema.optional(Schema.text)), ("status", Schema.optional(Schema.integer)),
                ("result", Schema.text), ("responseName", Schema.text), ("example", Schema.optional(Schema.text)),
                ("score", Schema.optional(Schema.number)), ("reason", Schema.optional(Schema.text)),
                ("totalMs", Schema.number),
            ])
        ),
        (
            "CallLog",
            Schema.object([
                ("id", Schema.text), ("responseName", Schema.text), ("servedAt", Schema.time),
                ("request", Schema.object([("method", Schema.text), ("path", Schema.text)])),
                (
                    "response",
                    Schema.object([
                        ("type", Schema.choice(["success", "error"])), ("statusCode", Schema.optional(Schema.integer)),
                    ])
                ),
            ])
        ),
        ("ServerResponseInput", Schema.object(serverResponse)),
        (
            "ServerResponse", Schema.object([("id", Schema.text)] + serverResponse + created + [("mock", Schema.text)])
        ),
        (
            "ServerResponseListed",
            Schema.object([("id", Schema.text), ("name", Schema.text), ("statusCode", Schema.integer)] + created)
        ),
        ("CollectionListed", Schema.object(listed)), ("EnvironmentListed", Schema.object(listed)),
        (
            "Collection",
            Schema.object([
                (
                    "info",
                    Schema.object([("_postman_id", Schema.text), ("name", Schema.text), ("schema", Schema.text)])
                ),
                ("item", Schema.array(Schema.any)),
            ])
        ),
        (
            "ResponseInput",
            Schema.object([
                ("name", Schema.text), ("responseCode?", Schema.object([("code", Schema.int(100...999))])),
                ("headers?", Schema.array(Schema.object)), ("text?", Schema.optional(Schema.text)),
                ("language?", Schema.text),
            ])
        ),
        (
            "ResponseAnswer",
            Schema.object([
                ("model_id", Schema.text),
                ("meta", Schema.object([("model", Schema.choice(["response"])), ("action", Schema.text)])),
                ("data", Schema.object([("id", Schema.text), ("owner", Schema.text)])), ("revision", Schema.integer),
            ])
        ),
        (
            "Variable",
            Schema.object([
                ("key", Schema.text),
                ("value?", ["type": ["string", "null"]]), ("enabled?", Schema.bool), ("type?", Schema.text),
            ])
        ),
        (
            "Environment",
            Schema.object([
                ("id", Schema.text), ("name", Schema.text), ("owner", Schema.text), ("createdAt", Schema.time),
                ("updatedAt", Schema.time), ("values", Schema.array(Schema.ref("Variable"))),
                ("isPublic", Schema.bool),
            ])
        ),
        (
            "Workspace",
            Schema.object([
                ("id", Schema.text), ("name", Schema.text), ("type", Schema.text),
                ("collections", Schema.array(Schema.object)), ("environments", Schema.array(Schema.object)),
                ("mocks", Schema.array(Schema.object)), ("monitors", Schema.array(Schema.object)),
                ("apis", Schema.array(Schema.object)),
            ])
        ),
        (
            "HistoryEntry",
            Schema.object([
                ("id", Schema.integer), ("time", Schema.time), ("mode", Schema.text), ("result", Schema.text),
                ("method", Schema.text), ("upstream", Schema.text), ("host", Schema.text), ("path", Schema.text),
                ("query", Schema.optional(Schema.text)), ("status", Schema.optional(Schema.integer)),
                ("failure", Schema.optional(Schema.text)), ("requestBytes", Schema.integer),
                ("responseBytes", Schema.integer), ("totalMs", Schema.number),
                ("example", Schema.optional(Schema.text)), ("exampleState", Schema.text),
                ("session", Schema.optional(Schema.text)), ("mock", Schema.optional(Schema.text)),
                ("exampleName", Schema.optional(Schema.text)), ("score", Schema.optional(Schema.number)),
                ("missReason", Schema.optional(Schema.text)), ("requestType", Schema.optional(Schema.text)),
                ("responseType", Schema.optional(Schema.text)),
            ])
        ),
        ("FieldLine", Schema.object([("name", Schema.text), ("value", Schema.text)])),
        (
            "Body",
            Schema.object([
                ("byteCount", Schema.integer), ("keptByteCount", Schema.integer), ("isCut", Schema.bool),
                ("text?", Schema.text), ("base64?", Schema.text), ("coding?", Schema.text), ("decoded?", Schema.bool),
                ("isMissing?", Schema.bool),
            ])
        ),
        (
            "Considered",
            Schema.object([
                ("id", Schema.text), ("exampleId", Schema.text), ("name", Schema.text), ("collection", Schema.text),
                ("request", Schema.text), ("status", Schema.integer), ("score?", Schema.number),
                ("points?", Schema.text), ("chosen?", Schema.bool), ("place?", Schema.text), ("reason?", Schema.text),
                ("mend?", Schema.text),
                (
                    "difference?",
                    Schema.object([
                        ("place", Schema.text), ("reason", Schema.text), ("expected", Schema.optional(Schema.text)),
                        ("actual", Schema.optional(Schema.text)),
                    ])
                ),
                ("mends?", Schema.array(Schema.object([("kind", Schema.text), ("label", Schema.text)]))),
            ])
        ),
        (
            "Exchange",
            Schema.object([
                ("id", Schema.integer), ("time", Schema.time), ("mode", Schema.text), ("result", Schema.text),
                ("upstream", Schema.text), ("mock", Schema.optional(Schema.text)),
                ("exampleName", Schema.optional(Schema.text)), ("score", Schema.optional(Schema.number)),
                ("missReason", Schema.optional(Schema.text)), ("collection", Schema.optional(Schema.text)),
                ("timings", Schema.object),
                (
                    "request",
                    Schema.object(
                        [("method", Schema.text), ("target", Schema.text), ("version", Schema.text)] + message)
                ),
                (
                    "response",
                    Schema.optional(Schema.object([("status", Schema.integer), ("reason", Schema.text)] + message))
                ),
            ])
        ),
        (
            "ExampleListed",
            Schema.object([
                ("id", Schema.text), ("collection", Schema.text), ("name", Schema.text),
                ("folders", Schema.array(Schema.text)), ("item", Schema.text), ("itemId", Schema.text),
                ("method", Schema.text),
                ("path", Schema.text), ("status", Schema.integer), ("bytes", Schema.integer),
            ])
        ),
        ("ExampleView", Schema.object(view(isWhole: true))), ("ExampleViewInput", Schema.object(view(isWhole: false))),
        (
            "ExampleShown",
            Schema.object([
                ("id", Schema.text), ("collection", Schema.text), ("collectionId", Schema.text),
                ("example", Schema.object), ("view", Schema.ref("ExampleView")), ("item", Schema.text),
                ("itemName", Schema.text), ("folders", Schema.array(Schema.text)), ("index", Schema.integer),
                ("problem", Schema.optional(Schema.text)),
            ])
        ),
        (
            "ItemReference",
            [
                "description":
                    "A request, by one of its examples, or a folder, by names from the outermost: of siblings of one name the first.",
                "oneOf": [Schema.wrapped("example", Schema.text), Schema.wrapped("folder", Schema.array(Schema.text))],
            ]
        ),
        ("ItemPlace", Schema.object(item)),
        (
            "ExampleEdit",
            Schema.object([
                ("name?", Schema.text), ("status?", Schema.int(200...999)),
                ("fields?", Schema.array(Schema.ref("FieldLine"))), ("removeFields?", Schema.array(Schema.text)),
                ("body?", Schema.text), ("bodyBase64?", Schema.text), ("target?", Schema.text),
                ("ignore?", Schema.array(Schema.text)),
                ("matchBody?", Schema.choice(ExampleEdit.BodyRule.allCases.map(\.rawValue))),
                ("repeats?", Schema.choice(Repeats.allCases.map(\.rawValue))), ("enabled?", Schema.bool),
                ("dropRules?", Schema.bool),
            ])
        ),
        (
            "Setting",
            Schema.object([
                ("name", Schema.text), ("value", Schema.any), ("unit", Schema.optional(Schema.text)),
                ("flag", Schema.text), ("description", Schema.text),
            ])
        ),
        (
            "ActivitySample",
            Schema.object([
                ("time", Schema.time), ("requests", Schema.integer), ("hits", Schema.integer),
                ("misses", Schema.integer), ("recorded", Schema.integer), ("passthrough", Schema.integer),
                ("refused", Schema.integer), ("failed", Schema.integer),
            ])
        ),
        ("ImportProblem", Schema.object([("place", Schema.text), ("message", Schema.text)])),
        (
            "Key",
            Schema.object([
                ("id", Schema.text), ("name", Schema.text), ("owner", Schema.text), ("role", Schema.text),
                ("createdAt", Schema.time), ("expiresAt", Schema.optional(Schema.time)),
                ("lastUsedAt", Schema.optional(Schema.time)),
            ])
        ),
        (
            "CallCount",
            Schema.object([
                ("period", Schema.text), ("calls", Schema.integer), ("hits", Schema.integer),
                ("misses", Schema.integer), ("refused", Schema.integer),
            ])
        ),
    ]
}
