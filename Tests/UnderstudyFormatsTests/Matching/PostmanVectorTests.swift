import NIOCore
import TestSupport
import Testing
import UnderstudyFormats

@testable import UnderstudyCore

/// Every documented step of Postman's algorithm, and what this project decided where the documentation is silent:
/// `Tests/Vectors/matching.json`, and further cases of our own in `more-matching.json` beside it. A changed row is a changed
/// promise to users.
@Suite struct `Postman's algorithm` {
    @Test(arguments: try MatchVector.all())
    func `answers as Postman would`(vector: MatchVector) throws {
        let index = try vector.index()
        let request = vector.request(in: index)
        switch vector.gate.verdict(request.head.fields) {
        case .open:
            #expect(vector.expect["serverResponse"] == nil && vector.expect["error"]?.text != "mockNotFoundError")
        case .hidden:
            #expect(vector.expect["error"]?.text == "mockNotFoundError")
            return
        case .serverResponse(let status):
            #expect(vector.expect["serverResponse"] != nil && vector.expect["status"]?.int == status)
            return
        }
        let outcome = index.match(request, in: MatchSessions(), cache: MatchCache())
        switch outcome {
        case .hit(let hit):
            #expect(vector.expect["error"]?.text == nil, "a hit: \(hit.entry.example.name)")
            if let name = vector.expect["exampleName"]?.text { #expect(hit.entry.example.name == name) }
            if let id = vector.expect["exampleId"]?.text { #expect(hit.entry.example.id == id) }
            if let score = vector.expect["score"]?.double { #expect(abs(hit.score.total - score) < 0.001) }
            for member in vector.expect["captured"]?.object?.members ?? [] {
                #expect(hit.captures[member.name] == member.value.text)
            }
        case .miss:
            #expect(vector.expect["error"]?.text == "mockRequestNotFoundError")
            #expect(vector.expect["errorHeader"]?.text == "No matching requests")
        }
        let explanation = Explanation(of: request, in: index, sessions: MatchSessions())
        guard case .hit(let hit) = outcome else {
            #expect(explanation.lines.allSatisfy { if case .out = $0.standing { true } else { false } })
            return
        }
        let chosen = try #require(explanation.lines.first)
        #expect(chosen.isChosen && chosen.example.id == hit.entry.example.id)
        if case .stands(let score) = chosen.standing { #expect(score.total == hit.score.total) }
    }
}

/// One row.
struct MatchVector: CustomTestStringConvertible {
    let id: String
    let note: String
    let examples: [JSONValue]
    let request: JSONValue
    let config: JSONValue
    let expect: JSONValue

    var testDescription: String { "\(id) \(note)" }

    static func all() throws -> [MatchVector] {
        let vectors = try ["matching.json", "more-matching.json"].flatMap { file in
            let bytes = try Beside.read(#filePath, "../../Vectors/\(file)")
            return try JSONValue(parsing: ByteBuffer(bytes: bytes))["vectors"]?.elements ?? []
        }
        return vectors.map { vector in
            MatchVector(
                id: vector["id"]?.text ?? "", note: vector["note"]?.text ?? "",
                examples: vector["examples"]?.elements ?? [], request: vector["request"] ?? .null,
                config: vector["config"] ?? .null, expect: vector["expect"] ?? .null)
        }
    }

    var options: MatchOptions {
        let profile = config["profile"]?.text.flatMap(MatchOptions.Profile.init(rawValue:)) ?? .postman
        var options = MatchOptions(profile: profile)
        options.matchBody = config["matchBody"]?.bool ?? options.matchBody
        options.matchHeaders = config["matchHeaders"]?.elements?.compactMap(\.text) ?? []
        options.matchQueryParams = config["matchQueryParams"]?.bool ?? true
        options.matchWildcards = config["matchWildcards"]?.bool ?? options.matchWildcards
        return options
    }

    var gate: MockGate {
        let keys = config["apiKeys"]?.elements?.compactMap(\.text) ?? []
        return MockGate(
            keys: config["private"]?.bool == true ? keys : nil,
            serverResponse: config["serverResponse"]?["statusCode"]?.int)
    }

    func index() throws -> ExampleIndex {
        let collection = try PostmanCollection(parsing: collectionBytes, slug: "vector", file: "vector.json")
        let (examples, problems) = collection.examples(files: nil, environment: try environment)
        #expect(problems.isEmpty)
        return ExampleIndex(examples.map { redaction.apply(to: $0) }, options: options)
    }

    /// As a server does it with every request.
    private var redaction: Redaction { config["redacts"]?.bool == true ? Redaction(key: [1, 2, 3]) : .none }

    private func variables(_ scope: String) -> [JSONValue] {
        (config[scope]?.object?.members ?? []).map { ["key": .string($0.name), "value": $0.value] }
    }

    private var environment: PostmanEnvironment {
        get throws {
            let values: JSONValue = ["name": "vector", "values": .array(variables("environment"))]
            return try PostmanEnvironment(parsing: JSONWriter.bytes(values), file: "vector.json")
        }
    }

    private var collectionBytes: ByteBuffer {
        let items = examples.map { example -> JSONValue in
            let request = Self.savedRequest(example)
            var response = JSONObject([
                ("id", example["id"] ?? .null), ("name", example["name"] ?? .null), ("originalRequest", request),
                ("code", example["code"] ?? 200), ("body", example["responseBody"] ?? .null),
            ])
            if let uid = example["uid"] { response["uid"] = uid }
            if let rules = example["rules"] { response["_understudy"] = ["match": rules] }
            return ["name": "item", "request": request, "response": [.object(response)]]
        }
        return JSONWriter.bytes([
            "info": [
                "name": "vector", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
            ],
            "item": .array(items), "variable": .array(variables("collectionVariables")),
        ])
    }

    private static func savedRequest(_ example: JSONValue) -> JSONValue {
        let text = example["url"]?.text ?? ""
        var url = JSONObject([("raw", .string(text))])
        if let disabled = example["disabledQuery"]?.elements {
            let parts = text.split(separator: "?", maxSplits: 1)
            let pairs = (parts.count > 1 ? parts[1].split(separator: "&") : []).map { pair -> JSONValue in
                let sides = pair.split(separator: "=", maxSplits: 1)
                return ["key": .string(String(sides[0])), "value": .string(sides.count > 1 ? String(sides[1]) : "")]
            }
            let off = disabled.map { pair -> JSONValue in
                ["key": pair["key"] ?? .null, "value": pair["value"] ?? .null, "disabled": true]
            }
            url["query"] = .array(pairs + off)
        }
        if let values = example["pathVariables"]?.object?.members {
            url["variable"] = .array(values.map { ["key": .string($0.name), "value": $0.value] })
        }
        var request = JSONObject([("method", example["method"] ?? "GET"), ("url", .object(url))])
        if let headers = example["headers"] { request["header"] = headers }
        if let body = example["body"] { request["body"] = body.text == nil ? body : ["mode": "raw", "raw": body] }
        return .object(request)
    }

    func request(in index: ExampleIndex) -> MatchRequest {
        var fields = Fields()
        for member in request["headers"]?.object?.members ?? [] { fields.append(member.name, member.value.text ?? "") }
        let target = (request["path"]?.text ?? "/") + (request["query"]?.text.map { "?\($0)" } ?? "")
        var body = ByteBuffer(string: request["body"]?.text ?? "")
        let contentType = fields.text("content-type")
        body = redaction.apply(toBody: body, contentType: contentType) ?? body
        let head = RequestHead(method: request["method"]?.text ?? "GET", target: target, fields: fields)
        let asked = index.request(redaction.apply(to: head), hasBody: body.readableBytes > 0)
        // As a server does: what is not asked for is not looked at.
        guard index.needsContent(asked) else { return asked }
        asked.content = RequestContent(
            bytes: body, byteCount: body.readableBytes, digest: nil, mediaType: contentType.flatMap { MediaType($0) })
        return asked
    }
}
