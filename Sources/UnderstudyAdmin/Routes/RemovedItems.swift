import Synchronization
import UnderstudyFormats
import UnderstudyStore

/// Requests and folders that were deleted, for as long as they can be put back: some of them, until the server ends. They stay
/// here because a folder may be larger than what a request may carry; who deleted it has a ticket.
final class RemovedItems: Sendable {
    private struct Kept {
        let ticket: String
        let collection: String
        let item: RemovedItem
    }

    // Requests come from several threads.
    private let kept = Mutex<[Kept]>([])
    private let limits: AdminLimits

    init(limits: AdminLimits) { self.limits = limits }

    /// - Returns: the ticket.
    func keep(_ item: RemovedItem, of collection: String, as ticket: String = ItemID.make()) -> String {
        kept.withLock { kept in
            kept.append(Kept(ticket: ticket, collection: collection, item: item))
            var octets = kept.reduce(0) { $0 + $1.item.byteCount }
            while kept.count > 1, kept.count > limits.removedItems || octets > limits.removedBytes {
                octets -= kept.removeFirst().item.byteCount
            }
        }
        return ticket
    }

    /// Gives it out once.
    func take(_ ticket: String, of collection: String) -> RemovedItem? {
        kept.withLock { kept in
            kept.firstIndex { $0.ticket == ticket && $0.collection == collection }.map { kept.remove(at: $0).item }
        }
    }
}
