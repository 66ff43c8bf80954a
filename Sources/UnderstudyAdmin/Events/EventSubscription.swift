import Hummingbird
import NIOCore
import Synchronization
import UnderstudyCore

/// One client that follows events. What waits for it is bounded: a slow one loses the newest, and is told how many.
final class EventSubscription: Sendable {
    enum Item: Sendable {
        case event(AdminEvent)
        case heartbeat
    }

    private let items: AsyncStream<Item>
    private let feed: AsyncStream<Item>.Continuation
    private let lost = Atomic<Int>(0)
    private let run: String
    private let admission: Admission
    private let left: @Sendable () -> Void

    /// Whether the client may still be told, which is asked again while it follows: keys are revoked, and people sign out.
    struct Admission: Sendable {
        let interval: Duration
        let isValid: @Sendable () async -> Bool
    }

    /// - Parameter left: called when the client is gone, perhaps more than once.
    init(limit: Int, run: String, admission: Admission, left: @escaping @Sendable () -> Void) {
        (items, feed) = AsyncStream.makeStream(of: Item.self, bufferingPolicy: .bufferingOldest(limit))
        self.run = run
        self.admission = admission
        self.left = left
    }

    func tell(_ event: AdminEvent) {
        if case .dropped = feed.yield(.event(event)) { lost.add(1, ordering: .relaxed) }
    }

    /// Into a queue that is not full: a client with something to read needs none.
    func beat() { feed.yield(.heartbeat) }

    func end() { feed.finish() }

    /// There is nobody to tell any more.
    func leave() {
        left()
        end()
    }

    func write(to writer: inout any ResponseBodyWriter) async throws {
        defer { left() }
        // The first octets make proxies and clients open the stream.
        try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
        var asked = ContinuousClock.now
        for await item in items {
            if ContinuousClock.now - asked >= admission.interval {
                guard await admission.isValid() else { break }
                asked = .now
            }
            var buffer = ByteBuffer()
            switch item {
            case .event(let event): event.write(into: &buffer, run: run)
            case .heartbeat: buffer.writeString(": \n\n")
            }
            let count = lost.exchange(0, ordering: .relaxed)
            if count > 0 {
                AdminEvent(number: 0, kind: .lost, data: ["count": .integer(count)]).write(into: &buffer, run: run)
            }
            try await writer.write(buffer)
        }
        try await writer.finish(nil)
    }
}
