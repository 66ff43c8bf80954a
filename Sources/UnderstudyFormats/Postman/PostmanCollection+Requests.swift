import UnderstudyCore
import NIOCore

extension PostmanCollection {
    /// Items, with examples or without.
    public var requestCount: Int {
        nodes.count { node in if case .item = node.kind { true } else { false } }
    }

    /// The requests of all items as curl sends them, variables filled in as far as they are known, and the items whose request
    /// cannot be sent.
    public func curlRequests(
        environment: PostmanEnvironment? = nil
    ) -> (requests: [(name: String, request: CurlRequestValue)], problems: [ImportProblem]) {
        let scope = environment?.scope(over: variables) ?? VariableScope(variables)
        let reader = ExampleReader(variables: scope, files: nil, bodyInMemory: 0)
        var requests: [(name: String, request: CurlRequestValue)] = []
        var problems: [ImportProblem] = []
        var stack = [0]
        while let index = stack.popLast() {
            let node = nodes[index]
            stack.append(contentsOf: node.children.reversed())
            guard case .item = node.kind else { continue }
            let name = node.object["name"]?.text ?? ""
            do throws(ExampleReader.Fault) {
                let request = try reader.request(node.object["request"], at: "request")
                requests.append((name, Self.curl(request, node.object["request"], scope)))
            } catch {
                problems.append(ImportProblem(place: "\(path(of: index))", message: error.message))
            }
        }
        return (requests, problems)
    }

    private static func curl(
        _ request: Exchange.Request, _ value: JSONValue?, _ scope: VariableScope
    ) -> CurlRequestValue {
        let url = value?["url"] ?? value
        let raw = scope.resolve(url?.text ?? url?["raw"]?.text ?? "")
        let (host, _) = URLText.hostAndPath(raw)
        let scheme = raw.firstRange(of: "://").map { String(raw[..<$0.lowerBound]) } ?? "http"
        let authority = host.isEmpty ? "localhost" : host
        var result = CurlLine.request(
            request, origin: host.hasPrefix("{{") && !raw.contains("://") ? host : "\(scheme)://\(authority)",
            body: request.body.bytesInMemory ?? ByteBuffer())
        let body = value?["body"]
        switch body?["mode"]?.text {
        case "formdata":
            result.body = .form((body?["formdata"]?.elements ?? []).filter { !$0.isDisabled }.map { filled($0, scope) })
        case "urlencoded" where result.value("Content-Type") == nil && result.body != .none:
            result.fields.append(("Content-Type", "application/x-www-form-urlencoded"))
        case "graphql" where result.value("Content-Type") == nil && result.body != .none:
            result.fields.append(("Content-Type", "application/json"))
        default: break
        }
        if case .form(let parts) = result.body, parts.isEmpty { result.body = .none }
        return result
    }

    private static func filled(_ part: JSONValue, _ scope: VariableScope) -> JSONValue {
        guard var object = part.object else { return part }
        for name in ["key", "value"] {
            if let text = object[name]?.text { object[name] = .string(scope.resolve(text)) }
        }
        return .object(object)
    }
}
