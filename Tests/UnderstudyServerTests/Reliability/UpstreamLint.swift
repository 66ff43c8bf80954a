import TestSupport

/// What an upstream received on one connection, read as strictly as can be: what left the proxy may have one reading only.
///
/// A parser of its own, so that a fault of `RequestParser` cannot hide itself; NIO's decoder is asked as well.
struct UpstreamLint {
    /// `GET /x HTTP/1.1`; with content `POST / HTTP/1.1 counted hello` or `… chunked hello`; `cut` at the end of what is
    /// not whole.
    private(set) var requests: [String] = []
    private(set) var faults: [String] = []

    private var read: [ReadRequest] = []
    private var isCut = false

    init(_ stream: [UInt8]) {
        var rest = stream[...]
        while !rest.isEmpty, !isCut, faults.isEmpty { readRequest(&rest) }
        guard faults.isEmpty else { return }
        let nio = NIOOracle(stream)
        if nio.requests != read, !nio.refusesWords {
            faults.append("NIO reads \(nio.requests), \(nio.refusal.map { "\($0)" } ?? "no refusal")")
        }
    }

    private mutating func readRequest(_ rest: inout ArraySlice<UInt8>) {
        var lines: [String] = []
        while let line = takeLine(&rest) {
            if line.isEmpty { return readContent(&rest, of: lines) }
            lines.append(line)
        }
        requests.append((lines.first ?? "") + " cut")
        isCut = true
    }

    /// Up to CRLF; `nil` if that has not come.
    private mutating func takeLine(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let feed = rest.firstIndex(of: 0x0A) else {
            rest = []
            return nil
        }
        let line = rest[..<feed]
        rest = rest[(feed + 1)...]
        guard line.last == 0x0D else {
            faults.append("a bare LF behind \(line.latin1.debugDescription)")
            return nil
        }
        let text = line.dropLast()
        if text.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
            faults.append("a control byte in \(text.latin1.debugDescription)")
        }
        return text.latin1
    }

    private mutating func readContent(_ rest: inout ArraySlice<UInt8>, of lines: [String]) {
        let start = lines.first ?? ""
        let words = start.split(separator: " ", omittingEmptySubsequences: false)
        if words.count != 3 || words[0].isEmpty || words[1].isEmpty || words[2] != "HTTP/1.1" {
            faults.append("request line \(start.debugDescription)")
        }
        let fields = lines.dropFirst().compactMap { field($0) }
        func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
        let (lengths, codings) = (values("content-length"), values("transfer-encoding"))
        if values("host").count != 1 || values("host").contains("") { faults.append("Host: \(values("host"))") }
        if lengths.count + codings.count > 1 { faults.append("lengths \(lengths), codings \(codings)") }
        for name in ["connection", "keep-alive", "proxy-connection", "upgrade"] where !values(name).isEmpty {
            faults.append("\(name) is passed on")
        }
        if values("te").contains(where: { $0.lowercased() != "trailers" }) { faults.append("te is passed on") }
        guard faults.isEmpty else { return }
        var content: ArraySlice<UInt8> = []
        if let coding = codings.first {
            guard coding.lowercased() == "chunked" else { return faults.append("coding \(coding)") }
            content = takeChunks(&rest)
        } else if let length = lengths.first {
            guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(length)
            else { return faults.append("length \(length)") }
            isCut = rest.count < count
            content = rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        var text = start
        if !codings.isEmpty || !lengths.isEmpty { text += codings.isEmpty ? " counted " : " chunked " }
        text += content.count > 1000 ? "\(content.count) bytes" : content.latin1
        requests.append(isCut ? text + " cut" : text)
        guard !isCut, words.count == 3 else { return }
        read.append(
            ReadRequest(
                method: String(words[0]), target: String(decoding: String(words[1]).latin1Bytes, as: UTF8.self),
                body: content.latin1))
    }

    private mutating func field(_ line: String) -> (name: String, value: String)? {
        let name = line.prefix { $0 != ":" }
        let isToken = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"(),/;<=>?@[\\]{}".utf8.contains($0) }
        guard name.count < line.count, !name.isEmpty, isToken else {
            faults.append("field line \(line.debugDescription)")
            return nil
        }
        let value = line.dropFirst(name.count + 1)
        return (name.lowercased(), String(value.first == " " ? value.dropFirst() : value))
    }

    /// Sets `isCut` when the last chunk is missing.
    private mutating func takeChunks(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var content: ArraySlice<UInt8> = []
        while let line = takeLine(&rest) {
            let isHexadecimal = line.utf8.allSatisfy { $0 < 0x80 && Character(Unicode.Scalar($0)).isHexDigit }
            guard isHexadecimal, line.utf8.count <= 15, let size = Int(line, radix: 16) else {
                faults.append("chunk size \(line.debugDescription)")
                return content
            }
            guard size > 0 else {
                while let trailer = takeLine(&rest) { if trailer.isEmpty { return content } }
                break
            }
            content += rest.prefix(size)
            rest = rest.dropFirst(size)
            guard rest.count >= 2 else { break }
            if !rest.starts(with: [0x0D, 0x0A]) { faults.append("a chunk does not end where it says") }
            rest = rest.dropFirst(2)
        }
        isCut = true
        rest = []
        return content
    }
}

extension RawOrigin {
    /// Every request received, in words, and in capitals what is wrong with the bytes.
    var linted: [String] {
        streams.map { UpstreamLint($0) }.flatMap { $0.requests + $0.faults.map { "FAULT: " + $0 } }
    }
}
