public import NIOCore
import UnderstudyCoding
public import UnderstudyCore

/// An example as a form shows it: what people change about it, and nothing of how a collection writes that down.
///
/// `ExampleView+Writing` puts a changed one back. What is the same in both stays in the document as it was written, and so
/// does all that a form does not show: unknown members, disabled fields, descriptions, trailers.
public struct ExampleView: Sendable, Equatable {
    public struct Line: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        public static func == (left: Line, right: Line) -> Bool {
            left.name.utf8.elementsEqual(right.name.utf8) && left.value.utf8.elementsEqual(right.value.utf8)
        }
    }

    public struct Rules: Sendable, Equatable {
        /// As `IgnoreRule` writes them.
        public var ignore: [String] = []
        public var matchBody: ExampleEdit.BodyRule?
        public var repeats: Repeats?
        public var isEnabled = true

        public init() {}
    }

    public var name = ""
    public var method = "GET"
    /// Path and query. `{{id}}`, `{{regex:…}}` and `*` in it are text here.
    public var target = "/"
    public var requestFields: [Line] = []
    /// `nil` for none, and for what is no text: a form with files, or octets in a file.
    public var requestBody: String?
    public var status = 200
    public var reason = ""
    public var fields: [Line] = []
    /// The response's content without its content coding; `nil` when it is too large for a form or its file is gone.
    public var body: ByteBuffer?
    /// Octets of it: of `body`, or of what there is instead.
    public var bodyByteCount = 0
    /// As `_understudy.delay` has it; null for none.
    public var delay = JSONValue.null
    public var rules = Rules()

    /// Octets of content that a form gets to see.
    public static let contentLimit = 1 << 20

    public init() {}

    /// What an example says, its faults passed over: `ExampleDocument.problem` tells them.
    ///
    /// - Parameters:
    ///   - itemRequest: what counts where the example has no request of its own.
    ///   - variables: the collection's.
    public init(
        _ example: JSONValue, itemRequest: JSONValue?, variables: [String: String], files: any BodyFiles
    ) {
        name = example["name"]?.text ?? ""
        let own = example["originalRequest"]
        read(request: own?.isNull ?? true ? itemRequest : own, VariableScope(variables), files)
        status = example["code"]?.int ?? example["code"]?.text.flatMap { Int($0) } ?? 200
        reason = example["status"]?.text ?? ""
        fields = FormLines(fields: example["header"]).lines
        readBody(example, files)
        let hidden = example["_understudy"]
        delay = hidden?["delay"] ?? .null
        guard let value = hidden?["match"], let rules = try? ExampleRules(value) else { return }
        self.rules = Rules(rules)
    }

    // MARK: Request

    private mutating func read(request: JSONValue?, _ variables: VariableScope, _ files: any BodyFiles) {
        guard let request else { return }
        method = request["method"]?.text ?? "GET"
        let url = request.object == nil ? request : request["url"]
        if let exact = request["_understudy"]?["target"]?.text, let raw = url?["raw"]?.text,
            PostmanURL.isRaw(raw, of: exact)
        {
            target = exact
        } else {
            target = ExampleURL(url, variables: variables)?.target ?? ""
        }
        requestFields = FormLines(fields: request["header"]).lines
        requestBody = Self.requestBody(request, files)
    }

    private static func requestBody(_ request: JSONValue, _ files: any BodyFiles) -> String? {
        if let value = request["_understudy"]?["body"] {
            guard let reference = BodyReference(value), let bytes = content(of: reference, files) else { return nil }
            return text(bytes)
        }
        guard let body = request["body"] ?? request["data"] else { return nil }
        if let text = body.text { return text }
        guard !body.isDisabled else { return nil }
        let text: String?
        switch body["mode"]?.text {
        case "urlencoded": text = FormText.shown(body["urlencoded"]?.elements ?? [])
        case "graphql": text = ExampleReader.graphQL(body["graphql"]) { $0 }
        case "formdata": return nil
        case "file": text = body["file"]?["content"]?.text
        default: text = body["raw"]?.text
        }
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }

    // MARK: Response

    private mutating func readBody(_ example: JSONValue, _ files: any BodyFiles) {
        guard let value = example["_understudy"]?["body"] else {
            let text = example["body"]?.text ?? ""
            bodyByteCount = text.utf8.count
            if bodyByteCount <= Self.contentLimit { body = ByteBuffer(string: text) }
            return
        }
        guard let reference = BodyReference(value) else { return }
        bodyByteCount = reference.byteCount
        guard let bytes = Self.content(of: reference, files) else { return }
        let coding = fields.filter { $0.name.lowercased() == "content-encoding" }.map {
            ByteBuffer(string: $0.value).readableBytesView
        }
        guard let codings = try? ContentCoding.list(coding), !codings.isEmpty else { return body = bytes }
        guard let plain = try? ContentCoding.decode(bytes, codings: codings, limit: Self.contentLimit) else { return }
        body = plain
        bodyByteCount = plain.readableBytes
    }

    private static func content(of reference: BodyReference, _ files: any BodyFiles) -> ByteBuffer? {
        guard reference.byteCount <= contentLimit, files.byteCount(of: reference.digest) == reference.byteCount else {
            return nil
        }
        return try? files.read(reference.digest)
    }

    /// UTF-8 that a form can show.
    public static func text(_ bytes: ByteBuffer) -> String? {
        guard !bytes.readableBytesView.contains(0) else { return nil }
        return String(validating: bytes.readableBytesView, as: UTF8.self)
    }
}

extension ExampleView.Rules {
    init(_ rules: ExampleRules) {
        ignore = rules.ignore.map(\.description)
        switch (rules.matchBody, rules.matchJSONSubset) {
        case (false?, _): matchBody = .off
        case (true?, true?): matchBody = .subset
        case (true?, _): matchBody = .on
        case (nil, _): matchBody = nil
        }
        repeats = rules.repeats
        isEnabled = rules.isEnabled
    }
}
