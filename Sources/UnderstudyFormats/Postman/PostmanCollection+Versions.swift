public import NIOCore
public import UnderstudyCore

extension PostmanCollection {
    /// The whole document as a value, without what it was wrapped in.
    public var document: JSONObject {
        (try? JSONValue(parsing: bytes()))?.object.map { wrapper == nil ? $0 : $0["collection"]?.object ?? $0 }
            ?? JSONObject()
    }

    /// The document in that format, laid out as Postman's exports are.
    public func bytes(as version: CollectionVersion) -> ByteBuffer {
        JSONWriter.bytes(.object(version.convert(document)))
    }

    /// Whether its file was of format v2.1, plain.
    public var isCurrentFormat: Bool {
        wrapper == nil && !isConverted && CollectionVersion.version(of: nodes[0].object) == .v21
    }

    /// Reads a collection of any format as one of v2.1 that can be edited.
    ///
    /// - Returns: the collection, and the bytes to keep: those that were read where they are v2.1 already.
    static func converted(
        _ bytes: ByteBuffer, slug: String?, name: String
    ) throws(CollectionError) -> (collection: PostmanCollection, bytes: ByteBuffer) {
        var read = try PostmanCollection(parsing: bytes, slug: "", file: name)
        let slug = slug ?? NameSlug.slug(of: read.name)
        if read.isCurrentFormat {
            read.slug = slug
            return (read, bytes)
        }
        var root = CollectionVersion.v21.convert(read.document)
        let around = (read.wrapper?.members ?? []).filter { $0.name != "collection" }
        if !around.isEmpty {
            var own = root["_understudy"]?.object ?? JSONObject()
            own["wrapper"] = .object(JSONObject(members: around))
            root["_understudy"] = .object(own)
        }
        let converted = JSONWriter.bytes(.object(root))
        return (try PostmanCollection(parsing: converted, slug: slug, file: name), converted)
    }
}
