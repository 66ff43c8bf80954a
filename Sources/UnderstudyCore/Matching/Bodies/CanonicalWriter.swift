/// Writes a body so that equal bodies give equal bytes and different ones different bytes: every part begins with its
/// kind and, where its end does not show, its length.
struct CanonicalWriter {
    private(set) var bytes: [UInt8] = []
    private let scope: BodyScope

    init(_ scope: BodyScope) { self.scope = scope }

    mutating func write(_ body: ParsedBody) {
        switch body {
        case .empty: break
        case .json(let value):
            tag("j")
            write(value, scope.ignoredJSON)
        case .graphQL(let request):
            tag("g")
            write(request)
        case .form(let fields): write(fields, as: "f")
        case .multipart(let fields): write(fields, as: "m")
        case .xml(let content):
            tag("x")
            write(content)
        case .text(let text):
            tag("t")
            bytes += text
        case .binary(let byteCount, let digest):
            tag("b")
            write(count: byteCount)
            bytes += digest?.bytes ?? []
        }
    }

    // MARK: JSON

    /// Recursion is bounded by the depth of documents, `JSONValue.maximumDepth`.
    mutating func write(_ value: JSONValue, _ ignored: JSONSelection) {
        guard !ignored.isChosen else { return tag("-") }
        switch value {
        case .null: tag("n")
        case .bool(let bool): tag(bool ? "y" : "z")
        case .number(let literal):
            tag("#")
            var number: [UInt8] = []
            DecimalText.appendCanonical(literal.utf8, to: &number)
            write(run: number)
        case .string(let text): write(value: text.utf8)
        case .array(let elements):
            tag("[")
            for (index, element) in elements.enumerated() {
                let ignored = ignored.entering(element: index)
                if !ignored.isChosen { write(element, ignored) }
            }
            tag("]")
        case .object(let object): write(object, ignored)
        }
    }

    private mutating func write(_ object: JSONObject, _ ignored: JSONSelection) {
        tag("{")
        for index in object.countingMembers {
            let member = object.members[index]
            let ignored = ignored.entering(member: member.name)
            guard !ignored.isChosen else { continue }
            tag(":")
            write(run: member.name.utf8)
            write(member.value, ignored)
        }
        tag("}")
    }

    private mutating func write(_ request: GraphQLRequest) {
        if !scope.ignoredJSON.entering(member: "query").isChosen {
            write(count: request.tokens.count)
            for token in request.tokens { write(token) }
        }
        write(request.members, scope.ignoredJSON)
    }

    private mutating func write(_ token: GraphQLLexer.Token) {
        switch token {
        case .punctuator(let byte): bytes.append(byte)
        case .spread: tag(".")
        case .name(let name):
            tag("a")
            write(run: name)
        case .number(let literal):
            tag("#")
            write(run: literal)
        case .string(let text):
            tag("s")
            write(run: text)
        }
    }

    // MARK: Forms

    private mutating func write(_ fields: [FormField], as kind: StaticString) {
        let fields = scope.fields(fields)
        // A form of nothing is no body, so that ignoring its only field makes it equal to none.
        guard !fields.isEmpty else { return }
        tag(kind)
        let encoded = fields.map { field in
            var writer = CanonicalWriter(scope)
            writer.write(run: field.name)
            writer.write(content: field)
            return writer.bytes
        }
        for field in encoded.sorted(by: { $0.lexicographicallyPrecedes($1) }) { write(run: field) }
    }

    /// A field without its name.
    mutating func write(content field: FormField) {
        tag(field.isFile ? "F" : "T")
        write(run: (field.contentType ?? "").utf8)
        if let json = field.json {
            tag("j")
            write(json, .none)
        } else {
            write(value: field.bytes)
        }
    }

    // MARK: XML

    private mutating func write(_ content: XMLContent) {
        // A namespace is written where it first occurs and numbered from then on: its name may be long and used often.
        var namespaces: [[UInt8]: Int] = [:]
        for event in content.events {
            switch event {
            case .start(let name, let attributes):
                tag("<")
                write(name, &namespaces)
                for attribute in attributes {
                    tag("@")
                    write(attribute.name, &namespaces)
                    write(run: attribute.value)
                }
            case .text(let text):
                tag("\"")
                write(run: text)
            case .end: tag(">")
            }
        }
    }

    private mutating func write(_ name: XMLContent.Name, _ namespaces: inout [[UInt8]: Int]) {
        if let number = namespaces[name.namespace] {
            write(count: number)
        } else {
            write(count: namespaces.count)
            write(run: name.namespace)
            namespaces[name.namespace] = namespaces.count
        }
        write(run: name.local)
    }

    // MARK: Pieces

    private mutating func tag(_ kind: StaticString) { bytes.append(kind.utf8Start.pointee) }

    /// A text that may have been redacted.
    private mutating func write(value text: some Collection<UInt8>) {
        if scope.isRedacted(text) { return tag("R") }
        tag("\"")
        write(run: text)
    }

    private mutating func write(run: some Collection<UInt8>) {
        write(count: run.count)
        bytes += run
    }

    /// Seven bits at a time, the lowest first.
    private mutating func write(count: Int) {
        var rest = UInt(count)
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
