import NIOCore
import UnderstudyCore

/// A template in three sections: the request's head and body, an environment (`name=value` a line), the text.
///
/// It renders the same for the same seed, within its bound; a field's value never holds a control character; what a
/// request brings is not looked at again.
enum TemplateTarget {
    @Sendable static func run(_ bytes: UnsafeRawBufferPointer) {
        let sections = Input.sections(bytes, atMost: 3)
        guard sections.count == 3 else { return }
        let (request, content) = Input.request(sections[0])
        let body = ByteBuffer(bytes: content)
        let scope = VariableScope(values(sections[1]))
        for captures in [nil, ["id", "a"] as Set] {
            guard let template = Template(ByteBuffer(bytes: sections[2]), variables: scope, captures: captures) else {
                continue
            }
            let first = render(template, request, body)
            require(first == render(template, request, body), "two renderings differ")
            let limit = sections[2].count + (1 << 20) + Template.insertionLimit
            require(first.body.readableBytes <= limit, "\(first.body.readableBytes) octets")
            if template.isConstant {
                require(first == render(template, RequestHead(method: "GET", target: "/"), nil), "not constant")
            }
            let isClean = first.value.readableBytesView.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
            require(isClean, "a control character in a field's value")
            require(first.value.readableBytes <= Template.fieldValueLimit, "a long field value")
        }
    }

    private struct Rendered: Equatable {
        var body = ByteBuffer()
        var value = ByteBuffer()
    }

    private static func render(_ template: Template, _ request: RequestHead, _ body: ByteBuffer?) -> Rendered {
        var rendered = Rendered()
        var context = TemplateContext(
            captures: ["id": "7{{$guid}}", "a": "{{id}}\r\nX: y"], request: request, body: body,
            generator: ValueGenerator(seed: 1, now: Timestamp(microseconds: 0)))
        do throws(TemplateError) { try template.render(&context, into: &rendered.body) } catch {
            require(rendered.body.readableBytes == 0, "something was written all the same")
        }
        do throws(TemplateError) { try template.renderFieldValue(&context, into: &rendered.value) } catch {
            require(rendered.value.readableBytes == 0, "something was written all the same")
        }
        return rendered
    }

    /// Not those that hold several others: they double up to the scope's limit, and each input would take a second.
    private static func values(_ bytes: [UInt8]) -> [String: String] {
        var values: [String: String] = [:]
        for line in bytes.split(separator: 0x0A) {
            let parts = line.split(separator: 0x3D, maxSplits: 1)
            guard parts.count == 2, parts[1].split(separator: 0x7B).count <= 2 else { continue }
            values[String(decoding: parts[0], as: UTF8.self)] = String(decoding: parts[1], as: UTF8.self)
        }
        return values
    }
}
