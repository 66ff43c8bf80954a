import NIOCore
import UnderstudyCore

extension DerivedAnswer {
    /// The part or parts asked for (206), that there are none (416), or `nil` when the range is to be ignored.
    /// <https://www.rfc-editor.org/rfc/rfc9110#section-14.2>
    static func rangeAnswer(to request: Fields, _ selected: SelectedRepresentation) -> DerivedAnswer? {
        let lines = request.all("range")
        // Not a list field: two lines have no meaning.
        guard lines.count == 1, !selected.fields.list("accept-ranges", contains: "none"),
            Preconditions(of: selected.fields, status: 200).allowsRange(request.all("if-range"))
        else { return nil }
        let length = selected.byteCount
        switch ByteRanges(lines[0].value, of: length) {
        case .ignored: return nil
        case .unsatisfiable:
            var answer = withoutContent(416, "Range Not Satisfiable", selected)
            answer.head.fields.set("Content-Range", to: "bytes */\(length)")
            return answer
        case .ranges(let ranges):
            return ranges.count == 1 ? part(ranges[0], of: selected) : multipart(ranges, of: selected)
        }
    }

    private static func contentRange(_ range: Range<Int>, of length: Int) -> String {
        "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)"
    }

    private static func part(_ range: Range<Int>, of selected: SelectedRepresentation) -> DerivedAnswer {
        var fields = selected.fields
        fields.set("Content-Range", to: contentRange(range, of: selected.byteCount))
        return partial([selected.part(range)], fields)
    }

    /// `multipart/byteranges`. What describes the content goes from the head into each part, its coding too: the
    /// multipart message itself is not encoded. <https://www.rfc-editor.org/rfc/rfc9110#section-14.6>
    private static func multipart(_ ranges: [Range<Int>], of selected: SelectedRepresentation) -> DerivedAnswer {
        let boundary = boundary(of: selected.content)
        var described = Fields()
        for field in selected.fields where field.isNamed("content-type") || field.isNamed("content-encoding") {
            described.append(field.name, field.value)
        }
        var parts: [Part] = []
        var bytes = ByteBuffer()
        for range in ranges {
            bytes.writeString("--\(boundary)\r\n")
            described.write(into: &bytes)
            bytes.writeString("Content-Range: \(contentRange(range, of: selected.byteCount))\r\n\r\n")
            switch selected.part(range) {
            case .bytes(let content): bytes.writeImmutableBuffer(content)
            case .file(let digest, let range):
                parts += [.bytes(bytes), .file(digest, range)]
                bytes = ByteBuffer()
            }
            bytes.writeStaticString("\r\n")
        }
        bytes.writeString("--\(boundary)--\r\n")
        parts.append(.bytes(bytes))
        var fields = selected.fields
        fields.set("Content-Type", to: "multipart/byteranges; boundary=\(boundary)")
        fields.remove("content-encoding")
        return partial(parts, fields)
    }

    /// Named after the content's digest, which content cannot hold: the same each time, and never within a part.
    private static func boundary(of content: Body.Content) -> String {
        let digest =
            switch content {
            case .memory(let bytes): Digest(of: bytes)
            case .stored(let digest, _): digest
            }
        return "understudy-\(digest.description.prefix(32))"
    }

    private static func partial(_ parts: [Part], _ fields: Fields) -> DerivedAnswer {
        let byteCount = parts.reduce(0) { $0 + $1.byteCount }
        var fields = fields
        fields.setLength(byteCount)
        // They are of the whole content; Digest and Repr-Digest are meant to be.
        fields.removeAll(named: ["content-md5", "content-digest"])
        return DerivedAnswer(
            head: ResponseHead(status: 206, reason: "Partial Content", fields: fields), parts: parts,
            framing: .counted(byteCount))
    }
}
