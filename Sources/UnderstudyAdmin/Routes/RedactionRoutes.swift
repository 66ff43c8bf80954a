import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyFormats

/// What redaction would make of a request: tried out, and nothing is kept.
enum RedactionRoutes {
    /// Names beyond those of the server's rules.
    static let nameLimit = 100

    static let routes: [Route] = [
        Route(
            .post, "/api/v1/redaction/try",
            RouteDocument(
                "Try out what redaction replaces, with the server's rules and more names; nothing is kept",
                takes: .json(
                    Schema.object([
                        ("target?", Schema.text), ("fields?", Schema.array(Schema.ref("FieldLine"))),
                        ("body?", Schema.text), ("contentType?", Schema.text), ("names?", Schema.array(Schema.text)),
                    ])),
                gives: Schema.object([
                    ("target", Schema.optional(Schema.text)), ("fields", Schema.array(Schema.ref("FieldLine"))),
                    ("body", Schema.optional(Schema.text)), ("replaced", Schema.integer), ("enabled", Schema.bool),
                ])), tryOut)
    ]

    /// Of this process alone. With the workspace's key anybody could compare guesses with what was recorded.
    private static let key: [UInt8] = {
        var random = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }()

    private static func tryOut(_ call: Call) throws -> Answer {
        let input = MemberReader(try call.object(), path: "$")
        let names = try input.texts("names") ?? []
        guard names.count <= nameLimit else { throw Refusal.parameter("names", "it has at most \(nameLimit) names") }
        let server = call.desk.redaction
        let rules = server.isNone ? Redaction.Rules.default : server.rules
        let redaction = Redaction(key: key, rules: rules.adding(names))
        let target = try input.text("target")
        let fields = try MockMakingRoutes.lines(input, "fields")
        let body = try input.text("body")
        let contentType = try input.text("contentType") ?? fields.text("Content-Type")
        let head = redaction.apply(
            to: RequestHead(method: "GET", target: ByteBuffer(string: target ?? "/"), fields: fields))
        let redacted = body.map { text in
            redaction.apply(toBody: ByteBuffer(string: text), contentType: contentType)
                .map { String(buffer: $0) } ?? text
        }
        let texts = [(target ?? "/", head.targetText)] + zip(fields, head.fields).map { ($0.valueText, $1.valueText) }
        let replaced = (texts + [(body ?? "", redacted ?? "")]).map { placeholders($1) - placeholders($0) }
        return Answer([
            "target": target == nil ? .null : .string(head.targetText), "fields": HistoryJSON.fields(head.fields),
            "body": redacted.map { .string($0) } ?? .null, "replaced": .integer(replaced.reduce(0, +)),
            "enabled": .bool(!server.isNone),
        ])
    }

    private static func placeholders(_ text: String) -> Int { text.matches(of: /REDACTED-[0-9a-f]{12}/).count }
}
