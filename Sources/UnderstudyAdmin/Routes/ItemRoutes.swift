import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Requests and folders of a collection as wholes: moved, renamed, deleted and put back.
enum ItemRoutes {
    private static let reference = Schema.ref("ItemReference")
    private static let place = Schema.ref("ItemPlace")
    private static let path = "/api/v1/collections/{collectionId}/items"

    static let routes: [Route] = [
        Route(
            .post, path + "/move",
            RouteDocument(
                "Move a request or a folder: before another one, or to the end of a folder, which is made when it is not there",
                takes: .json(
                    Schema.object([
                        ("item", reference), ("before?", Schema.optional(reference)),
                        ("into?", Schema.optional(Schema.array(Schema.text))),
                    ])), gives: place, refusing: [404, 409]), isSlow: true, move),
        Route(
            .post, path + "/rename",
            RouteDocument(
                "Give a request or a folder another name",
                takes: .json(Schema.object([("item", reference), ("name", Schema.text)])), gives: place,
                refusing: [404, 409]), isSlow: true, rename),
        Route(
            .post, path + "/delete",
            RouteDocument(
                "Delete a request or a folder with all that is in it; `undo` puts it back, until the server ends or many others were deleted",
                takes: .json(Schema.wrapped("item", reference)),
                gives: Schema.object(APISchemas.item + [("undo", Schema.text)]), refusing: [404, 409]),
            isSlow: true, remove),
        Route(
            .post, path + "/restore",
            RouteDocument(
                "Put a deleted request or folder back where it was", takes: .json(Schema.wrapped("undo", Schema.text)),
                status: 201, gives: place, refusing: [404, 409]), isSlow: true, restore),
    ]

    // MARK: Reading

    /// What a member names: `{"example": ID}` or `{"folder": [NAME, …]}`.
    private static func reference(_ name: String, in object: JSONObject) throws -> ItemReference? {
        guard let fields = try MemberReader(object, path: "$").object(name) else { return nil }
        switch (try fields.text("example"), try fields.texts("folder")) {
        case (let id?, nil): return .request(ofExample: id)
        case (nil, let names?) where !names.isEmpty: return .folder(names)
        default: throw Refusal.parameter(name, #"it is {"example": ID} or {"folder": [NAME, …]}"#)
        }
    }

    private static func item(in object: JSONObject) throws -> ItemReference {
        guard let item = try reference("item", in: object) else { throw Refusal.missing(["item"]) }
        return item
    }

    private static func json(_ place: ItemPlace) -> JSONObject {
        JSONObject([
            ("kind", .string(place.isFolder ? "folder" : "request")), ("name", .string(place.name)),
            ("folders", .array(place.folders.map { .string($0) })), ("examples", .integer(place.exampleCount)),
        ])
    }

    // MARK: Changing

    /// Ids of examples that are made of their places are written down before anything changes its place.
    private static func change<Value>(
        _ call: Call, _ entry: CollectionCatalog.Entry, _ body: (inout PostmanCollection) throws -> Value
    ) throws -> Value {
        try call.desk.collectionFolder.change(call.desk.collections.file(entry)) { collection in
            let untouched = collection
            collection.writeIDs()
            let before = collection.bytes()
            let value = try body(&collection)
            if collection.bytes() == before { collection = untouched }
            return value
        }
    }

    private static func move(_ call: Call) throws -> Answer {
        let object = try call.object()
        let item = try item(in: object)
        let before = try reference("before", in: object)
        let into = try MemberReader(object, path: "$").texts("into")
        if let into { _ = try ExampleEditorRoutes.checked(into, "into") }
        let entry = try call.desk.collections.find(call["collectionId"])
        return Answer(.object(json(try change(call, entry) { try $0.move(item, into: into, before: before) })))
    }

    private static func rename(_ call: Call) throws -> Answer {
        let object = try call.object()
        let item = try item(in: object)
        let name = try CollectionRoutes.name(call)
        let entry = try call.desk.collections.find(call["collectionId"])
        return Answer(.object(json(try change(call, entry) { try $0.rename(item, to: name) })))
    }

    private static func remove(_ call: Call) throws -> Answer {
        let item = try item(in: call.object())
        let entry = try call.desk.collections.find(call["collectionId"])
        let removed = try change(call, entry) { try $0.remove(item) }
        var answer = json(removed.place)
        answer["undo"] = .string(call.desk.removedItems.keep(removed, of: entry.id))
        return Answer(.object(answer))
    }

    private static func restore(_ call: Call) throws -> Answer {
        guard let ticket = try MemberReader(call.object(), path: "$").text("undo") else {
            throw Refusal.missing(["undo"])
        }
        let entry = try call.desk.collections.find(call["collectionId"])
        guard let removed = call.desk.removedItems.take(ticket, of: entry.id) else {
            throw Refusal.notFound("what was deleted is not kept any more, or was put back")
        }
        do {
            return Answer(.object(json(try change(call, entry) { try $0.restore(removed) })), status: .created)
        } catch {
            // It may go another time.
            _ = call.desk.removedItems.keep(removed, of: entry.id, as: ticket)
            throw error
        }
    }
}
