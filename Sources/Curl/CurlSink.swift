/// Where a response goes. All methods are called on the engine's thread, one at a time, never from within `start`.
///
/// None may block: every other transfer of the engine waits meanwhile. Order: header lines of interim responses, of the
/// final one, its body, its trailers, then `finished`, once, always.
public protocol CurlSink: AnyObject, Sendable {
    /// One raw line as it came, line end included: status lines, also of 1xx, fields, the blank line, trailer fields.
    /// False aborts the transfer with `CurlResult.Kind.abortedBySink`. Source: CURLOPT_HEADERFUNCTION(3).
    func headerLine(_ line: UnsafeRawBufferPointer) -> Bool
    /// Up to 16 KiB of body, transfer coding removed, content coding not. Source: CURLOPT_WRITEFUNCTION(3).
    func body(_ bytes: UnsafeRawBufferPointer) -> CurlFlow
    /// The end, good or bad; nothing comes after it.
    func finished(_ result: CurlResult)
}

/// A sink's answer to a piece of body.
public enum CurlFlow: Sendable {
    /// All of it was taken.
    case taken
    /// None of it was taken; the same bytes come again after `CurlTransfer.resumeReceiving`. At most 256 KiB wait in
    /// libcurl, the rest stays in the kernel and at the upstream.
    case pause
    /// End the transfer with `CurlResult.Kind.abortedBySink`.
    case abort
}
