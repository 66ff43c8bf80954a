import NIOCore
import UnderstudyCore

/// What a file is, by its content.
public enum ImportKind: String, Sendable, CaseIterable {
    case collection = "Postman collection"
    case collectionV1 = "Postman collection v1"
    case environment = "Postman environment"
    case globals = "Postman globals"
    case dump = "Postman dump"
    case zip = "Postman export"
    case har = "HAR"
    case curl = "curl"
    case openAPI = "OpenAPI"

    /// What a look at the bytes gives.
    enum Recognised {
        case json(ImportKind, JSONValue)
        /// `.openAPI` here means YAML whose kind is yet to be found out.
        case text(ImportKind)
        case zip
    }

    static func recognise(_ bytes: ByteBuffer, name: String) throws(CollectionError) -> Recognised {
        let view = bytes.readableBytesView
        if view.starts(with: [0x50, 0x4B, 0x03, 0x04]) || view.starts(with: [0x50, 0x4B, 0x05, 0x06]) { return .zip }
        let mark = view.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard let first = view.dropFirst(mark).first(where: { $0 > 0x20 }) else {
            throw CollectionError(file: name, place: "byte 0", message: "the file is empty")
        }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            let root: JSONValue
            do throws(JSONError) { root = try JSONValue(parsing: bytes) } catch {
                let place = "line \(error.line), column \(error.column) (byte \(error.offset))"
                throw CollectionError(file: name, place: place, message: error.reason)
            }
            return .json(try kind(of: root, name: name), root)
        }
        if view.starts(with: [0xFF, 0xFE]) || view.starts(with: [0xFE, 0xFF]) {
            throw CollectionError(file: name, place: "byte 0", message: "the file is UTF-16: save it as UTF-8")
        }
        if CurlReader.isCurl(view.dropFirst(mark)) { return .text(.curl) }
        if YAMLDocument.isLikely(view.dropFirst(mark)) { return .text(.openAPI) }
        throw unknown(name)
    }

    static func kind(of root: JSONValue, name: String) throws(CollectionError) -> ImportKind {
        guard let object = root.object else { throw unknown(name) }
        if let version = object["swagger"] {
            throw CollectionError(
                file: name, place: "$.swagger",
                message: "OpenAPI \(version.scalarText ?? "2") is not read: convert it to 3.0 or 3.1 first")
        }
        if object["openapi"] != nil { return .openAPI }
        if object["log"]?["entries"] != nil { return .har }
        if let kind = object["$kind"]?.text {
            throw CollectionError(
                file: name, place: "$[\"$kind\"]",
                message: "files of format v3 (\(kind)) are not read: export the collection as v2.1 from Postman")
        }
        if object["collections"]?.elements != nil { return .dump }
        let inner = object["collection"]?.object ?? object
        if inner["item"] == nil, inner["info"] == nil {
            let environment = object["environment"]?.object ?? object
            if environment["_postman_variable_scope"] != nil || environment["values"]?.elements != nil {
                return environment["_postman_variable_scope"]?.text == "globals" ? .globals : .environment
            }
            if CollectionV1.isV1(inner, hasItems: false) { return .collectionV1 }
            throw unknown(name)
        }
        return .collection
    }

    private static func unknown(_ name: String) -> CollectionError {
        CollectionError(
            file: name, place: "$",
            message:
                "this is none of: Postman collection, environment or export, HAR, curl command line, OpenAPI 3 in JSON or YAML"
        )
    }
}
