import NIOCore
import UnderstudyCore

/// OpenAPI 3.0 and 3.1 as a collection: a request for each operation, an example for each documented response and each named
/// example. <https://spec.openapis.org/oas/v3.1.0>
///
/// What the document gives as an example is taken, the rest is made from its schemas (`SchemaSample`). References to other
/// files are never followed.
struct OpenAPIReader {
    /// More operations than this is refused.
    static let operationLimit = 20_000

    static let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]

    let document: OpenAPIDocument
    var sample: SchemaSample
    var problems: [ImportProblem] = []
    var tree: CollectionTree

    static func read(
        _ root: JSONValue, _ name: String, _ options: ImportOptions
    ) throws(CollectionError) -> Import {
        guard let version = root["openapi"]?.scalarText, version.hasPrefix("3.") else {
            throw CollectionError(
                file: name, place: "$.openapi",
                message: "only OpenAPI 3 is read, not '\(root["openapi"]?.scalarText ?? "")'")
        }
        var reader = OpenAPIReader(root, name)
        try reader.readPaths(options.grouping, name)
        guard reader.tree.count > 0 else {
            throw CollectionError(file: name, place: "$.paths", message: "the document describes no operation")
        }
        var result = Import(kind: .openAPI)
        result.problems = reader.problems
        for reference in reader.document.brokenReferences {
            let isExternal = !reference.hasPrefix("#")
            result.problems.append(
                ImportProblem(
                    place: reference,
                    message: isExternal
                        ? "references to other files are not followed; what it stands for is left out"
                        : "this reference leads nowhere"))
        }
        if root["webhooks"]?.object?.members.isEmpty == false {
            result.problems.append(ImportProblem(place: "$.webhooks", message: "webhooks are left out"))
        }
        result.add(try reader.tree.collection(file: name))
        return result
    }

    private init(_ root: JSONValue, _ name: String) {
        document = OpenAPIDocument(root)
        sample = SchemaSample(document)
        let (base, variables) = Self.server(root["servers"]?.elements?.first)
        var list: [JSONValue] = [["key": "baseUrl", "value": .string(base)]]
        list += variables
        let title = root["info"]?["title"]?.text ?? ""
        var hidden = JSONObject()
        hidden["openapi"] = root["openapi"]
        if let version = root["info"]?["version"] { hidden["version"] = version }
        tree = CollectionTree(
            name: title.isEmpty ? CollectionLibraryName.title(of: name) : title,
            description: root["info"]?["description"]?.text.map { .string($0) }, variables: list, hidden: hidden)
    }

    /// The first server's address; its `{variables}` become variables of the collection.
    private static func server(_ server: JSONValue?) -> (base: String, variables: [JSONValue]) {
        var url = server?["url"]?.text ?? ""
        var variables: [JSONValue] = []
        for variable in server?["variables"]?.object?.members ?? [] {
            guard variable.name != "baseUrl", url.contains("{\(variable.name)}") else { continue }
            url = url.replacing("{\(variable.name)}", with: "{{\(variable.name)}}")
            let value =
                variable.value["default"]?.scalarText ?? variable.value["enum"]?.elements?.first?.scalarText ?? ""
            variables.append(["key": .string(variable.name), "value": .string(value)])
        }
        while url.hasSuffix("/") { url.removeLast() }
        if url.isEmpty || url.hasPrefix("/") { url = "http://localhost" + url }
        return (url, variables)
    }

    // MARK: Operations

    private mutating func readPaths(_ grouping: ImportGrouping?, _ name: String) throws(CollectionError) {
        let paths = document.root["paths"]?.object?.members ?? []
        let hasTags = paths.contains { path in
            path.value.object?.members.contains { $0.value["tags"]?.elements?.isEmpty == false } ?? false
        }
        let grouping = grouping ?? (hasTags ? .tags : .path)
        if grouping == .tags {
            for tag in document.root["tags"]?.elements ?? [] {
                guard let name = tag["name"]?.text, let text = tag["description"]?.text, !text.isEmpty else { continue }
                tree.describe(folder: name, .string(text))
            }
        }
        for path in paths where path.name.hasPrefix("/") {
            guard let item = document.resolved(path.value)?.object else {
                problems.append(
                    ImportProblem(place: "$.paths[\"\(path.name)\"]", message: "this is no path item; left out"))
                continue
            }
            for method in Self.methods {
                guard let operation = item[method]?.object else { continue }
                guard tree.count < Self.operationLimit else {
                    throw CollectionError(
                        file: name, place: "$.paths", message: "there are more than \(Self.operationLimit) operations")
                }
                read(operation, method.uppercased(), path.name, shared: item["parameters"]?.elements ?? [], grouping)
            }
        }
    }

    private mutating func read(
        _ operation: JSONObject, _ method: String, _ path: String, shared: [JSONValue], _ grouping: ImportGrouping
    ) {
        let place = "\(method) \(path)"
        if operation["callbacks"]?.object?.members.isEmpty == false {
            problems.append(ImportProblem(place: place, message: "its callbacks are left out"))
        }
        var parts = OpenAPIRequest(
            method: method, path: path, parameters: parameters(shared, operation["parameters"]?.elements ?? []))
        parts.addSecurity(operation["security"] ?? document.root["security"], in: document)
        let cutCount = sample.cutCount
        let body = requestBody(operation["requestBody"], place)
        let description = (operation["description"] ?? operation["summary"])?.text
        var request = parts.json(&sample, body, hasValues: true)
        if let description, !description.isEmpty { request["description"] = .string(description) }
        let original = parts.json(&sample, body, hasValues: false)
        var responses = operation["responses"]?.object?.members ?? []
        if responses.isEmpty { responses = [.init("default", [:])] }
        let codes = Set(responses.map(\.name))
        var examples: [JSONValue] = []
        for response in responses where !response.name.hasPrefix("x-") {
            guard let code = Self.status(response.name, among: codes) else {
                problems.append(ImportProblem(place: place, message: "'\(response.name)' is no status; left out"))
                continue
            }
            guard let value = document.resolved(response.value) else { continue }
            examples += self.examples(
                value, code: code, key: "\(place)\n\(response.name)", original: .object(original), place)
        }
        if sample.cutCount > cutCount {
            problems.append(
                ImportProblem(
                    place: place,
                    message: "its schemas are too large for a whole sample; what was made of them is cut short"))
        }
        let tags = operation["tags"]?.elements?.compactMap(\.text) ?? []
        let name = [operation["summary"]?.text, operation["operationId"]?.text].compactMap { $0 }.first { !$0.isEmpty }
        tree.add(
            folders: CollectionTree.folders(
                grouping == .hosts || grouping == .domain ? .none : grouping, host: "", path: path, tags: tags),
            key: place, name: name ?? place, request: .object(request), examples: examples)
    }

    /// An operation's own win over those of its path.
    private func parameters(_ shared: [JSONValue], _ own: [JSONValue]) -> [JSONObject] {
        var list: [JSONObject] = []
        var seen: Set<[String]> = []
        for value in (shared + own).reversed() {
            guard let parameter = document.resolved(value)?.object, let name = parameter["name"]?.text,
                let location = parameter["in"]?.text, seen.insert([name, location]).inserted
            else { continue }
            list.append(parameter)
        }
        return list.reversed()
    }

    /// `200`, `4XX`, `default`: that is an error where a success is documented, and else the success.
    static func status(_ name: String, among names: Set<String>) -> Int? {
        if name == "default" { return names.contains { $0.hasPrefix("2") } ? 500 : 200 }
        if name.count == 3, name.uppercased().hasSuffix("XX"), let class_ = name.first?.wholeNumberValue,
            (1...5).contains(class_)
        {
            return max(class_ * 100, 200)
        }
        return Int(name).flatMap { (200...599).contains($0) ? $0 : nil }
    }

    // MARK: Bodies

    private mutating func requestBody(_ value: JSONValue?, _ place: String) -> OpenAPIRequest.Content? {
        guard let content = document.resolved(value)?["content"], let (type, media) = preferred(content) else {
            return nil
        }
        let examples = examples(of: media, type, .request, place)
        return OpenAPIRequest.Content(
            type: type, value: examples.first?.value, schema: document.resolved(media["schema"]))
    }

    /// JSON first, else the first that is named.
    private func preferred(_ content: JSONValue) -> (type: String, media: JSONValue)? {
        let members = content.object?.members ?? []
        let chosen = members.first { MediaText.isJSON($0.name) } ?? members.first
        return chosen.map { ($0.name, document.resolved($0.value) ?? [:]) }
    }

    /// By name; one without a name where there is only that.
    private mutating func examples(
        of media: JSONValue, _ type: String, _ direction: SchemaSample.Direction, _ place: String
    ) -> [(name: String, value: JSONValue)] {
        var examples: [(String, JSONValue)] = []
        for member in media["examples"]?.object?.members ?? [] {
            guard let example = document.resolved(member.value) else { continue }
            if let value = example["value"] {
                examples.append((member.name, value))
            } else if example["externalValue"] != nil {
                problems.append(
                    ImportProblem(place: place, message: "the example '\(member.name)' is elsewhere and is not fetched")
                )
            }
        }
        if examples.isEmpty, let value = media["example"] { examples = [("", value)] }
        if examples.isEmpty, let value = sample.value(media["schema"], direction) { examples = [("", value)] }
        return examples
    }

    private mutating func examples(
        _ response: JSONValue, code: Int, key: String, original: JSONValue, _ place: String
    ) -> [JSONValue] {
        var fields: [JSONValue] = []
        for header in response["headers"]?.object?.members ?? [] where header.name.lowercased() != "content-type" {
            guard let value = document.resolved(header.value), header.name.utf8.allSatisfy(\.isTokenByte) else {
                continue
            }
            let sampled = value["example"] ?? sample.value(value["schema"], .response)
            fields.append(["key": .string(header.name), "value": .string(MediaText.inline(sampled ?? ""))])
        }
        let phrase = ReasonPhrase.text(of: code)
        let description = response["description"]?.text ?? ""
        let title = description.isEmpty || description.count > 80 ? "\(code) \(phrase)" : description
        var bodies: [(name: String, value: JSONValue?, type: String)] = []
        if let content = response["content"], let (type, media) = preferred(content) {
            if let count = content.object?.members.count, count > 1 {
                problems.append(
                    ImportProblem(place: place, message: "of the \(count) media types of \(code) only \(type) is taken")
                )
            }
            bodies = examples(of: media, type, .response, place).map { ($0.name, $0.value, type) }
            if bodies.isEmpty { bodies = [("", nil, type)] }
            let schema = media["schema"]
            return bodies.enumerated().map { index, body in
                let text = body.value.map { MediaText.text($0, type, schema, document) } ?? ""
                return Self.example(
                    id: Digest(of: "\(tree.id)\n\(key)\n\(index)").uuid,
                    name: body.name.isEmpty ? title : "\(title): \(body.name)", original, code, phrase,
                    [["key": "Content-Type", "value": .string(type == "*/*" ? "application/json" : type)]] + fields,
                    text,
                    MediaText.isJSON(type) ? "json" : type.contains("xml") ? "xml" : "text")
            }
        }
        return [
            Self.example(
                id: Digest(of: "\(tree.id)\n\(key)").uuid, name: title, original, code, phrase, fields, "", "text")
        ]
    }

    private static func example(
        id: String, name: String, _ original: JSONValue, _ code: Int, _ phrase: String, _ fields: [JSONValue],
        _ body: String, _ language: String
    ) -> JSONValue {
        [
            "id": .string(id), "name": .string(name), "originalRequest": original, "status": .string(phrase),
            "code": .integer(code), "_postman_previewlanguage": .string(language), "header": .array(fields),
            "cookie": [],
            "body": .string(body),
        ]
    }
}
