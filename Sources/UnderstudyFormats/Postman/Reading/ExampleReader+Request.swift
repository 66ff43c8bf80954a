import NIOCore
import UnderstudyCore

extension ExampleReader {
    /// What stands for content that is not in the collection: the files of a form, or a body that is a file.
    static let anyContent = "{{any}}"

    /// `nil` and JSON null have no request; a string is a GET of that URL.
    mutating func request(_ view: JSONView?, at place: String) throws(Fault) -> RequestDraft {
        guard let view, !view.isNull else { return try noRequest(place) }
        let hidden = view["_understudy"]
        let encoding = Self.encoding(hidden)
        guard let target = target(view.isObject ? view["url"] : view, hidden, encoding) else {
            throw Fault(members: [place, "url"], message: "the request has no URL")
        }
        let method = view["method"]?.text ?? "GET"
        guard !method.isEmpty, method.utf8.allSatisfy(\.isTokenByte) else {
            throw Fault(members: [place, "method"], message: "the method is not a token")
        }
        let isLiteral = hidden?["literal"]?.bool == true
        let fields = try fields(view["header"], encoding, isLiteral: isLiteral, [place, "header"])
        var draft = RequestDraft(
            method: method, target: target, fields: fields, body: .part(0..<0), trailers: FieldsDraft())
        try readBody(view["body"] ?? view["data"], hidden, isLiteral: isLiteral, place, &draft)
        let trailers = [place, "_understudy", "trailers"]
        draft.trailers = try self.fields(hidden?["trailers"], encoding, isLiteral: true, trailers)
        return draft
    }

    // MARK: Target

    private mutating func target(
        _ url: JSONView?, _ hidden: JSONView?, _ encoding: TextBytes.Encoding
    ) -> Range<Int>? {
        guard let url else { return nil }
        // The exact target when the visible URL cannot say it, unless the URL was edited since.
        if let exact = hidden?["target"]?.text, let raw = url["raw"]?.text, PostmanURL.isRaw(raw, of: exact) {
            return append(exact, encoding)
        }
        if encoding == .utf8, let plain = ExampleURL.plainTarget(url, hasPlainBase: hasPlainBase) {
            return arena.append(plain)
        }
        guard let target = ExampleURL(url.value, variables: variables)?.target else { return nil }
        return append(target, encoding)
    }

    // MARK: Body

    private mutating func readBody(
        _ view: JSONView?, _ hidden: JSONView?, isLiteral: Bool, _ place: String, _ draft: inout RequestDraft
    ) throws(Fault) {
        if let reference = hidden?["body"] {
            draft.body = .whole(try fileBody(reference.value, [place, "_understudy", "body"]))
            return
        }
        guard let view else { return }
        if view.isString {
            draft.body = text(view, isLiteral)
            return
        }
        guard view.isObject, !view.isDisabled else { return }
        // `{{name}}` is filled in before a text is encoded, as Postman does.
        let fill: (String) -> String = { [variables] in isLiteral ? $0 : variables.resolve($0) }
        switch view["mode"]?.text {
        case "urlencoded":
            let text = FormText.encode(view["urlencoded"]?.value.elements ?? [], fill)
            // A form without fields is no body: Postman's exports have such for every GET.
            guard !text.isEmpty else { return }
            draft.body = content(text)
            draft.impliedContentType = "application/x-www-form-urlencoded"
        case "graphql":
            let text = Self.graphQL(view["graphql"]?.value, fill)
            guard !text.isEmpty else { return }
            draft.body = content(text)
            draft.impliedContentType = "application/json"
        case "formdata": readForm(view["formdata"]?.value.elements ?? [], fill, &draft)
        case "file":
            if let text = view["file"]?["content"], text.isString {
                draft.body = self.text(text, isLiteral)
            } else if let source = view["file"]?["src"], !source.isNull {
                draft.body = content(Self.anyContent)
            }
        default: if let raw = view["raw"], raw.isString { draft.body = text(raw, isLiteral) }
        }
        if draft.fields.hasContentType { draft.impliedContentType = nil }
    }

    /// A string's text with the values of variables.
    private mutating func text(_ string: JSONView, _ isLiteral: Bool) -> BodyDraft {
        let body = content(string)
        guard !isLiteral, !variables.isEmpty else { return body }
        switch body {
        case .part(let range):
            guard arena.hasBraces(range) else { return body }
            return content(variables.resolve(arena.text(range)))
        case .whole: return content(variables.resolve(string.text ?? ""))
        }
    }

    /// The form as it would be sent, its boundary in the Content-Type, so that it can be taken apart again.
    private mutating func readForm(
        _ parts: [JSONValue], _ fill: (String) -> String, _ draft: inout RequestDraft
    ) {
        let written = draft.fields.fields(in: arena.buffer).text("Content-Type")
        let boundary = written.flatMap { MultipartText.boundary(in: $0) }
        let form = MultipartText(parts, boundary: boundary, fill)
        guard !form.isEmpty else { return }
        draft.body = content(form.text)
        guard let written else {
            draft.impliedContentType = form.contentType("multipart/form-data")
            return
        }
        if written.lowercased().hasPrefix("multipart/"), form.boundary != boundary {
            draft.contentType = form.contentType(written)
        }
    }

    /// What Postman sends for a GraphQL body: query, operation name and variables as one JSON object.
    static func graphQL(_ value: JSONValue?, _ fill: (String) -> String) -> String {
        guard let value = value?.object else { return "" }
        func filled(_ value: JSONValue?) -> JSONValue? { value?.text.map { .string(fill($0)) } ?? value }
        var body = JSONObject()
        body["query"] = filled(value["query"])
        body["operationName"] = filled(value["operationName"])
        if let text = value["variables"]?.text {
            body["variables"] = (try? JSONValue(parsing: fill(text))) ?? [:]
        } else {
            body["variables"] = value["variables"] ?? [:]
        }
        return JSONWriter.text(.object(body))
    }
}
