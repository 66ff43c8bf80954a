/// Bytes as text and back without loss, for the edges where bytes must become text: files, JSON, terminals.
public enum TextBytes {
    /// How a byte sequence was turned into text.
    public enum Encoding: String, Sendable { case utf8 = "utf-8", latin1 = "iso-8859-1" }

    /// UTF-8 where the bytes are valid UTF-8, else Latin-1: every byte keeps a character of its own.
    public static func text(of bytes: some Sequence<UInt8>) -> String { decode(bytes).text }

    /// The text and how to get the bytes back from it.
    public static func decode(_ bytes: some Sequence<UInt8>) -> (text: String, encoding: Encoding) {
        if let text = bytes.withContiguousStorageIfAvailable({ String(validating: $0, as: UTF8.self) }) {
            if let text { return (text, .utf8) }
        } else if let text = String(validating: Array(bytes), as: UTF8.self) {
            return (text, .utf8)
        }
        var latin = ""
        for byte in bytes { latin.unicodeScalars.append(Unicode.Scalar(byte)) }
        return (latin, .latin1)
    }

    /// The inverse of `decode`. A Latin-1 text with a character above U+00FF (edited by hand) falls back to UTF-8.
    public static func bytes(of text: String, encoding: Encoding) -> [UInt8] {
        guard encoding == .latin1 else { return Array(text.utf8) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.unicodeScalars.count)
        for scalar in text.unicodeScalars {
            guard scalar.value <= 0xFF else { return Array(text.utf8) }
            bytes.append(UInt8(scalar.value))
        }
        return bytes
    }
}
