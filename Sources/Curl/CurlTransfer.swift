/// A handle on a running transfer. Any thread may call its methods; they are messages to the engine, so their effect
/// comes later, and after the transfer's end they do nothing.
public struct CurlTransfer: Sendable, Hashable {
    let state: TransferState
    let mailbox: Mailbox

    /// Lets the sink have its body again after `CurlFlow.pause`.
    public func resumeReceiving() { mailbox.post(.resumeReceiving(state)) }
    /// Asks the source again after `CurlRead.pause`.
    public func resumeSending() { mailbox.post(.resumeSending(state)) }
    /// Ends the transfer; its sink gets `finished` with `CurlResult.Kind.cancelled` unless it ended before.
    public func cancel() { mailbox.post(.cancel(state)) }

    public static func == (left: Self, right: Self) -> Bool { left.state === right.state }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(state)) }
}
