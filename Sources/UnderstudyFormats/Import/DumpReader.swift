import NIOCore
import UnderstudyCore

/// Everything that somebody had in Postman: the old single file and the newer zip.
enum DumpReader {
    /// `{"version": 1, "collections": […], "environments": […], "globals": […], "headerPresets": […]}`
    static func dump(_ root: JSONValue, _ name: String) throws(CollectionError) -> Import {
        var result = Import(kind: .dump)
        for (index, value) in (root["collections"]?.elements ?? []).enumerated() {
            let place = JSONPath.root.member("collections").element(index)
            result.attempt(place) { result throws(CollectionError) in
                try result.add(collection: JSONWriter.bytes(value), name: "\(name) \(place)")
            }
        }
        for (index, value) in (root["environments"]?.elements ?? []).enumerated() {
            let place = JSONPath.root.member("environments").element(index)
            result.attempt(place) { result throws(CollectionError) in
                result.items.append(.environment(try PostmanEnvironment(value, file: name)))
            }
        }
        if let globals = root["globals"]?.elements, !globals.isEmpty {
            let value: JSONValue = [
                "name": "Globals", "values": .array(globals), "_postman_variable_scope": "globals",
            ]
            result.items.append(.environment(try PostmanEnvironment(value, file: name)))
        }
        if let presets = root["headerPresets"]?.elements, !presets.isEmpty {
            result.problems.append(
                ImportProblem(place: "$.headerPresets", message: "header presets have no place here and are left out"))
        }
        return try result.orNothing(name)
    }

    /// `archive.json` with `collection/<id>.json` and `environment/<id>.json`; any other JSON files are tried, too.
    static func zip(_ bytes: ByteBuffer, _ name: String, _ options: ImportOptions) throws(CollectionError) -> Import {
        var result = Import(kind: .zip)
        let entries = try ZipArchive.entries(of: bytes, name: name)
        for entry in entries where entry.name != ZipArchive.contents {
            guard entry.name.hasSuffix(".json") else {
                result.problems.append(ImportProblem(place: entry.name, message: "this is no JSON file; left out"))
                continue
            }
            do throws(CollectionError) {
                let kind = try ImportKind.recognise(entry.bytes, name: entry.name)
                guard case .json(let kind, _) = kind,
                    [.collection, .collectionV1, .environment, .globals].contains(kind)
                else {
                    result.problems.append(
                        ImportProblem(place: entry.name, message: "this is no collection or environment; left out"))
                    continue
                }
                if kind == .collection || kind == .collectionV1 {
                    try result.add(collection: entry.bytes, name: entry.name)
                } else {
                    result.items.append(.environment(try PostmanEnvironment(parsing: entry.bytes, file: entry.name)))
                }
            } catch {
                result.problems.append(ImportProblem(place: "\(error.file): \(error.place)", message: error.message))
            }
        }
        return try result.orNothing(name)
    }
}

extension Import {
    /// One bad part costs no other.
    fileprivate mutating func attempt(
        _ place: JSONPath, _ body: (inout Import) throws(CollectionError) -> Void
    ) {
        do throws(CollectionError) { try body(&self) } catch {
            problems.append(ImportProblem(place: "\(place)", message: error.message))
        }
    }

    fileprivate func orNothing(_ name: String) throws(CollectionError) -> Import {
        guard items.isEmpty else { return self }
        throw CollectionError(
            file: name, place: "$",
            message: problems.first.map { "nothing in it can be imported: \($0)" } ?? "there is nothing in it")
    }
}
