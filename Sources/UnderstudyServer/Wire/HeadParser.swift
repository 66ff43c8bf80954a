import NIOCore
import UnderstudyCore

/// Parses field sections and request lines. Strict by RFC 9112: what has two readings is refused, because a
/// difference between our reading and upstream's is how requests are smuggled.
struct HeadParser {
    let limits: Limits

    /// The longest registered method has 17 bytes.
    static let methodLimit = 64

    /// Parses a whole request head.
    ///
    /// - Parameter head: from the first byte of the request line to the empty line, both included. The result's
    ///   fields share its storage.
    func parseRequest(_ head: ByteBuffer) throws(WireError) -> RequestHead {
        var method = ""
        var target = 0..<0
        var version = HTTPVersion.http11
        var lines: [Fields.Line] = []
        let base = head.readerIndex
        // Typed throws do not pass through NIO's rethrowing closures; a Result does.
        let outcome: Result<Void, WireError> = head.withUnsafeReadableBytes { bytes in
            do throws(WireError) {
                let (lineEnd, next) = try Self.line(bytes, from: 0)
                (method, target, version) = try requestLine(bytes, end: lineEnd)
                lines = try fieldLines(bytes, from: next, base: base)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
        // `target` lies within the head just parsed, so the slice exists.
        let slice = head.getSlice(at: base + target.lowerBound, length: target.count) ?? ByteBuffer()
        return RequestHead(
            method: method, target: slice, version: version, fields: Fields(buffer: head, lines: lines))
    }

    /// Judges a request line before the rest of the head has come, which with other protocols it never does.
    func checkRequestLine(_ start: ByteBuffer) throws(WireError) {
        let outcome: Result<Void, WireError> = start.withUnsafeReadableBytes { bytes in
            do throws(WireError) {
                _ = try requestLine(bytes, end: try Self.line(bytes, from: 0).end)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    /// Parses a trailer section: field lines up to and including the empty line.
    func parseTrailers(_ section: ByteBuffer) throws(WireError) -> Fields {
        let base = section.readerIndex
        let outcome: Result<[Fields.Line], WireError> = section.withUnsafeReadableBytes { bytes in
            do throws(WireError) {
                return .success(try fieldLines(bytes, from: 0, base: base))
            } catch {
                return .failure(error)
            }
        }
        return Fields(buffer: section, lines: try outcome.get())
    }

    /// The end of the line's content and the start of the next line. Lines end with CRLF and nothing else.
    private static func line(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(WireError) -> (
        end: Int, next: Int
    ) {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x0D {
                guard index + 1 < bytes.count, bytes[index + 1] == 0x0A else {
                    throw .bad("A carriage return stands alone in the head.")
                }
                return (index, index + 2)
            }
            if byte == 0x0A { throw .bad("A line of the head ends without a carriage return.") }
            index += 1
        }
        throw .bad("A line of the head does not end.")
    }

    private func requestLine(
        _ bytes: UnsafeRawBufferPointer, end: Int
    ) throws(WireError) -> (String, Range<Int>, HTTPVersion) {
        var methodEnd = 0
        while methodEnd < end, Octets.isToken[Int(bytes[methodEnd])] { methodEnd += 1 }
        guard methodEnd > 0, methodEnd < end, bytes[methodEnd] == 0x20 else {
            throw .bad("The request line does not begin with a method and a space.")
        }
        guard methodEnd <= Self.methodLimit else { throw .method }
        let targetStart = methodEnd + 1
        var targetEnd = targetStart
        while targetEnd < end, Octets.isTarget[Int(bytes[targetEnd])] { targetEnd += 1 }
        guard targetEnd > targetStart, targetEnd < end, bytes[targetEnd] == 0x20 else {
            throw .bad("The request target is missing or holds a character that may not be there.")
        }
        guard targetEnd - targetStart <= limits.target else { throw .targetTooLong }
        let version = try Self.version(UnsafeRawBufferPointer(rebasing: bytes[(targetEnd + 1)..<end]))
        let method = String(decoding: bytes[0..<methodEnd], as: UTF8.self)
        return (method, targetStart..<targetEnd, version)
    }

    private static func version(_ text: UnsafeRawBufferPointer) throws(WireError) -> HTTPVersion {
        if text.elementsEqual("HTTP/1.1".utf8) { return .http11 }
        if text.elementsEqual("HTTP/1.0".utf8) { return .http10 }
        let isVersion =
            text.count == 8 && text.starts(with: "HTTP/".utf8) && (0x30...0x39).contains(text[5]) && text[6] == 0x2E
            && (0x30...0x39).contains(text[7])
        throw isVersion ? .version : .bad("The request line does not end with an HTTP version.")
    }

    private func fieldLines(
        _ bytes: UnsafeRawBufferPointer, from start: Int, base: Int
    ) throws(WireError) -> [Fields.Line] {
        var lines: [Fields.Line] = []
        lines.reserveCapacity(16)
        var index = start
        while true {
            guard index < bytes.count else { throw .bad("The head does not end with an empty line.") }
            if bytes[index] == 0x0D {
                guard index + 1 < bytes.count, bytes[index + 1] == 0x0A else {
                    throw .bad("A carriage return stands alone in the head.")
                }
                return lines
            }
            let lineStart = index
            while index < bytes.count, Octets.isToken[Int(bytes[index])] { index += 1 }
            guard index > lineStart, index < bytes.count, bytes[index] == 0x3A else {
                throw .bad("A field line has no name, or something between its name and the colon.")
            }
            let nameEnd = index
            index += 1
            while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
            let valueStart = index
            while index < bytes.count, Octets.isValue[Int(bytes[index])] { index += 1 }
            guard index + 1 < bytes.count, bytes[index] == 0x0D, bytes[index + 1] == 0x0A else {
                throw .bad("A field value holds a control character or a line ends without CRLF.")
            }
            var valueEnd = index
            while valueEnd > valueStart, bytes[valueEnd - 1] == 0x20 || bytes[valueEnd - 1] == 0x09 { valueEnd -= 1 }
            index += 2
            guard index - lineStart <= limits.field, lines.count < limits.fieldCount else { throw .headTooLarge }
            lines.append(
                Fields.Line(
                    name: base + lineStart..<base + nameEnd, value: base + valueStart..<base + valueEnd))
        }
    }
}
