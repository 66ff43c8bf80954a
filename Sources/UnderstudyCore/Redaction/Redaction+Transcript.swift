public import NIOCore

extension Redaction {
    /// A transcript with the secret members of text frames that are JSON replaced; `nil` when nothing was. Messages in
    /// several frames and compressed ones are not looked into.
    func redactedTranscript(_ bytes: ByteBuffer) -> ByteBuffer? {
        guard !isNone else { return nil }
        var out = ByteBuffer()
        var isChanged = false
        for line in Transcript.lines(of: bytes) {
            if let json = try? JSONValue(parsing: line), var entry = try? StreamEntry(json),
                let payload = apply(to: entry)
            {
                entry.payload = payload
                Transcript.write(entry, into: &out)
                isChanged = true
            } else {
                out.writeImmutableBuffer(line)
                out.writeStaticString("\n")
            }
        }
        return isChanged ? out : nil
    }

    /// The frame's payload without its secrets; `nil` when there is nothing to hide.
    public func apply(to entry: StreamEntry) -> ByteBuffer? {
        guard !isNone, entry.kind == .text, entry.isFinal, !entry.isCompressed else { return nil }
        let first = entry.payload.readableBytesView.first { $0 > 0x20 }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return nil }
        return redactedJSON(entry.payload)
    }
}
