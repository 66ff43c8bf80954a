import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// `/collections/{collectionId}/responses`: single examples, in the flat model that Postman's API kept from format v1.
enum PostmanResponses {
    private static let content = RouteDocument.Content.json(Schema.ref("ResponseInput"))
    private static let answer = Schema.ref("ResponseAnswer")

    static let routes: [Route] = [
        Route(
            .post, "/collections/{collectionId}/responses",
            RouteDocument(
                "Add an example", [.text("request", "The id of the request that it is an example of. Needed.")],
                takes: content, gives: answer, refusing: [400, 409]), bodyLimit: Route.BodyLimit.documents, create),
        Route(
            .get, "/collections/{collectionId}/responses/{responseId}",
            RouteDocument("Show an example", gives: answer, refusing: [409]), show),
        Route(
            .put, "/collections/{collectionId}/responses/{responseId}",
            RouteDocument("Change an example", takes: content, gives: answer, refusing: [409]),
            bodyLimit: Route.BodyLimit.documents, replace),
        Route(
            .delete, "/collections/{collectionId}/responses/{responseId}",
            RouteDocument("Delete an example", gives: answer, refusing: [409]), delete),
    ]

    private static let unknown = Refusal.notFound("We could not find the response you are looking for")

    private static func create(_ call: Call) throws -> Answer {
        guard let item = call.text("request") else { throw Refusal.missing(["request"]) }
        let input = try FlatResponse.example(call.object(), over: JSONObject())
        let entry = try call.desk.collections.find(id: call["collectionId"])
        let id = ItemID.make()
        let example = try call.desk.collectionFolder.change(call.desk.collections.file(entry)) { collection in
            guard let request = collection.request(ofItem: item) else {
                throw Refusal.notFound("We could not find the request you are looking for")
            }
            var example = input
            example["id"] = .string(id)
            if example["originalRequest"] == nil { example["originalRequest"] = request }
            _ = collection.append(example: .object(example), toItem: item)
            return example
        }
        return result("create", id, example, item: item, entry, call)
    }

    private static func show(_ call: Call) throws -> Answer {
        let entry = try call.desk.collections.find(id: call["collectionId"])
        let collection = try call.desk.collections.read(entry)
        let id = bare(call["responseId"])
        guard let example = collection.document(ofExample: id)?.object else { throw unknown }
        return result("find", id, example, item: collection.itemID(ofExample: id), entry, call)
    }

    private static func replace(_ call: Call) throws -> Answer {
        let object = try call.object()
        let entry = try call.desk.collections.find(id: call["collectionId"])
        let id = bare(call["responseId"])
        var item: String?
        let example = try call.desk.collectionFolder.change(call.desk.collections.file(entry)) { collection in
            guard let before = collection.document(ofExample: id)?.object else { throw unknown }
            let after = try FlatResponse.example(object, over: before)
            item = collection.itemID(ofExample: id)
            collection.replace(example: id, with: .object(after))
            return after
        }
        return result("update", id, example, item: item, entry, call)
    }

    private static func delete(_ call: Call) throws -> Answer {
        let entry = try call.desk.collections.find(id: call["collectionId"])
        let id = bare(call["responseId"])
        var item: String?
        let example = try call.desk.collectionFolder.change(call.desk.collections.file(entry)) { collection in
            guard let before = collection.document(ofExample: id)?.object else { throw unknown }
            item = collection.itemID(ofExample: id)
            collection.remove(example: id)
            return before
        }
        return result("destroy", id, example, item: item, entry, call)
    }

    /// Without the owner before it.
    private static func bare(_ reference: String) -> String {
        let owner = reference.prefix { $0.isNumber }
        guard !owner.isEmpty, reference.dropFirst(owner.count).first == "-", reference.utf8.count > 37 else {
            return reference
        }
        return String(reference.dropFirst(owner.count + 1))
    }

    private static func result(
        _ action: String, _ id: String, _ example: JSONObject, item: String?, _ entry: CollectionCatalog.Entry,
        _ call: Call
    ) -> Answer {
        let now = ((try? call.desk.collections.find(id: entry.id)) ?? entry).updatedAt
        return Answer([
            "model_id": .string(id), "meta": ["model": "response", "action": .string(action)],
            "data": .object(FlatResponse.data(id, example, item: item, updatedAt: now)),
            // It grows with every change of the collection.
            "revision": .integer(now.microseconds / 1000),
        ])
    }
}

/// Postman's flat model of a saved response, and ours of format v2.1.
enum FlatResponse {
    /// - Throws: `Refusal` for members of the wrong type.
    static func example(_ flat: JSONObject, over before: JSONObject) throws(Refusal) -> JSONObject {
        var example = before
        if let name = flat["name"] {
            guard name.text != nil else { throw .parameter("name", "it is a text") }
            example["name"] = name
        }
        if example["name"] == nil { throw .missing(["name"]) }
        let code = flat["responseCode"]?["code"] ?? flat["code"] ?? (flat["responseCode"]?.int).map { .integer($0) }
        if let code, !code.isNull {
            guard let status = code.int, (100...999).contains(status) else {
                throw .parameter("responseCode", "its code is a status from 100 to 999")
            }
            example["code"] = .integer(status)
            example["status"] = flat["responseCode"]?["name"] ?? .string("")
        }
        if let status = flat["status"]?.text, !status.isEmpty { example["status"] = .string(status) }
        for name in ["headers", "header"] {
            guard let fields = flat[name] else { continue }
            guard fields.elements != nil || fields.text != nil || fields.isNull else {
                throw .parameter(name, "it is a list of {\"key\", \"value\"}")
            }
            example["header"] = fields
        }
        for name in ["text", "rawData", "body"] {
            guard let text = flat[name] else { continue }
            guard text.text != nil || text.isNull else { throw .parameter(name, "it is a text") }
            example["body"] = text
            // What was in a file is so no longer.
            if var hidden = example["_understudy"]?.object {
                hidden["body"] = Optional.none
                example["_understudy"] = .object(hidden)
            }
        }
        if let language = flat["language"]?.text { example["_postman_previewlanguage"] = .string(language) }
        if let time = flat["time"] { example["responseTime"] = time }
        if let request = flat["originalRequest"] ?? requestObject(flat), request.object != nil || request.text != nil {
            example["originalRequest"] = request
        }
        if example["code"] == nil { example["code"] = 200 }
        if example["header"] == nil { example["header"] = [] }
        if example["cookie"] == nil { example["cookie"] = [] }
        if example["body"] == nil { example["body"] = "" }
        return example
    }

    /// Format v1 has the request as an object, or as its JSON in a text; its fields have other names.
    private static func requestObject(_ flat: JSONObject) -> JSONValue? {
        var value = flat["requestObject"]
        if let text = value?.text { value = try? JSONValue(parsing: text) }
        guard let request = value?.object else { return nil }
        var converted: JSONObject = ["method": request["method"] ?? "GET", "url": request["url"] ?? ""]
        converted["header"] = .array(request["headerData"]?.elements ?? [])
        if let raw = request["rawModeData"]?.text { converted["body"] = ["mode": "raw", "raw": .string(raw)] }
        return .object(converted)
    }

    static func data(_ id: String, _ example: JSONObject, item: String?, updatedAt: Timestamp) -> JSONObject {
        let code = example["code"] ?? 200
        var requestObject: JSONValue = .null
        if let request = example["originalRequest"] {
            requestObject = .string(JSONWriter.text(request, style: .compact))
        }
        return JSONObject([
            ("id", .string(id)), ("owner", .string(PostmanID.owner)),
            ("request", item.map { .string($0) } ?? .null), ("name", example["name"] ?? ""),
            ("status", example["status"] ?? ""),
            ("responseCode", ["code": code, "name": example["status"] ?? ""]),
            ("time", example["responseTime"] ?? .null), ("headers", example["header"] ?? []),
            ("cookies", example["cookie"] ?? []), ("mime", .null), ("text", example["body"] ?? .null),
            ("language", example["_postman_previewlanguage"] ?? .null), ("rawDataType", "text"),
            ("requestObject", requestObject), ("createdAt", .string(updatedAt.isoText)),
            ("updatedAt", .string(updatedAt.isoText)), ("lastUpdatedBy", .string(PostmanID.owner)),
        ])
    }
}
