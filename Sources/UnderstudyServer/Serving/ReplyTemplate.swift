import NIOCore
import UnderstudyCore

/// The parts of an example's response that are filled in per request.
struct ReplyTemplate: Sendable {
    private let body: Template?
    /// By the field's place.
    private let fields: [(place: Int, template: Template)]

    /// `nil` when nothing in the response depends on the request. What depends only on variables is filled in here.
    ///
    /// Bodies under a content coding and those in files are not looked into.
    init?(_ example: inout Example) {
        let captures = example.pathVariables
        var body: Template?
        if let bytes = example.response.body.bytesInMemory, !example.response.body.isCut,
            !Redaction.isCoded(example.response.head.fields)
        {
            body = Template(bytes, variables: example.variables, captures: captures)
        }
        var fields: [(place: Int, template: Template)] = []
        for (place, field) in example.response.head.fields.enumerated() where field.value.contains(0x7B) {
            if let template = Template(field.valueText, variables: example.variables, captures: captures) {
                fields.append((place, template))
            }
        }
        guard body != nil || !fields.isEmpty else { return nil }
        self.body = body
        self.fields = fields
        guard body?.isConstant ?? true, fields.allSatisfy(\.template.isConstant) else { return }
        // Nothing is drawn for it, and nothing of the request is looked at.
        var context = TemplateContext(
            request: example.request.head, generator: ValueGenerator(seed: 0, now: Timestamp(microseconds: 0)))
        guard let response = try? fill(example.response, &context) else { return }
        example.response = response
        return nil
    }

    /// The response for one request.
    func fill(
        _ response: Exchange.Response, _ context: inout TemplateContext
    ) throws(TemplateError) -> Exchange.Response {
        var response = response
        if !fields.isEmpty {
            var filled = Fields()
            var rest = fields[...]
            for (place, field) in response.head.fields.enumerated() {
                if let next = rest.first, next.place == place {
                    var value = ByteBuffer()
                    try next.template.renderFieldValue(&context, into: &value)
                    filled.append(field.name, value.readableBytesView)
                    rest = rest.dropFirst()
                } else {
                    filled.append(field.name, field.value)
                }
            }
            response.head.fields = filled
        }
        if let body {
            var bytes = ByteBuffer()
            try body.render(&context, into: &bytes)
            response.body = Body(bytes)
        }
        return response
    }
}
