import Synchronization

/// How many may do something at one time.
final class Seats: Sendable {
    private let limit: Int
    private let taken = Atomic<Int>(0)

    init(_ limit: Int) { self.limit = limit }

    /// Held until it is dropped.
    final class Seat: Sendable {
        private let seats: Seats
        fileprivate init(_ seats: Seats) { self.seats = seats }
        deinit { seats.taken.subtract(1, ordering: .relaxed) }
    }

    /// - Throws: `Refusal` when all are taken.
    func take() throws(Refusal) -> Seat {
        guard taken.add(1, ordering: .relaxed).newValue <= limit else {
            taken.subtract(1, ordering: .relaxed)
            throw BlockingWork.busy
        }
        return Seat(self)
    }
}
