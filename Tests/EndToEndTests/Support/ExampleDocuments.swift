import Foundation

extension Understudy {
    /// Every example of all collection files as it is written there, in the order of the files.
    func exampleDocuments() throws -> [[String: Any]] {
        try collections().sorted { $0.key < $1.key }.flatMap { name, bytes in
            Self.examples(in: try JSONSerialization.jsonObject(with: bytes))
        }
    }

    static func examples(in value: Any) -> [[String: Any]] {
        if let array = value as? [Any] { return array.flatMap(examples) }
        guard let object = value as? [String: Any] else { return [] }
        if object["originalRequest"] != nil { return [object] }
        return ["item", "response"].flatMap { name in object[name].map(examples) ?? [] }
    }
}
