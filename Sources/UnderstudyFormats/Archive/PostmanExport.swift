public import NIOCore
import UnderstudyCore

/// A zip as Postman's data export makes it: `archive.json`, `collection/<id>.json`, `environment/<id>.json`.
public enum PostmanExport {
    public static func bytes(
        collections: [PostmanCollection], environments: [PostmanEnvironment]
    ) throws(CollectionError) -> ByteBuffer {
        var entries: [ZipArchive.Entry] = []
        var ids: Set<String> = []
        func add(_ id: String, _ name: String, _ folder: String, _ bytes: ByteBuffer) -> JSONObject.Member {
            // The id becomes a file's name, and two documents may have the same.
            var id = isID(id) ? id : Digest(of: "\(folder)\n\(name)\n\(id)").uuid
            while !ids.insert("\(folder)/\(id)").inserted { id = Digest(of: id + name).uuid }
            entries.append(.init(name: "\(folder)/\(id).json", bytes: bytes))
            return .init(id, true)
        }
        let listed = collections.map { collection in
            add(
                collection.document["info"]?["_postman_id"]?.text ?? "", collection.slug, "collection",
                collection.bytes(as: .v21))
        }
        let others = environments.map { add($0.id, $0.name, "environment", $0.bytes()) }
        let contents: JSONValue = [
            "collection": .object(JSONObject(members: listed)), "environment": .object(JSONObject(members: others)),
        ]
        return try ZipArchive.bytes(of: [.init(name: ZipArchive.contents, bytes: JSONWriter.bytes(contents))] + entries)
    }

    private static func isID(_ text: String) -> Bool {
        (8...100).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte)
                    || (0x61...0x7A).contains(byte.asciiLowercased)
            }
    }
}
