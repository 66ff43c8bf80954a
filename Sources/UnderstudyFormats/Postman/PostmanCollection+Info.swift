public import NIOCore
import UnderstudyCore

extension PostmanCollection {
    /// `info._postman_id`.
    public var id: String? {
        get { nodes[0].object["info"]?["_postman_id"]?.text }
        set { setInfo("_postman_id", newValue.map { .string($0) }) }
    }

    /// `info.name`.
    public mutating func rename(to name: String) { setInfo("name", .string(name)) }

    private mutating func setInfo(_ name: String, _ value: JSONValue?) {
        var info = nodes[0].object["info"]?.object ?? JSONObject()
        if let value { info[name] = value } else { info[name] = Optional<JSONValue>.none }
        nodes[0].object["info"] = .object(info)
    }

    /// What a file says of itself in `info`, or at its top in format v1, read no further than that. `nil` for what is no
    /// JSON object.
    public static func info(in bytes: ByteBuffer) -> (id: String?, name: String?)? {
        do {
            var reader = try JSONReader(bytes)
            return try info(&reader)
        } catch {
            return nil
        }
    }

    private static func info(_ reader: inout JSONReader) throws(JSONError) -> (id: String?, name: String?)? {
        guard reader.peek() == UInt8(ascii: "{") else { return nil }
        var id: String?
        var name: String?
        try reader.enter("{")
        while let member = try reader.nextMember() {
            switch member {
            case "info":
                let info = try reader.value()
                return (info["_postman_id"]?.text, info["name"]?.text)
            case "collection" where reader.peek() == UInt8(ascii: "{"): return try info(&reader)
            case "id": id = try reader.value().text
            case "name": name = try reader.value().text
            default: _ = try reader.skip()
            }
        }
        return (id, name)
    }

    /// Names of items that are not HTTP requests: gRPC, WebSocket, MQTT and the like cannot be mocked.
    public var itemsOfOtherProtocols: [String] {
        nodes.compactMap { node in
            guard let name = Self.protocolOf(node), name != "http" else { return nil }
            return "\(node.object["name"]?.text ?? "an item without a name") (\(name))"
        }
    }

    /// As an item says it itself, or as the scheme of its URL does; `nil` for folders.
    private static func protocolOf(_ node: Node) -> String? {
        guard case .item = node.kind else { return nil }
        let request = node.object["request"]
        for said in [node.object["type"], node.object["protocol"], request?["type"], request?["protocol"]] {
            guard let said = said?.text?.lowercased() else { continue }
            for name in ["grpc", "websocket", "ws-raw", "ws-socketio", "socketio", "mqtt", "graphql-ws"]
            where said.hasPrefix(name) { return name }
        }
        let url = request?["url"]
        let address = (url?.text ?? url?["raw"]?.text ?? request?.text ?? "").lowercased()
        for scheme in ["ws", "wss", "grpc", "grpcs", "mqtt", "mqtts"] where address.hasPrefix(scheme + "://") {
            return scheme
        }
        return "http"
    }
}
