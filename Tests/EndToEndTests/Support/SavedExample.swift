import Foundation

/// One example of a collection that a test writes itself.
struct SavedExample {
    var id: String
    var method: String
    /// As in Postman's address line, with `{{…}}`.
    var url: String
    var fields: [String: String] = [:]
    /// Raw.
    var body: String?
    var answer: String

    /// A collection of format v2.1.
    static func collection(
        _ examples: [SavedExample], variables: [String: String] = [:]
    ) throws -> String {
        let items = examples.map { example -> [String: Any] in
            var request: [String: Any] = [
                "method": example.method, "url": example.url,
                "header": example.fields.sorted { $0.key < $1.key }.map { ["key": $0.key, "value": $0.value] },
            ]
            if let body = example.body { request["body"] = ["mode": "raw", "raw": body] }
            let response: [String: Any] = [
                "id": example.id, "name": example.id, "originalRequest": request, "code": 200, "status": "OK",
                "header": [["key": "Content-Type", "value": "text/plain"]], "body": example.answer,
            ]
            return ["name": example.id, "request": request, "response": [response]]
        }
        let document: [String: Any] = [
            "info": [
                "name": "Saved", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
            ],
            "item": items, "variable": variables.sorted { $0.key < $1.key }.map { ["key": $0.key, "value": $0.value] },
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self)
    }
}
