import NIOCore
import UnderstudyCore

/// Reads and judges upstream's header lines as libcurl hands them over, raw and one by one.
///
/// libcurl is too lenient for a proxy: it lets two different Content-Lengths, `+5`, overflowing lengths and bare
/// carriage returns through, and what it lets through a client behind us may read in another way. So every line is
/// judged here again; a bad one makes the answer 502.
struct ResponseHeadReader {
    enum Outcome {
        /// Nothing to tell yet.
        case more
        /// An interim response (1xx other than 100 and 101) is complete.
        case interim(ResponseHead)
        /// The final head is complete.
        case final(ResponseHead)
        /// Upstream broke the protocol: the transfer must end.
        case refused(String)
    }

    /// 1xx responses taken before the final one.
    static let interimLimit = 100

    /// Whether the request asked to switch protocols; then a 101 is final.
    private let expectsSwitch: Bool

    init(expectsSwitch: Bool = false) { self.expectsSwitch = expectsSwitch }

    private enum Section { case statusLine, fields, trailers }

    private var section = Section.statusLine
    private var status = 0
    private var reason = ByteBuffer()
    private var fields = LineCollector()
    private var interimCount = 0
    private var trailerLines = LineCollector()
    /// Fields that came after the content, but for those that would change how it is read (RFC 9110 §6.5.1). Complete
    /// once the transfer is.
    var trailers: Fields {
        var fields = trailerLines.fields
        guard !fields.isEmpty else { return fields }
        fields.removeHopByHop()
        fields.removePageSessionSettings()
        fields.removeAll { $0.isNamed("content-length") || $0.isNamed("transfer-encoding") }
        return fields
    }

    /// Takes one line with its line end.
    mutating func read(_ line: UnsafeRawBufferPointer) -> Outcome {
        var end = line.count
        if end > 0, line[end - 1] == 0x0A { end -= 1 }
        if end > 0, line[end - 1] == 0x0D { end -= 1 }
        let content = UnsafeRawBufferPointer(rebasing: line[..<end])
        switch section {
        case .statusLine: return readStatusLine(content)
        case .fields where content.isEmpty: return endOfHead()
        case .trailers where content.isEmpty: return .more
        case .fields, .trailers: return readField(content)
        }
    }

    private mutating func readStatusLine(_ line: UnsafeRawBufferPointer) -> Outcome {
        // HTTP/1.1 200 OK, or what libcurl writes for HTTP/2: HTTP/2 200
        guard line.starts(with: "HTTP/".utf8), let space = line.firstIndex(of: 0x20) else {
            return .refused("upstream's status line is not one")
        }
        let start = space + 1
        guard line.count >= start + 3, let status = Octets.decimal(line[start..<start + 3]), status >= 100,
            line.count == start + 3 || line[start + 3] == 0x20
        else { return .refused("upstream's status is not a number of three digits") }
        let phrase = UnsafeRawBufferPointer(rebasing: line[min(start + 4, line.count)...])
        guard Self.isValue(phrase) else { return .refused("upstream's reason phrase holds a control character") }
        self.status = status
        reason = ByteBuffer(bytes: phrase)
        fields = LineCollector()
        section = .fields
        return .more
    }

    private mutating func readField(_ line: UnsafeRawBufferPointer) -> Outcome {
        if line[0] == 0x20 || line[0] == 0x09 { return fold(line) }
        var nameEnd = 0
        while nameEnd < line.count, Octets.isToken[Int(line[nameEnd])] { nameEnd += 1 }
        var colon = nameEnd
        // RFC 9112 §5.1: a proxy removes whitespace between name and colon from a response.
        while colon < line.count, line[colon] == 0x20 || line[colon] == 0x09 { colon += 1 }
        guard nameEnd > 0, colon < line.count, line[colon] == 0x3A else {
            return .refused("a header line of upstream has no colon, or a name with a character that may not be there")
        }
        let name = UnsafeRawBufferPointer(rebasing: line[..<nameEnd])
        let value = UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]).trimmingBlanks
        guard Self.isValue(value) else { return .refused("a field value of upstream holds a control character") }
        if section == .trailers { trailerLines.append(name, value) } else { fields.append(name, value) }
        return .more
    }

    /// A folded line continues the value before it after one space (RFC 9112 §5.2).
    private mutating func fold(_ line: UnsafeRawBufferPointer) -> Outcome {
        let value = line.trimmingBlanks
        guard Self.isValue(value) else { return .refused("a field value of upstream holds a control character") }
        let isFolded = section == .trailers ? trailerLines.fold(value) : fields.fold(value)
        return isFolded ? .more : .refused("upstream's first header line is folded")
    }

    private static func isValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for byte in bytes where !Octets.isValue[Int(byte)] { return false }
        return true
    }

    private mutating func endOfHead() -> Outcome {
        var head = ResponseHead(status: status, reason: reason, fields: fields.fields)
        head.fields.removePageSessionSettings()
        if status < 200 {
            // It has no content, whatever it says, and may not say so (RFC 9110 §8.6, RFC 9112 §6.1).
            head.fields.removeAll { $0.isNamed("content-length") || $0.isNamed("transfer-encoding") }
            section = .statusLine
            interimCount += 1
            guard interimCount <= Self.interimLimit else { return .refused("upstream sent too many interim responses") }
            if status == 101, expectsSwitch { return .final(head) }
            guard status != 101 else { return .refused("upstream switched protocols unasked") }
            return status == 100 ? .more : .interim(head)
        }
        section = .trailers
        return judgeFraming(head)
    }

    /// RFC 9112 §6.3: Transfer-Encoding wins over Content-Length, which is then removed; anything with two readings
    /// is refused.
    private func judgeFraming(_ head: ResponseHead) -> Outcome {
        let codings = head.fields.all("transfer-encoding")
        guard codings.allSatisfy({ $0.value.equalsIgnoringCase("chunked") }) else {
            return .refused("upstream used a transfer coding other than chunked")
        }
        let lengths = head.fields.all("content-length")
        for field in lengths {
            guard let value = Octets.decimal(field.value) else {
                return .refused("upstream's Content-Length is not a number")
            }
            guard value == Octets.decimal(lengths[0].value) else {
                return .refused("upstream sent two different Content-Lengths")
            }
        }
        guard !codings.isEmpty || lengths.count > 1 else { return .final(head) }
        var head = head
        guard codings.count <= 1 else { return .refused("upstream named its transfer coding twice") }
        if codings.count == 1, !lengths.isEmpty {
            head.fields.remove("content-length")
        } else if lengths.count > 1 {
            var seen = false
            head.fields.removeAll { field in
                guard field.isNamed("content-length") else { return false }
                defer { seen = true }
                return seen
            }
        }
        return .final(head)
    }
}

/// Field lines as they come, in one buffer, in the form in which they will be written.
private struct LineCollector {
    private var buffer = ByteBuffer()
    private var lines: [Fields.Line] = []

    mutating func append(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        if lines.isEmpty {
            buffer.reserveCapacity(512)
            lines.reserveCapacity(16)
        }
        let start = buffer.writerIndex
        let colon = name.count, end = colon + 2 + value.count
        // In one piece: each call that writes costs more than the bytes.
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: end + 2) { line in
            line.copyMemory(from: name)
            line[colon] = 0x3A
            line[colon + 1] = 0x20
            UnsafeMutableRawBufferPointer(rebasing: line[(colon + 2)...]).copyMemory(from: value)
            line[end] = 0x0D
            line[end + 1] = 0x0A
            return end + 2
        }
        lines.append(Fields.Line(name: start..<start + colon, value: start + colon + 2..<start + end))
    }

    /// Joins a folded line's content to the last value with one space; nothing has none. False when there is no value.
    mutating func fold(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let last = lines.last else { return false }
        guard !value.isEmpty else { return true }
        lines.removeLast()
        // The value is the buffer's end but for its CRLF.
        buffer.moveWriterIndex(to: buffer.writerIndex - 2)
        if !last.hasEmptyValue { buffer.writeStaticString(" ") }
        buffer.writeBytes(value)
        lines.append(last.withValue(endingAt: buffer.writerIndex))
        buffer.writeStaticString("\r\n")
        return true
    }

    var fields: Fields { Fields(buffer: buffer, lines: lines) }
}
