public import NIOCore

/// A response body or field value with `{{…}}` in it: taken apart when its example is loaded, rendered per request.
///
/// A token is, in this order: what the path's wildcard of that name took, the collection's or environment's variable, a
/// dynamic variable (`{{$guid}}`), a helper (`{{$body 'name'}}`). One that is none of them stays as it is. Variables do
/// not depend on the request, so they are replaced here already, nested ones from the inside out; what a request puts in
/// is never looked at again, whatever braces it holds.
public struct Template: Sendable {
    /// How much a body's tokens may insert, all together, in octets. Above, rendering throws.
    public static let insertionLimit = 16 << 20
    /// How long a rendered field value may be.
    public static let fieldValueLimit = 64 << 10

    /// Variables replaced.
    let text: ByteBuffer
    /// In ascending order, without overlaps.
    let tokens: [Token]
    /// Each once, however often it stands in the text.
    let helpers: [TemplateHelper]

    struct Token: Sendable {
        enum Kind: Sendable {
            /// Nothing but a wildcard can give it a value.
            case capture
            case dynamic(DynamicVariable)
            /// Its place among the helpers.
            case helper(Int)
        }

        /// Where it stands, braces and all, from the text's first byte.
        let range: Range<Int>
        let name: String
        let kind: Kind
    }

    /// Whether every rendering is the same: nothing but collection and environment variables stood in it.
    public var isConstant: Bool { tokens.isEmpty }

    /// Appends the rendered text.
    ///
    /// Time and memory are linear in the text, the request and what is inserted.
    /// - Throws: when more than `insertionLimit` octets would be inserted; `out` is then as it was.
    public func render(_ context: inout TemplateContext, into out: inout ByteBuffer) throws(TemplateError) {
        try render(&context, into: &out, limit: Self.insertionLimit)
    }

    /// Appends the rendered text as a field's value: line breaks and other control characters become blanks, so that no
    /// request can add a field or end the head (RFC 9110 §5.5).
    ///
    /// - Throws: when it is longer than `fieldValueLimit`; `out` is then as it was.
    public func renderFieldValue(
        _ context: inout TemplateContext, into out: inout ByteBuffer
    ) throws(TemplateError) {
        var value = ByteBuffer()
        try render(&context, into: &value, limit: Self.fieldValueLimit)
        guard value.readableBytes <= Self.fieldValueLimit else { throw TemplateError(limit: Self.fieldValueLimit) }
        value.withUnsafeMutableReadableBytes { bytes in
            for index in bytes.indices where (bytes[index] < 0x20 && bytes[index] != 0x09) || bytes[index] == 0x7F {
                bytes[index] = 0x20
            }
        }
        out.writeBuffer(&value)
    }

    private func render(
        _ context: inout TemplateContext, into out: inout ByteBuffer, limit: Int
    ) throws(TemplateError) {
        let start = out.writerIndex
        var found = [ByteBuffer??](repeating: nil, count: helpers.count)
        var inserted = 0
        var copied = text.readerIndex
        out.reserveCapacity(minimumWritableBytes: text.readableBytes)
        for token in tokens {
            out.writeImmutableBuffer(slice(copied, text.readerIndex + token.range.lowerBound))
            copied = text.readerIndex + token.range.upperBound
            let before = out.writerIndex
            guard write(token, &context, &found, room: limit - inserted, into: &out) else {
                out.moveWriterIndex(to: start)
                throw TemplateError(limit: limit)
            }
            inserted += out.writerIndex - before
        }
        out.writeImmutableBuffer(slice(copied, text.writerIndex))
    }

    /// False, and nothing written, when there is not room for the value.
    private func write(
        _ token: Token, _ context: inout TemplateContext, _ found: inout [ByteBuffer??], room: Int,
        into out: inout ByteBuffer
    ) -> Bool {
        if !context.captures.isEmpty, let capture = context.captures[token.name] {
            return write(capture, room: room, into: &out)
        }
        switch token.kind {
        case .capture: break
        case .dynamic(let variable):
            return write(context.generator.value(of: variable), room: room, into: &out)
        case .helper(let index):
            let helper = helpers[index]
            let value = found[index] ?? context.value(of: helper) ?? helper.fallback.map { ByteBuffer(string: $0) }
            found[index] = .some(value)
            guard let value else { break }
            guard value.readableBytes <= room else { return false }
            out.writeImmutableBuffer(value)
            return true
        }
        let (start, end) = (text.readerIndex + token.range.lowerBound, text.readerIndex + token.range.upperBound)
        out.writeImmutableBuffer(slice(start, end))
        return true
    }

    private func write(_ value: String, room: Int, into out: inout ByteBuffer) -> Bool {
        guard value.utf8.count <= room else { return false }
        out.writeString(value)
        return true
    }

    private func slice(_ start: Int, _ end: Int) -> ByteBuffer {
        text.getSlice(at: start, length: end - start) ?? ByteBuffer()
    }
}
