import NIOCore
import UnderstudyCore
import UnderstudyFormats

func read(_ text: String, _ name: String = "file", _ change: (inout ImportOptions) -> Void = { _ in }) throws -> Import
{
    var options = ImportOptions()
    change(&options)
    return try Import.read(ByteBuffer(string: text), name: name, options: options)
}

extension Import {
    var collections: [PostmanCollection] {
        items.compactMap { if case .collection(let collection, _) = $0 { collection } else { nil } }
    }
    var environments: [PostmanEnvironment] {
        items.compactMap { if case .environment(let environment) = $0 { environment } else { nil } }
    }
}

/// What a collection means, whatever format it is written in.
func meaning(_ collection: PostmanCollection) -> [String] {
    var lines = ["name \(collection.name)"]
    func describe(_ value: JSONValue?) -> String { value.map { JSONWriter.text($0) } ?? "-" }
    func text(_ url: JSONValue?) -> String {
        let raw = url?.text ?? url?["raw"]?.text ?? describe(url)
        let variables = (url?["variable"]?.elements ?? []).map {
            describe($0["key"] ?? $0["id"]) + describe($0["value"])
        }
        let off = (url?["query"]?.elements ?? []).filter { $0["disabled"]?.bool == true }.map(describe)
        return "\(raw) \(variables) \(off)"
    }
    func auth(_ value: JSONValue?) -> String {
        guard let auth = value?.object, let type = auth["type"]?.text else { return describe(value) }
        let list = auth[type]?.elements?.map { "\(describe($0["key"]))=\(describe($0["value"]))" }
        let members = auth[type]?.object?.members.map { "\(describe(.string($0.name)))=\(describe($0.value))" }
        return "\(type) \((list ?? members ?? []).sorted())"
    }
    func request(_ value: JSONValue?) -> String {
        guard let request = value?.object else { return describe(value) }
        return
            "\(describe(request["method"])) \(text(request["url"])) \(describe(request["header"])) \(describe(request["body"])) \(auth(request["auth"])) \(describe(request["description"]))"
    }
    func walk(_ node: JSONValue, _ path: String) {
        let path = "\(path)/\(node["name"]?.text ?? "")"
        lines.append("\(path) \(describe(node["description"])) \(auth(node["auth"])) \(describe(node["event"]))")
        lines.append("\(path) \(describe(node["variable"] ?? node["variables"])) \(request(node["request"]))")
        for response in node["response"]?.elements ?? [] {
            var rest = response.object ?? JSONObject()
            rest["originalRequest"] = Optional.none
            lines.append("\(path) \(request(response["originalRequest"])) \(JSONWriter.text(.object(rest)))")
        }
        for child in node["item"]?.elements ?? [] { walk(child, path) }
    }
    walk(.object(collection.document), "")
    return lines
}

/// The first few lines that differ, for a message.
func difference(_ left: [String], _ right: [String]) -> String {
    let differing = zip(left, right).first { $0 != $1 }
    return left == right
        ? "" : differing.map { "\n\($0.0.prefix(600))\n\($0.1.prefix(600))" } ?? "\(left.count) \(right.count)"
}
