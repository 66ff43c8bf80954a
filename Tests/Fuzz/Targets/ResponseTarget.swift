import NIOCore
import UnderstudyCore

@testable import UnderstudyServer

/// Upstream's header lines, as libcurl hands them over. What is let through is written to a client as a proxy would, and
/// SwiftNIO must read from it exactly one answer with this body.
enum ResponseTarget {
    private static let body = ByteBuffer(string: "0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")

    @Sendable static func run(_ bytes: UnsafeRawBufferPointer) {
        var reader = ResponseHeadReader()
        var start = 0
        var interimCount = 0
        while start < bytes.count {
            let end = (bytes[start...].firstIndex(of: 0x0A) ?? bytes.count - 1) + 1
            switch reader.read(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) {
            case .more: break
            case .refused(let reason):
                return require(!reason.isEmpty && reason.utf8.allSatisfy { $0 >= 0x20 }, "\(reason)")
            case .interim(let head):
                interimCount += 1
                require(interimCount <= ResponseHeadReader.interimLimit, "too many interim responses")
                require((102..<200).contains(head.status), "\(head.status)")
                check(head.fields)
                var written = ByteBuffer()
                head.write(into: &written)
                checkInterim(written, head)
            case .final(let head):
                require((200...999).contains(head.status), "\(head.status)")
                check(head.fields)
                for method in ["GET", "HEAD", "POST"] { relay(head, to: method) }
            }
            start = end
        }
        check(reader.trailers)
    }

    private static func check(_ fields: Fields) {
        for field in fields {
            require(!field.name.isEmpty && field.name.allSatisfy { Octets.isToken[Int($0)] }, "a bad name")
            require(field.value.allSatisfy { Octets.isValue[Int($0)] }, "a bad value")
            let edges = [field.value.first, field.value.last]
            require(!edges.contains(0x20) && !edges.contains(0x09), "blanks around a value")
        }
    }

    private static func checkInterim(_ written: ByteBuffer, _ head: ResponseHead) {
        let reading = NIOReading(response: written, to: "GET")
        require(reading.error == nil, "\(reading.error as Any): \(String(buffer: written))")
        require(reading.messages.first?.start == String(head.status), "\(reading)")
    }

    private static func relay(_ head: ResponseHead, to method: String) {
        require(head.fields.all("content-length").count <= 1, "two lengths")
        require(head.fields.all("transfer-encoding").count <= 1, "two codings")
        var head = head
        let request = RequestHead(method: method, target: "/")
        let framing = ResponseFraming(relaying: &head.fields, status: head.status, to: request)
        var content = Self.body
        if case .counted(let length) = framing {
            guard length <= 1 << 16 else { return }
            content = ByteBuffer(repeating: 0x30, count: length)
        }
        var written = ByteBuffer()
        head.write(into: &written)
        framing.write(content, trailers: Fields(), into: &written)
        if case .none = framing { content = ByteBuffer() }
        let reading = NIOReading(response: written, to: method)
        let words = "\(reading) of \(framing) \(String(buffer: written))"
        require(reading.error == nil && reading.messages.count == 1, words)
        guard let message = reading.messages.first else { return }
        require(message.start == String(head.status) && message.isComplete, words)
        require(message.body.elementsEqual(content.readableBytesView), words)
        require(message.fields == head.fields.map { fieldText($0.name, $0.value) }, words)
    }
}
