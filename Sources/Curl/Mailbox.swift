import Synchronization

/// Messages to an engine's thread. The first one into an empty box of a sleeping thread wakes it, later ones do not.
final class Mailbox: Sendable {
    enum Message: Sendable {
        case start(TransferState)
        case resumeReceiving(TransferState)
        case resumeSending(TransferState)
        /// There is something to write on a stream, or nothing more will come.
        case output(TransferState)
        case cancel(TransferState)
        case stop
    }

    private struct Contents {
        var messages: [Message] = []
        var isAsleep = false
        var isClosed = false
    }

    private let contents = Mutex(Contents())
    private let waker: Waker

    init(waker: Waker) { self.waker = waker }

    /// False when the engine's thread is gone and nobody will read the message.
    @discardableResult func post(_ message: Message) -> Bool {
        let (posted, wakes) = contents.withLock { contents -> (Bool, Bool) in
            guard !contents.isClosed else { return (false, false) }
            contents.messages.append(message)
            defer { contents.isAsleep = false }
            return (true, contents.isAsleep)
        }
        if wakes { waker.wake() }
        return posted
    }

    /// Called by the engine before it blocks. False: there is mail, do not block.
    func mayBlock() -> Bool {
        contents.withLock { contents in
            contents.isAsleep = contents.messages.isEmpty
            return contents.isAsleep
        }
    }

    /// Swaps the mail into `batch`, which must be empty; its storage is reused for the next mail.
    func take(into batch: inout [Message]) {
        contents.withLock { contents in
            contents.isAsleep = false
            swap(&contents.messages, &batch)
        }
    }

    /// Refuses further mail and returns what was still inside.
    func close() -> [Message] {
        contents.withLock { contents in
            contents.isClosed = true
            defer { contents.messages = [] }
            return contents.messages
        }
    }
}
