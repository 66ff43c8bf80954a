import HTTPTypes
import UnderstudyCore

/// The table of routes as OpenAPI 3.1. <https://spec.openapis.org/oas/v3.1.1.html>
enum OpenAPIDocument {
    static func json(_ routes: [Route]) -> JSONValue {
        var paths = JSONObject()
        for route in routes {
            var path = paths[route.path]?.object ?? pathItem(route)
            path[route.method.rawValue.lowercased()] = operation(route)
            // As the table has it.
            if route.method == .get { path["head"] = operation(route, isHead: true) }
            paths[route.path] = .object(path)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Understudy", "version": "1.0.0",
                "description":
                    "The management API: Postman's at the root, with its shapes and errors, and ours under /api/v1.",
            ],
            "servers": [["url": "/"]], "security": [["key": []], ["bearer": []]],
            "tags": [["name": "postman"], ["name": "understudy"]], "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "key": ["type": "apiKey", "in": "header", "name": "X-Api-Key"],
                    "bearer": ["type": "http", "scheme": "bearer"],
                ], "schemas": .object(JSONObject(APISchemas.all)),
            ],
        ]
    }

    private static func pathItem(_ route: Route) -> JSONObject {
        let names = route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
        guard !names.isEmpty else { return JSONObject() }
        return [
            "parameters": .array(
                names.map { ["name": .string(String($0)), "in": "path", "required": true, "schema": Schema.text] })
        ]
    }

    private static func operation(_ route: Route, isHead: Bool = false) -> JSONValue {
        let document = route.document
        var operation: JSONObject = [
            "operationId": .string(operationID(route, isHead ? "head" : route.method.rawValue.lowercased())),
            "summary": .string(document.summary),
            "tags": [route.style == .postman ? "postman" : "understudy"],
        ]
        if !document.parameters.isEmpty {
            operation["parameters"] = .array(
                document.parameters.map {
                    [
                        "name": .string($0.name), "in": .string($0.place.rawValue), "required": false,
                        "description": .string($0.description), "schema": $0.schema,
                    ]
                })
        }
        if let content = document.content, !isHead {
            operation["requestBody"] = [
                "required": .bool(content.isRequired),
                "content": media(content.type, content.schema),
            ]
        }
        if route.admission == .anyone { operation["security"] = [] }
        var responses = JSONObject()
        var success: JSONObject = ["description": "Done."]
        // A HEAD's answer has the type, and no content.
        if !isHead { success["content"] = media(document.answerType, document.answer) }
        responses["\(document.status)"] = .object(success)
        for status in refusals(route) { responses["\(status)"] = refusal(status, route.style, isHead) }
        operation["responses"] = .object(responses)
        return .object(operation)
    }

    private static func media(_ type: String, _ schema: JSONValue) -> JSONValue {
        let content: JSONValue = ["schema": schema]
        return .object(JSONObject([(type, content)]))
    }

    /// `get /mocks/{id}/call-logs` → `getMocksIdCallLogs`
    private static func operationID(_ route: Route, _ method: String) -> String {
        let words = route.path.split { "/{}-.".contains($0) }
        return words.reduce(method) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }

    /// Statuses that a route may refuse with: its own, and those of its kind.
    static func refusals(_ route: Route) -> [Int] {
        var statuses: Set<Int> = Set(route.document.refusals).union([400, 403, 503])
        if case .role = route.admission { statuses.formUnion([401, 429]) }
        if route.path.contains("{") { statuses.insert(404) }
        if route.document.content != nil || route.bodyLimit > Route.BodyLimit.usual { statuses.insert(413) }
        statuses.insert(413)
        return statuses.sorted()
    }

    private static func refusal(_ status: Int, _ style: Route.Style, _ isHead: Bool) -> JSONValue {
        var refusal: JSONObject = ["description": .string(HTTPResponse.Status(code: status).reasonPhrase)]
        if isHead { return .object(refusal) }
        let (type, schema) =
            switch style {
            case .own: ("application/problem+json", "Problem")
            case .postman: status == 401 ? ("application/problem+json", "Problem") : ("application/json", "Error")
            }
        refusal["content"] = media(type, Schema.ref(schema))
        return .object(refusal)
    }
}
