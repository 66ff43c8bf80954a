import UnderstudyCore

/// An OpenAPI document and its references. References to other files are never followed.
final class OpenAPIDocument {
    let root: JSONValue
    /// External or broken references, each once.
    private(set) var brokenReferences: [String] = []
    private var targets: [String: JSONValue] = [:]

    init(_ root: JSONValue) { self.root = root }

    /// The value itself, or what its `$ref` leads to; `nil` for a reference that leads nowhere.
    func resolved(_ value: JSONValue?) -> JSONValue? {
        var value = value
        for _ in 0..<32 {
            guard let reference = value?["$ref"]?.text else { return value }
            value = target(reference)
        }
        return nil
    }

    func target(_ reference: String) -> JSONValue? {
        if let known = targets[reference] { return known }
        guard reference.hasPrefix("#") else {
            note(reference)
            return nil
        }
        var value: JSONValue? = root
        for step in reference.dropFirst().split(separator: "/") {
            let name = PercentText.decoded(step.replacing("+", with: "%2B")).replacing("~1", with: "/")
                .replacing("~0", with: "~")
            if let elements = value?.elements {
                value = Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            } else {
                value = value?[name]
            }
        }
        guard let value else {
            note(reference)
            return nil
        }
        targets[reference] = value
        return value
    }

    private func note(_ reference: String) {
        if !brokenReferences.contains(reference), brokenReferences.count < 100 { brokenReferences.append(reference) }
    }
}
