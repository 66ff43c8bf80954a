/// Where a request body comes from. All methods are called on the engine's thread and may not block.
public protocol CurlBodySource: AnyObject, Sendable {
    /// Fills the front of `buffer` with the next bytes. Source: CURLOPT_READFUNCTION(3).
    func read(into buffer: UnsafeMutableRawBufferPointer) -> CurlRead
    /// libcurl has to send the body again from its first byte, because a pooled connection died before anything was
    /// answered. False fails the transfer with `CurlResult.Kind.notRepeatable`, so that no part is delivered twice.
    func rewind() -> Bool
}

/// A body source's answer.
public enum CurlRead: Sendable {
    /// So many bytes were written, at least one.
    case bytes(Int)
    /// Nothing yet; `CurlTransfer.resumeSending` asks again.
    case pause
    /// The body is complete. Before a known length was reached it fails the transfer.
    case end
    /// Fail the transfer with `CurlResult.Kind.abortedBySource`.
    case abort
}
