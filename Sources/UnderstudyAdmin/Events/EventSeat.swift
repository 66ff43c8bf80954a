import Hummingbird

/// An answer's hold on its subscription. An answer that is never sent, because it answers HEAD or its client has gone, gives up
/// its place when it is dropped.
final class EventSeat: Sendable {
    private let subscription: EventSubscription

    init(_ subscription: EventSubscription) { self.subscription = subscription }

    deinit { subscription.leave() }

    func write(to writer: inout any ResponseBodyWriter) async throws {
        defer { withExtendedLifetime(self) {} }
        try await subscription.write(to: &writer)
    }
}
