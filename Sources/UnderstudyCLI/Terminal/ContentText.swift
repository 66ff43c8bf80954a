import Foundation
import NIOCore
import UnderstudyCore

/// A message's content for people: JSON laid out, text as it is, a note for everything else.
enum ContentText {
    /// More than this is not put on a terminal unasked.
    static let limit = 256 << 10

    /// - Parameter command: what prints the bytes as they are.
    static func lines(_ bytes: ByteBuffer, fields: Fields, command: String) -> [String] {
        let size = Size.text(bytes.readableBytes)
        let type = TrafficPrinter.printable(fields.text("Content-Type") ?? "unknown type")
        guard bytes.readableBytes > 0 else { return [] }
        if Redaction.isCoded(fields) {
            let coding = TrafficPrinter.printable(fields.text("Content-Encoding") ?? "")
            return ["(\(size) of \(type), compressed with \(coding): the bytes are with \(command))"]
        }
        guard bytes.readableBytes <= limit else { return ["(\(size) of \(type): all of it with \(command))"] }
        guard !bytes.readableBytesView.contains(0),
            let text = String(validating: bytes.readableBytesView, as: UTF8.self)
        else { return ["(\(size) of \(type): the bytes are with \(command))"] }
        if let first = text.utf8.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
            let value = try? JSONValue(parsing: bytes)
        {
            return lines(JSONWriter.text(value, style: .twoSpaces))
        }
        return lines(text)
    }

    /// Lines end at LF, with or without CR; tabs stay, other control characters are made harmless.
    static func lines(_ text: String) -> [String] {
        var bytes = Array(text.utf8)[...]
        if bytes.last == 0x0A { bytes.removeLast() }
        return bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            let line = line.last == 0x0D ? line.dropLast() : line
            return line.split(separator: 0x09, omittingEmptySubsequences: false)
                .map { TrafficPrinter.printable(String(decoding: $0, as: UTF8.self)) }.joined(separator: "\t")
        }
    }

    /// Content as a JSON value: `text` when it is text, else `base64`.
    static func json(_ bytes: ByteBuffer) -> JSONObject.Member {
        if let text = String(validating: bytes.readableBytesView, as: UTF8.self) { return .init("text", .string(text)) }
        return .init("base64", .string(Data(bytes.readableBytesView).base64EncodedString()))
    }
}
