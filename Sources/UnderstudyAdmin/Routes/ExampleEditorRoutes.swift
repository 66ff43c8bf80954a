import HTTPTypes
import NIOCore
import Synchronization
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Examples as a form edits them: looked at, changed member by member, added, copied, moved, deleted and put back.
enum ExampleEditorRoutes {
    private static let shown = Schema.ref("ExampleShown")
    private static let input = Schema.object(
        APISchemas.view(isWhole: false) + [
            ("folder?", Schema.array(Schema.text)), ("item?", Schema.text), ("before?", Schema.text),
        ])
    private static let dryRun = RouteDocument.Parameter.bool("dryRun", "Say what would be, and write nothing.")

    static let collection = RouteDocument.Parameter.text(
        "collection", "Look only in this collection, by its id, file or name: ids may be in several.")

    static let routes: [Route] = [
        Route(
            .get, "/api/v1/examples/{exampleId}",
            RouteDocument(
                "Show an example as it stands in its collection, and as a form has it", [collection], gives: shown),
            show),
        Route(
            .put, "/api/v1/examples/{exampleId}",
            RouteDocument(
                "Replace members of an example: what is not named stays", [collection, .ifMatch, dryRun],
                takes: .json(Schema.ref("ExampleViewInput")), gives: shown, refusing: [404, 409]),
            bodyLimit: Route.BodyLimit.documents, put),
        Route(
            .post, "/api/v1/collections/{collectionId}/examples",
            RouteDocument(
                "Add an example: to a request that is there, before another example, or as a request of its own",
                [dryRun],
                takes: .json(input), status: 201, gives: shown, refusing: [404, 409]),
            bodyLimit: Route.BodyLimit.documents, add),
        Route(
            .post, "/api/v1/collections/{collectionId}/examples/restore",
            RouteDocument(
                "Put a deleted example back where it was", takes: .json(Schema.wrapped("undo", Schema.object)),
                status: 201, gives: shown, refusing: [404, 409]), bodyLimit: Route.BodyLimit.documents, restore),
        Route(
            .post, "/api/v1/examples/{exampleId}/duplicate",
            RouteDocument("Copy an example, right behind it", [collection], status: 201, gives: shown, refusing: [409]),
            isSlow: true, duplicate),
        Route(
            .post, "/api/v1/examples/{exampleId}/move",
            RouteDocument(
                "Move an example: before another, into folders, or to the end of its request", [collection],
                takes: .json(
                    Schema.object([
                        ("before?", Schema.optional(Schema.text)),
                        ("folder?", Schema.optional(Schema.array(Schema.text))),
                        ("at?", Schema.choice(["end"])),
                    ]), isRequired: false), gives: shown, refusing: [404, 409]), isSlow: true, move),
        Route(
            .delete, "/api/v1/examples/{exampleId}",
            RouteDocument(
                "Delete an example", [collection, .ifMatch],
                gives: Schema.object([("id", Schema.text), ("undo", Schema.object)]), refusing: [409]),
            isSlow: true, remove),
    ]

    // MARK: Answers

    static let unknown = Refusal.notFound("there is no example of that id")

    static func find(_ call: Call) throws -> CollectionCatalog.Found {
        guard let found = try call.desk.collections.find(example: call["exampleId"], in: call.text("collection"))
        else { throw unknown }
        return found
    }

    /// What it is as long as its own JSON is the same: what becomes of its neighbours does not matter, and neither does the
    /// id, which is written down when one of them changes.
    static func revision(of example: JSONValue) -> Revision {
        var example = example
        if var object = example.object {
            object.members.removeAll { $0.name == "id" }
            example = .object(object)
        }
        return Revision(text: String(Digest(of: JSONWriter.bytes(example, style: .compact)).description.prefix(16)))
    }

    static func view(_ place: ExamplePlace, in collection: PostmanCollection, _ files: any BodyFiles) -> ExampleView {
        ExampleView(place.example, itemRequest: place.itemRequest, variables: collection.variables, files: files)
    }

    private static func json(
        _ id: String, _ place: ExamplePlace, in collection: PostmanCollection, _ entry: CollectionCatalog.Entry,
        _ files: any BodyFiles
    ) -> JSONValue {
        var effective = place.example.object ?? JSONObject()
        if effective["originalRequest"]?.isNull ?? true { effective["originalRequest"] = place.itemRequest }
        let problem = ExampleDocument.problem(of: .object(effective), files: files)
        return [
            "id": .string(id), "collection": .string(entry.slug), "collectionId": .string(entry.id),
            "example": place.example, "view": ExampleViewJSON.json(view(place, in: collection, files)),
            "item": .string(place.item), "itemName": .string(place.itemName),
            "folders": .array(place.folders.map { .string($0) }), "index": .integer(place.index),
            "problem": problem.map { .string($0.message) } ?? .null,
        ]
    }

    private static func answer(
        _ id: String, _ collection: PostmanCollection, _ entry: CollectionCatalog.Entry, _ files: any BodyFiles,
        _ status: HTTPResponse.Status = .ok
    ) throws -> Answer {
        guard let place = collection.place(ofExample: id) else { throw unknown }
        return Answer(
            json(id, place, in: collection, entry, files), status: status, revision: revision(of: place.example))
    }

    /// - Throws: a conflict with what the example is now.
    private static func check(
        _ call: Call, _ place: ExamplePlace, in collection: PostmanCollection, _ entry: CollectionCatalog.Entry
    ) throws {
        guard let wanted = call.revision, wanted != revision(of: place.example) else { return }
        var refusal = Refusal.conflict("this example was changed by somebody else in the meantime")
        refusal.current = json(call["exampleId"], place, in: collection, entry, call.desk.collectionFolder.bodyFiles)
        throw refusal
    }

    private static func show(_ call: Call) throws -> Answer {
        let found = try find(call)
        return try answer(
            call["exampleId"], found.collection, found.entry, call.desk.collectionFolder.bodyFiles)
    }

    // MARK: Changing one

    private static func put(_ call: Call) throws -> Answer {
        let object = try call.object()
        let found = try find(call)
        return try change(call, found.entry, .ok) { collection, files in
            let untouched = collection
            collection.writeIDs()
            guard let place = collection.place(ofExample: call["exampleId"]) else { throw unknown }
            try check(call, place, in: collection, found.entry)
            let before = view(place, in: collection, files)
            let view = try ExampleViewJSON.view(object, over: before)
            let after = try view.written(
                to: place.example, from: before, itemRequest: place.itemRequest, variables: collection.variables,
                files: files)
            if after == place.example {
                collection = untouched
            } else {
                collection.replace(example: call["exampleId"], with: after)
            }
            return call["exampleId"]
        }
    }

    private static func add(_ call: Call) throws -> Answer {
        let object = try call.object()
        let fields = MemberReader(object, path: "$")
        let folder = try fields.texts("folder")
        let destination: PostmanCollection.Destination
        switch (try fields.text("before"), try fields.text("item")) {
        case (let before?, _): destination = .before(before)
        case (nil, let item?): destination = .item(item)
        case (nil, nil): destination = .folder(try checked(folder ?? [], "folder"))
        }
        let entry = try call.desk.collections.find(call["collectionId"])
        let id = ItemID.make()
        return try change(call, entry, .created) { collection, files in
            var blank = ExampleView.blank(id: id)
            if let request = request(at: destination, in: collection), var object = blank.object {
                object["originalRequest"] = request
                blank = .object(object)
            }
            var before = ExampleView(blank, itemRequest: nil, variables: collection.variables, files: files)
            var view = try ExampleViewJSON.view(object, over: before)
            if view.name.isEmpty {
                view.name = view.reason.isEmpty ? String(view.status) : "\(view.status) \(view.reason)"
            }
            // So that all of it is looked at.
            before.method = ""
            var example =
                try view.written(
                    to: blank, from: before, itemRequest: nil, variables: collection.variables, files: files
                ).object ?? JSONObject()
            example["_postman_previewlanguage"] = .string(view.previewLanguage)
            collection.writeIDs()
            try collection.insert(example: .object(example), at: destination, newItem: ItemID.make())
            return id
        }
    }

    /// What a new example of a request that is there begins with.
    private static func request(
        at destination: PostmanCollection.Destination, in collection: PostmanCollection
    ) -> JSONValue? {
        let request: JSONValue?
        switch destination {
        case .before(let id):
            let place = collection.place(ofExample: id)
            let own = place?.example["originalRequest"]
            request = own?.isNull ?? true ? place?.itemRequest : own
        case .item(let id): request = collection.request(ofItem: id)
        case .folder: request = nil
        }
        return request?.isNull ?? true ? nil : request
    }

    /// Names of folders, as a person gives them.
    static func checked(_ folder: [String], _ parameter: String) throws(Refusal) -> [String] {
        guard folder.count <= folderLimit, folder.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 1024 }) else {
            throw .parameter(parameter, "it is a list of at most \(folderLimit) names")
        }
        return folder
    }

    /// Folders in folders that a path may name.
    static let folderLimit = 100

    private static func duplicate(_ call: Call) throws -> Answer {
        let id = ItemID.make()
        return try change(call, try find(call).entry, .created) { collection, _ in
            collection.writeIDs()
            let name = collection.place(ofExample: call["exampleId"])?.example["name"]?.text ?? ""
            try collection.duplicate(example: call["exampleId"], as: id, name: name + " copy")
            return id
        }
    }

    private static func move(_ call: Call) throws -> Answer {
        let fields = MemberReader(try call.objectOrNothing(), path: "$")
        let before = fields.has("before") ? try fields.text("before") : nil
        let folder = fields.has("folder") ? try fields.texts("folder").map { try checked($0, "folder") } : nil
        if let at = try fields.text("at"), at != "end" { throw Refusal.parameter("at", "it is end") }
        return try change(call, try find(call).entry, .ok) { collection, _ in
            collection.writeIDs()
            guard collection.place(ofExample: call["exampleId"]) != nil else { throw unknown }
            let destination: PostmanCollection.Destination? =
                before.map { .before($0) } ?? folder.map { .folder($0) }
            try collection.move(example: call["exampleId"], to: destination, newItem: ItemID.make())
            return call["exampleId"]
        }
    }

    // MARK: Deleting

    private static func remove(_ call: Call) throws -> Answer {
        let entry = try find(call).entry
        var undo = JSONValue.null
        try call.desk.collectionFolder.change(call.desk.collections.file(entry)) { collection in
            guard let place = collection.place(ofExample: call["exampleId"]) else { throw unknown }
            try check(call, place, in: collection, entry)
            collection.writeIDs()
            undo = collection.removal(ofExample: call["exampleId"]) ?? .null
            collection.remove(example: call["exampleId"])
        }
        return Answer(["id": .string(call["exampleId"]), "undo": undo])
    }

    private static func restore(_ call: Call) throws -> Answer {
        guard let undo = try call.object()["undo"] else { throw Refusal.missing(["undo"]) }
        let entry = try call.desk.collections.find(call["collectionId"])
        return try change(call, entry, .created) { collection, _ in
            // What it is called is nobody else's.
            collection.writeIDs(besides: undo["example"]?["id"]?.text)
            return try collection.restore(undo)
        }
    }

    // MARK: Writing

    /// Changes a collection, or with `dryRun` says what that would be.
    ///
    /// - Parameter body: gives the id of the example that is answered.
    private static func change(
        _ call: Call, _ entry: CollectionCatalog.Entry, _ status: HTTPResponse.Status,
        _ body: (inout PostmanCollection, any BodyFiles) throws -> String
    ) throws -> Answer {
        let folder = call.desk.collectionFolder
        if try call.bool("dryRun") ?? false {
            var collection = try call.desk.collections.read(entry)
            let files = UnwrittenFiles(folder.bodyFiles)
            let id = try body(&collection, files)
            return try answer(id, collection, entry, files)
        }
        return try folder.change(call.desk.collections.file(entry)) { collection in
            let id = try body(&collection, folder.bodyFiles)
            return try answer(id, collection, entry, folder.bodyFiles, status)
        }
    }
}

/// Large bodies of what is only tried: they are there as long as it is looked at.
private final class UnwrittenFiles: BodyFiles {
    private let real: any BodyFiles
    private let kept = Mutex<[Digest: ByteBuffer]>([:])

    init(_ real: any BodyFiles) { self.real = real }

    func write(_ bytes: ByteBuffer) throws -> Digest {
        let digest = Digest(of: bytes)
        kept.withLock { $0[digest] = bytes }
        return digest
    }
    func byteCount(of digest: Digest) -> Int? {
        kept.withLock { $0[digest]?.readableBytes } ?? real.byteCount(of: digest)
    }
    func read(_ digest: Digest) throws -> ByteBuffer {
        try kept.withLock { $0[digest] } ?? real.read(digest)
    }
}
