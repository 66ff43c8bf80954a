import NIOCore
import UnderstudyCore
import UnderstudyFormats

/// What a form has of an example, as the API says it.
enum ExampleViewJSON {
    /// Octets of content that is no text and yet shown.
    static let base64Limit = 256 << 10

    static func json(_ view: ExampleView) -> JSONValue {
        let text = view.body.flatMap { ExampleView.text($0) }
        var object = JSONObject([
            ("name", .string(view.name)), ("method", .string(view.method)), ("target", .string(view.target)),
            ("requestFields", lines(view.requestFields)),
            ("requestBody", view.requestBody.map { .string($0) } ?? .null), ("status", .integer(view.status)),
            ("reason", .string(view.reason)), ("fields", lines(view.fields)),
            ("body", text.map { .string($0) } ?? .null),
        ])
        if text == nil, let body = view.body, body.readableBytes <= base64Limit {
            object["bodyBase64"] = .string(Base64.encode(body))
        }
        object["bodyBytes"] = .integer(view.bodyByteCount)
        object["delay"] = view.delay
        object["rules"] = [
            "ignore": .array(view.rules.ignore.map { .string($0) }),
            "matchBody": view.rules.matchBody.map { .string($0.rawValue) } ?? .null,
            "repeats": view.rules.repeats.map { .string($0.rawValue) } ?? .null,
            "enabled": .bool(view.rules.isEnabled),
        ]
        return .object(object)
    }

    private static func lines(_ lines: [ExampleView.Line]) -> JSONValue {
        .array(lines.map { ["name": .string($0.name), "value": .string($0.value)] })
    }

    // MARK: Reading

    /// The view with what `object` says in its place: what it does not name stays.
    ///
    /// - Throws: `ExampleViewError` for members of the wrong type, all of them at once.
    static func view(_ object: JSONObject, over before: ExampleView) throws(ExampleViewError) -> ExampleView {
        var reader = Reader(object: object)
        var view = before
        if let status = reader.read("status", "a number from 200 to 999", \.int), status != before.status {
            view.follow(status: status)
        }
        reader.put("name", "a text", \.text, into: &view, \.name, unless: before)
        reader.put("method", "a text", \.text, into: &view, \.method, unless: before)
        reader.put("target", "a text", \.text, into: &view, \.target, unless: before)
        reader.put("reason", "a text", \.text, into: &view, \.reason, unless: before)
        view.requestFields = reader.lines("requestFields") ?? view.requestFields
        view.fields = reader.lines("fields") ?? view.fields
        if let body = reader.read("requestBody", "a text or null", textOrNull) {
            view.requestBody = body.flatMap { $0.isEmpty ? nil : $0 }
        }
        readBody(&reader, &view, before)
        if let delay = object["delay"] { view.delay = delay }
        readRules(&reader, object["rules"], &view.rules)
        guard reader.faults.isEmpty else { throw ExampleViewError(reader.faults) }
        return view
    }

    private static func textOrNull(_ value: JSONValue) -> String?? {
        if value.isNull { return .some(nil) }
        return value.text.map { .some($0) }
    }

    /// Text, or else octets; `null` takes away what was text.
    private static func readBody(_ reader: inout Reader, _ view: inout ExampleView, _ before: ExampleView) {
        let body = reader.read("body", "a text or null", textOrNull)
        let base64 = reader.read("bodyBase64", "Base64") { $0.text.flatMap { Base64.decode($0) } }
        if let text = body ?? nil {
            view.body = ByteBuffer(string: text)
        } else if let base64 {
            view.body = base64
        } else if body != nil, let old = before.body, ExampleView.text(old) != nil {
            view.body = ByteBuffer()
        }
    }

    private static func readRules(_ reader: inout Reader, _ value: JSONValue?, _ rules: inout ExampleView.Rules) {
        guard let value else { return }
        guard let object = value.object else { return reader.fault("rules", "an object") }
        var inner = Reader(object: object, path: "rules.")
        if let ignore = inner.read(
            "ignore", "a list of texts",
            { value -> [String]? in
                guard let elements = value.elements else { return nil }
                let texts = elements.compactMap(\.text)
                return texts.count == elements.count ? texts : nil
            })
        {
            rules.ignore = ignore
        }
        if let rule = inner.choice("matchBody", ExampleEdit.BodyRule.self) { rules.matchBody = rule }
        if let repeats = inner.choice("repeats", Repeats.self) { rules.repeats = repeats }
        if let isEnabled = inner.read("enabled", "true or false", \.bool) { rules.isEnabled = isEnabled }
        reader.faults += inner.faults
    }

    /// Reads members and keeps what is wrong with them.
    private struct Reader {
        let object: JSONObject
        var path = ""
        var faults: [ExampleViewError.Fault] = []

        mutating func fault(_ name: String, _ expected: String) {
            faults.append(.init(path + name, "it is \(expected)"))
        }

        mutating func read<Value>(_ name: String, _ expected: String, _ read: (JSONValue) -> Value?) -> Value? {
            guard let value = object[name] else { return nil }
            guard let result = read(value) else {
                fault(name, expected)
                return nil
            }
            return result
        }

        /// What is sent as it was is no wish: it follows the status.
        mutating func put(
            _ name: String, _ expected: String, _ read: (JSONValue) -> String?, into view: inout ExampleView,
            _ member: WritableKeyPath<ExampleView, String>, unless before: ExampleView
        ) {
            guard let text = self.read(name, expected, read), text != before[keyPath: member] else { return }
            view[keyPath: member] = text
        }

        mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
            _ name: String, _ type: Choice.Type
        ) -> Choice?? {
            let expected = "null or one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))"
            return read(name, expected) { value -> Choice?? in
                if value.isNull { return .some(nil) }
                return value.text.flatMap { Choice(rawValue: $0) }.map { .some($0) }
            }
        }

        mutating func lines(_ name: String) -> [ExampleView.Line]? {
            guard let value = object[name] else { return nil }
            guard let elements = value.elements else {
                fault(name, "a list of {\"name\", \"value\"}")
                return nil
            }
            return elements.enumerated().map { index, element in
                for member in ["name", "value"] where element[member]?.text == nil {
                    fault("\(name)[\(index)].\(member)", "a text")
                }
                return .init(element["name"]?.text ?? "", element["value"]?.text ?? "")
            }
        }
    }
}
