import NIOCore
public import UnderstudyCore

/// What of a changed view cannot be, each with the member it is about.
public struct ExampleViewError: Error, Sendable, CustomStringConvertible {
    public struct Fault: Sendable, Hashable {
        /// `fields[2].name`
        public let path: String
        /// One sentence.
        public let message: String

        public init(_ path: String, _ message: String) {
            self.path = path
            self.message = message
        }
    }

    public let faults: [Fault]

    public init(_ faults: [Fault]) { self.faults = faults }

    public var description: String { faults.map { "\($0.path): \($0.message)" }.joined(separator: "; ") }
}

extension ExampleView {
    /// Gives it another status; the reason phrase follows, and so does a name that begins with the old ones.
    public mutating func follow(status new: Int) {
        let phrase = ReasonPhrase.text(of: status)
        let old = "\(status) \(reason)"
        if name.hasPrefix(old) {
            let text = ReasonPhrase.text(of: new)
            name = (text.isEmpty ? String(new) : "\(new) \(text)") + name.dropFirst(old.count)
        }
        if reason == phrase { reason = ReasonPhrase.text(of: new) }
        status = new
    }

    /// What of it cannot be written, where it is other than `before`.
    public func faults(since before: ExampleView) -> [ExampleViewError.Fault] {
        var faults: [ExampleViewError.Fault] = []
        if name != before.name, name.utf8.contains(where: \.breaksLine) {
            faults.append(.init("name", "a name is one line"))
        }
        if method != before.method, method.isEmpty || method.utf8.count > 64 || !method.utf8.allSatisfy(\.isTokenByte) {
            faults.append(.init("method", "it is a method, such as GET"))
        }
        if target != before.target {
            do throws(ExampleEditError) { _ = try ExampleEdit.checked(target) } catch {
                faults.append(.init("target", error.description))
            }
        }
        faults += Self.faults(requestFields, since: before.requestFields, "requestFields")
        if status != before.status, !(200...999).contains(status), status != 101 {
            faults.append(.init("status", "it is a number from 200 to 999"))
        }
        if reason != before.reason, reason.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
            faults.append(.init("reason", "a reason phrase has no control characters"))
        }
        faults += Self.faults(fields, since: before.fields, "fields")
        if delay != before.delay {
            do throws(ExampleReader.Fault) { _ = try ExampleReader.delay(delay) } catch {
                faults.append(.init("delay", error.message))
            }
        }
        for (index, rule) in rules.ignore.enumerated() where !before.rules.ignore.contains(rule) {
            do throws(RuleError) { _ = try IgnoreRule(rule) } catch {
                faults.append(.init("rules.ignore[\(index)]", "\(error)"))
            }
        }
        return faults
    }

    private static func faults(_ lines: [Line], since before: [Line], _ path: String) -> [ExampleViewError.Fault] {
        var faults: [ExampleViewError.Fault] = []
        for (index, line) in lines.enumerated() where !before.contains(line) {
            if line.name.isEmpty || !line.name.utf8.allSatisfy(\.isTokenByte) {
                faults.append(.init("\(path)[\(index)].name", "a field's name is a token, such as Content-Type"))
            }
            if line.value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
                faults.append(
                    .init("\(path)[\(index)].value", "a field's value has no line break or control character"))
            }
        }
        return faults
    }

    /// The example's JSON with this view's values where they are other than `before`, which was read from it. Without such
    /// it is the very same JSON.
    ///
    /// - Throws: `ExampleViewError`, or what `files.write` throws.
    public func written(
        to example: JSONValue, from before: ExampleView, itemRequest: JSONValue?, variables: [String: String],
        files: any BodyFiles
    ) throws -> JSONValue {
        let faults = faults(since: before)
        guard faults.isEmpty else { throw ExampleViewError(faults) }
        guard self != before, var object = example.object else { return example }
        if name != before.name { object["name"] = .string(name) }
        if changesRequest(since: before) {
            try writeRequest(in: &object, before, itemRequest, VariableScope(variables), files)
        }
        if status != before.status { object["code"] = .integer(status) }
        if reason != before.reason { object["status"] = .string(reason) }
        if fields != before.fields {
            var lines = FormLines(fields: object["header"])
            lines.set(fields)
            object["header"] = lines.value
        }
        let (coding, oldCoding) = (Self.coding(fields), Self.coding(before.fields))
        // Octets that were coded would not be what the fields say any more.
        if let body, body != before.body || (coding != oldCoding && !oldCoding.isEmpty) {
            // What was compressed is so no longer, unless the field is new.
            try ExampleBody.set(
                body, in: &object, files: files, keepsCoding: !coding.isEmpty && coding != oldCoding)
        }
        if delay != before.delay {
            Self.hide("delay", delay.isNull ? nil : .some(delay), in: &object)
        }
        if rules != before.rules { try writeRules(in: &object, before) }
        return .object(object)
    }

    /// Whether what a request is found by is another.
    public func changesRequest(since before: ExampleView) -> Bool {
        method != before.method || target != before.target || requestFields != before.requestFields
            || requestBody != before.requestBody
    }

    private static func coding(_ fields: [Line]) -> [String] {
        fields.filter { $0.name.lowercased() == "content-encoding" }.map { $0.value.lowercased() }
    }

    private static func hide(_ name: String, _ value: JSONValue?, in object: inout JSONObject) {
        var hidden = object["_understudy"]?.object ?? JSONObject()
        // Spelled out, because `nil` may also be read as JSON's null.
        hidden[name] = value.map { .some($0) } ?? Optional.none
        object["_understudy"] = hidden.members.isEmpty ? Optional.none : .some(.object(hidden))
    }

    // MARK: Request

    private func writeRequest(
        in object: inout JSONObject, _ before: ExampleView, _ itemRequest: JSONValue?, _ variables: VariableScope,
        _ files: any BodyFiles
    ) throws {
        let own = object["originalRequest"]
        let effective = own?.isNull ?? true ? itemRequest : own
        var request: JSONObject
        switch effective {
        case .object(let found)?: request = found
        case .string(let url)?: request = JSONObject([("method", "GET"), ("url", .string(url))])
        default:
            request = JSONObject([("method", "GET"), ("header", []), ("url", PostmanURL.value("/"))])
        }
        if method != before.method { request["method"] = .string(method) }
        if requestFields != before.requestFields {
            var lines = FormLines(fields: request["header"])
            lines.set(requestFields)
            request["header"] = lines.value
        }
        if requestBody != before.requestBody { try writeBody(in: &request, files) }
        object["originalRequest"] = .object(request)
        guard target != before.target else { return }
        do throws(ExampleEditError) {
            try ExampleEdit.set(target: target, in: &object, variables: variables)
        } catch {
            throw ExampleViewError([.init("target", error.description)])
        }
    }

    /// A form stays a form, and GraphQL what it is, where the text says one; all else is raw.
    private func writeBody(in request: inout JSONObject, _ files: any BodyFiles) throws {
        let old = request["body"]?.object ?? request["data"]?.object ?? JSONObject()
        let wasText = request["body"]?.text != nil
        Self.hide("body", nil, in: &request)
        request["data"] = nil
        guard let text = requestBody, !text.isEmpty else {
            request["body"] = nil
            return
        }
        var lines = FieldLines(request["header"])
        if lines.contains("Content-Length") {
            lines.replace("Content-Length", with: [FieldLines.line("Content-Length", String(text.utf8.count))])
            request["header"] = lines.value
        }
        guard text.utf8.count <= Limits().bodyInMemory else {
            let reference = BodyReference(
                digest: try files.write(ByteBuffer(string: text)), byteCount: text.utf8.count)
            Self.hide("body", reference.value, in: &request)
            request["body"] = ["mode": "file", "file": ["src": .string(reference.file)]]
            return
        }
        if wasText {
            request["body"] = .string(text)
            return
        }
        let mode = old["mode"]?.text
        var body = old
        if mode == "urlencoded" || (mode == nil && isForm), let pairs = FormText.pairs(shown: text) {
            var form = FormLines(pairs: old["urlencoded"])
            form.set(pairs)
            body["mode"] = "urlencoded"
            body["urlencoded"] = form.value
        } else if mode == "graphql", let value = Self.graphQL(text, over: old["graphql"]) {
            body["graphql"] = value
        } else {
            for name in ["urlencoded", "graphql", "formdata", "file", "disabled"] { body[name] = nil }
            body["mode"] = "raw"
            body["raw"] = .string(text)
            if body["options"] == nil { body["options"] = ["raw": ["language": .string(language)]] }
        }
        request["body"] = .object(body)
    }

    private var requestType: String {
        requestFields.last { $0.name.lowercased() == "content-type" }?.value.lowercased() ?? ""
    }
    private var isForm: Bool { requestType.hasPrefix("application/x-www-form-urlencoded") }
    private var language: String {
        ["json", "xml", "html", "javascript"].first { requestType.contains($0) } ?? "text"
    }

    /// `nil` unless reading it gives exactly this text.
    private static func graphQL(_ text: String, over old: JSONValue?) -> JSONValue? {
        guard let new = (try? JSONValue(parsing: text))?.object, new["query"]?.text != nil else { return nil }
        var value = old?.object ?? JSONObject()
        value["query"] = new["query"]
        value["operationName"] = new["operationName"]
        if let variables = new["variables"] {
            value["variables"] = old?["variables"]?.text == nil ? variables : .string(JSONWriter.text(variables))
        } else {
            value["variables"] = nil
        }
        let result = JSONValue.object(value)
        return ExampleReader.graphQL(result) { $0 }.utf8.elementsEqual(text.utf8) ? result : nil
    }

    // MARK: Rules

    /// Conditions and what else a form does not show stay.
    private func writeRules(in object: inout JSONObject, _ before: ExampleView) throws {
        var written = ExampleRules()
        do throws(RuleError) {
            if let old = object["_understudy"]?["match"] { written = try ExampleRules(old) ?? written }
            if rules.ignore != before.rules.ignore {
                written.ignore = []
                for rule in rules.ignore { written.ignore.append(try IgnoreRule(rule)) }
            }
        } catch {
            throw ExampleViewError([.init("rules", "the rules that are there cannot be read: \(error)")])
        }
        if rules.matchBody != before.rules.matchBody {
            switch rules.matchBody {
            case nil: (written.matchBody, written.matchJSONSubset) = (nil, nil)
            case .on?: (written.matchBody, written.matchJSONSubset) = (true, nil)
            case .off?: (written.matchBody, written.matchJSONSubset) = (false, nil)
            case .subset?: (written.matchBody, written.matchJSONSubset) = (true, true)
            }
        }
        if rules.repeats != before.rules.repeats { written.repeats = rules.repeats }
        if rules.isEnabled != before.rules.isEnabled { written.isEnabled = rules.isEnabled }
        let value = written.jsonValue
        Self.hide("match", value.object?.members.isEmpty ?? true ? nil : .some(value), in: &object)
    }

    // MARK: New ones

    /// An example that answers `GET /` with nothing: what a new one is written over.
    public static func blank(id: String) -> JSONValue {
        [
            "id": .string(id), "name": "",
            "originalRequest": ["method": "GET", "header": [], "url": PostmanURL.value("/")],
            "status": "OK", "code": 200, "_postman_previewlanguage": "text", "header": [], "cookie": [], "body": "",
        ]
    }

    /// Postman's name for how the content is shown.
    public var previewLanguage: String {
        let type = fields.last { $0.name.lowercased() == "content-type" }?.value.lowercased() ?? ""
        return ["json", "html", "xml", "javascript"].first { type.contains($0) } ?? "text"
    }
}
