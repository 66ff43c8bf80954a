import UnderstudyCore

/// `multipart/form-data` as a form made in Postman would be sent. Files are never read: their content is `{{any}}`.
///
/// Names are written as <https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data>
/// says, parts as RFC 7578.
struct MultipartText {
    let text: String
    /// Not part of the content.
    let boundary: String
    /// Whether the form has no part.
    let isEmpty: Bool

    /// The boundary where nothing says another.
    static let boundary = "understudy-form-boundary"

    /// - Parameters:
    ///   - parts: a collection's `formdata` list.
    ///   - boundary: taken if the content does not hold it.
    ///   - fill: gives a text its variables.
    init(_ parts: [JSONValue], boundary: String?, _ fill: (String) -> String) {
        let rendered = parts.filter { $0.object != nil && !$0.isDisabled }.flatMap { Self.render($0, fill) }
        isEmpty = rendered.isEmpty
        let content = rendered.joined()
        let wanted = boundary.map { Self.isBoundary($0) ? $0 : Self.boundary } ?? Self.boundary
        // A digest of the content can hardly be in it.
        self.boundary =
            content.contains(wanted) ? "understudy-" + String(Digest(of: content).description.prefix(40)) : wanted
        var text = ""
        for part in rendered { text += "--\(self.boundary)\r\n\(part)\r\n" }
        self.text = text + "--\(self.boundary)--\r\n"
    }

    private static func render(_ part: JSONValue, _ fill: (String) -> String) -> [String] {
        let name = escaped(fill((part["key"]?.text) ?? ""))
        let type = part["contentType"]?.text.map { fill($0).filter { !$0.isNewline } } ?? ""
        let disposition = "Content-Disposition: form-data; name=\"\(name)\""
        let typeLine = type.isEmpty ? "" : "\r\nContent-Type: \(type)"
        guard part["type"]?.text == "file" || part["src"] != nil else {
            let value = fill(part["value"]?.scalarText ?? "")
            return ["\(disposition)\(typeLine)\r\n\r\n\(value)"]
        }
        var sources = part["src"]?.elements?.compactMap(\.text) ?? [part["src"]?.text].compactMap { $0 }
        if sources.isEmpty { sources = ["file"] }
        return sources.map { source in
            let fileName = source.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? "file"
            // Without a type it takes a file of any.
            return "\(disposition); filename=\"\(escaped(fileName))\"\(typeLine)\r\n\r\n\(ExampleReader.anyContent)"
        }
    }

    private static func escaped(_ name: String) -> String {
        var out = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": out += "%22"
            case "\r": out += "%0D"
            case "\n": out += "%0A"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    // MARK: Content-Type

    /// The value of a Content-Type field with this boundary, other parameters left out.
    func contentType(_ value: String) -> String {
        "\(value.prefix { $0 != ";" && $0 != " " }); boundary=\(boundary)"
    }

    /// The boundary parameter of a multipart type.
    static func boundary(in contentType: String) -> String? {
        for parameter in contentType.split(separator: ";").dropFirst() {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].filter({ !$0.isWhitespace }).lowercased() == "boundary" else { continue }
            return String(parts[1].filter { $0 != "\"" && !$0.isWhitespace })
        }
        return nil
    }

    /// RFC 2046 §5.1.1, without the characters that would need quotes.
    private static func isBoundary(_ text: String) -> Bool {
        (1...70).contains(text.utf8.count) && text.utf8.allSatisfy(\.isTokenByte)
    }
}
