/// Where a `CurlStream`'s events go. All methods are called on the engine's thread, one at a time, never from within
/// `connect`, and none may block. Order: `connected`, then bytes, `inputEnded` at most once, and `closed`, once, always.
public protocol CurlStreamSink: AnyObject, Sendable {
    /// The connection is ready: resolved, connected, tunnelled through a proxy, and TLS done.
    func connected()
    /// Some 64 KiB at most. All of it is taken, whatever the answer.
    func bytes(_ bytes: UnsafeRawBufferPointer) -> CurlStreamFlow
    /// What `CurlStream.write` called full has gone out down to the low mark.
    func drained()
    /// The peer sends no more; writing goes on.
    func inputEnded()
    /// The end, good or bad: `CurlResult.Kind.complete` once both sides ended. Nothing comes after it.
    func closed(_ result: CurlResult)
}

/// A stream sink's answer to bytes.
public enum CurlStreamFlow: Sendable {
    case more
    /// No more until `CurlStream.resumeReceiving`: what comes meanwhile waits in the kernel and at the peer.
    case pause
    /// End the stream with `CurlResult.Kind.abortedBySink`.
    case abort
}
