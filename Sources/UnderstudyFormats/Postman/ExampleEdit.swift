public import NIOCore
public import UnderstudyCore

/// Changes to an example that a command line can name. Everything else of it stays.
public struct ExampleEdit: Sendable {
    /// The new status; its reason phrase follows, and so does a name that begins with the old ones.
    public var status: Int?
    /// Names of field lines to take out, whatever their case.
    public var removedFields: [String] = []
    /// `Name: value` lines. All lines of a name given here take the place of those the example has.
    public var fields: [(name: String, value: String)] = []
    /// The new content. It is plain: `Content-Encoding` goes unless `fields` names one, `Content-Length` follows.
    public var body: ByteBuffer?

    /// The request's new target, in origin-form. `{{any}}`, `{{id}}`, `*` and so on in it are patterns.
    public var target: String?
    /// What is to be left out when requests are compared with it, besides what is already.
    public var ignore: [IgnoreRule] = []
    public var bodyRule: BodyRule?
    public var repeats: Repeats?
    public var isEnabled: Bool?
    /// Whether the example's rules go, before those above are put in.
    public var dropsRules = false

    /// Whether, and how, bodies are compared with the example's.
    public enum BodyRule: String, Sendable, CaseIterable { case on, off, subset }

    public init() {}

    public var isEmpty: Bool {
        status == nil && removedFields.isEmpty && fields.isEmpty && body == nil && target == nil && !changesRules
    }

    /// The example with these changes.
    ///
    /// - Parameter variables: the collection's, which its URLs may hold.
    /// - Throws: `ExampleEditError`, or what `files.write` throws.
    public func apply(
        to example: JSONValue, variables: [String: String] = [:], files: any BodyFiles
    ) throws -> JSONValue {
        guard var object = example.object else { return example }
        if let target { try Self.set(target: target, in: &object, variables: VariableScope(variables)) }
        if changesRules { try setRules(in: &object) }
        if let status { Self.set(status: status, in: &object) }
        if let body { try ExampleBody.set(body, in: &object, files: files) }
        var lines = FieldLines(object["header"])
        for name in removedFields { lines.remove(name) }
        var seen: Set<String> = []
        for field in fields where seen.insert(field.name.lowercased()).inserted {
            let values = fields.filter { $0.name.lowercased() == field.name.lowercased() }
            lines.replace(field.name, with: values.map { FieldLines.line($0.name, $0.value) })
        }
        if !removedFields.isEmpty || !fields.isEmpty { object["header"] = lines.value }
        return .object(object)
    }

    /// Status, reason phrase and the name that was made of them.
    static func set(status: Int, in object: inout JSONObject) {
        let old = "\(object["code"]?.int ?? 200) \(object["status"]?.text ?? "")"
        let phrase = ReasonPhrase.text(of: status)
        object["code"] = .integer(status)
        object["status"] = .string(phrase)
        if let name = object["name"]?.text, name.hasPrefix(old) {
            let new = phrase.isEmpty ? String(status) : "\(status) \(phrase)"
            object["name"] = .string(new + name.dropFirst(old.count))
        }
    }
}

/// The content of an example's response.
enum ExampleBody {
    /// Puts new, plain content into an example: as text where JSON can hold it, else as a file.
    ///
    /// - Parameter keepsCoding: whether `Content-Encoding` is what somebody wants to be there.
    static func set(
        _ bytes: ByteBuffer, in object: inout JSONObject, files: any BodyFiles, keepsCoding: Bool = false
    ) throws {
        var lines = FieldLines(object["header"])
        if !keepsCoding { lines.remove("Content-Encoding") }
        if lines.contains("Content-Length") {
            lines.replace("Content-Length", with: [FieldLines.line("Content-Length", String(bytes.readableBytes))])
        }
        object["header"] = lines.value
        setReference(nil, in: &object)
        let isText = bytes.readableBytes <= Limits().bodyInMemory && !bytes.readableBytesView.contains(0)
        if isText, let text = String(validating: bytes.readableBytesView, as: UTF8.self) {
            object["body"] = .string(text)
            return
        }
        let reference = BodyReference(digest: try files.write(bytes), byteCount: bytes.readableBytes)
        object["body"] = .string("(\(reference.byteCount) bytes, in \(reference.file))")
        setReference(reference, in: &object)
    }

    static func setReference(_ reference: BodyReference?, in object: inout JSONObject) {
        var hidden = object["_understudy"]?.object ?? JSONObject()
        hidden["body"] = reference?.value
        // Spelled out, because `nil` may also be read as JSON's null.
        object["_understudy"] = hidden.members.isEmpty ? Optional.none : .some(.object(hidden))
    }
}

/// The field lines of an example, in whichever of Postman's forms they are written.
struct FieldLines {
    private(set) var elements: [JSONValue]

    init(_ value: JSONValue?) {
        switch value {
        case .array(let elements)?: self.elements = elements
        case .string(let block)?:
            elements = block.utf8.split(whereSeparator: \.breaksLine).map { .string(String(Substring($0))) }
        default: elements = []
        }
    }

    var value: JSONValue { .array(elements) }

    static func line(_ name: String, _ value: String) -> JSONValue {
        ["key": .string(name), "value": .string(value)]
    }

    func contains(_ name: String) -> Bool { elements.contains { Self.name(of: $0) == name.lowercased() } }

    mutating func remove(_ name: String) { elements.removeAll { Self.name(of: $0) == name.lowercased() } }

    /// In the place of the first line of that name, or at the end.
    mutating func replace(_ name: String, with lines: [JSONValue]) {
        let place = elements.firstIndex { Self.name(of: $0) == name.lowercased() } ?? elements.count
        remove(name)
        elements.insert(contentsOf: lines, at: min(place, elements.count))
    }

    private static func name(of line: JSONValue) -> String? {
        if let text = line.text { return text.prefix { $0 != ":" }.lowercased() }
        return line["key"]?.text?.lowercased()
    }
}
