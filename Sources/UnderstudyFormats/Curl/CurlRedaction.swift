import NIOCore
import UnderstudyCore

extension CurlRequestValue {
    /// The request with its secrets replaced as those of a recorded exchange are; `nil` when there are none.
    /// Variables stay.
    func redacted(_ redaction: Redaction) -> CurlRequestValue? {
        guard !redaction.isNone else { return nil }
        let redaction = redaction.keepingVariables
        var result = self
        var lines = Fields()
        for field in fields { lines.append(field.name, field.value) }
        let head = redaction.apply(
            to: RequestHead(method: "GET", target: ByteBuffer(string: url), fields: lines))
        result.url = TextBytes.text(of: head.target.readableBytesView)
        result.fields = head.fields.map { (TextBytes.text(of: $0.name), TextBytes.text(of: $0.value)) }
        switch body {
        case .none: break
        case .bytes(let bytes):
            // JSON is often sent as curl's own default type, which says it is a form.
            var redacted = redaction.apply(toBody: bytes, contentType: nil) ?? bytes
            if let type = value("Content-Type") {
                redacted = redaction.apply(toBody: redacted, contentType: type) ?? redacted
            }
            result.body = .bytes(redacted)
        case .form(let parts): result.body = .form(parts.map { Self.redacted(part: $0, redaction) })
        }
        return result == self ? nil : result
    }

    /// A part of a form: by its name, or by what is JSON in it.
    private static func redacted(part: JSONValue, _ redaction: Redaction) -> JSONValue {
        guard var object = part.object, let value = object["value"]?.text else { return part }
        if let name = object["key"]?.text, redaction.rules.members.contains(name.utf8) {
            guard let placeholder = redaction.replacement(for: value.utf8) else { return part }
            object["value"] = .string(TextBytes.text(of: placeholder))
        } else if let body = redaction.apply(toBody: ByteBuffer(string: value), contentType: nil) {
            object["value"] = .string(TextBytes.text(of: body.readableBytesView))
        } else {
            return part
        }
        return .object(object)
    }
}
