import NIOCore

/// Takes a multipart form apart.
///
/// Lenient about line ends, as servers are; a form without its closing delimiter is none, because it was cut.
/// Sources: <https://www.rfc-editor.org/rfc/rfc2046#section-5.1>, <https://www.rfc-editor.org/rfc/rfc7578>
struct MultipartReader {
    /// Parts in one form.
    static let partLimit = 1000
    /// Octets in the fields of one part.
    static let headLimit = 16 << 10

    /// `nil` when it is no multipart form with this boundary.
    static func fields(of buffer: ByteBuffer, boundary: String) -> [FormField]? {
        guard !boundary.isEmpty else { return nil }
        let bytes = Array(buffer.readableBytesView)
        let delimiter = Array("--\(boundary)".utf8)
        var fields: [FormField] = []
        var partStart: Int?
        var lineStart = 0
        while lineStart < bytes.count {
            let lineEnd = bytes[lineStart...].firstIndex(of: 0x0A) ?? bytes.count
            defer { lineStart = lineEnd + 1 }
            guard bytes[lineStart..<lineEnd].starts(with: delimiter) else { continue }
            let rest = bytes[(lineStart + delimiter.count)..<lineEnd].trimmingBlanks
            let isClosing = rest.elementsEqual("--".utf8)
            guard isClosing || rest.isEmpty else { continue }
            if let start = partStart {
                guard fields.count < partLimit, let field = field(bytes[start..<max(start, lineStart)]) else {
                    return nil
                }
                fields.append(field)
            }
            if isClosing { return fields }
            partStart = min(lineEnd + 1, bytes.count)
        }
        return nil
    }

    /// One part: fields, an empty line, the content, and the line break that belongs to the delimiter.
    private static func field(_ part: ArraySlice<UInt8>) -> FormField? {
        var field = FormField(name: [], bytes: [])
        var mediaType: MediaType?
        var start = part.startIndex
        while true {
            guard start - part.startIndex <= headLimit, let end = part[start...].firstIndex(of: 0x0A) else {
                return nil
            }
            let line = part[start..<end].trimmingBlanks
            start = end + 1
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let value = line[(colon + 1)...]
            switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
            case "content-disposition": readDisposition(value, into: &field)
            case "content-type": mediaType = MediaType(value)
            default: break
            }
        }
        var content = part[min(start, part.endIndex)...]
        if content.last == 0x0A { content.removeLast() }
        if content.last == 0x0D { content.removeLast() }
        if let mediaType, mediaType.essence != "text/plain" { field.contentType = mediaType.essence }
        if mediaType?.isJSON == true { field.json = ParsedBody.jsonValue(of: ByteBuffer(bytes: content)) }
        // Forms send CRLF for a text's line ends, which not every client does.
        field.bytes = Array(field.isFile ? content : ParsedBody.withLineFeeds(content))
        return field
    }

    private static func readDisposition(_ value: ArraySlice<UInt8>, into field: inout FormField) {
        var parameters = HeaderParameters(value)
        while let (name, value) = parameters.next() {
            switch name {
            case "name": field.name = Array(value.utf8)
            case "filename", "filename*": field.isFile = true
            default: break
            }
        }
    }
}
