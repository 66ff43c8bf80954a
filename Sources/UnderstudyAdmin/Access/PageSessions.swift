import Synchronization
import UnderstudyCore

/// Who is signed in at the page. A session stands for the key that was shown, and lasts no longer than that; `Doorkeeper` asks
/// for the key at each request. A ticket is good for one session: what `understudy open` hands to the browser in place of a key.
///
/// Nothing of it outlives the process.
final class PageSessions: Sendable {
    typealias Holder = SecretTable.Holder

    private struct State {
        var sessions: SecretTable
        var tickets: SecretTable
    }

    let ticketLife: Duration
    private let state: Mutex<State>

    init(_ limits: AdminLimits) {
        ticketLife = limits.ticketLife
        state = Mutex(
            State(
                sessions: SecretTable(
                    .init(
                        count: limits.pageSessions, countOfOne: limits.pageSessionsOfKey, idle: limits.sessionIdle,
                        life: limits.sessionLife)),
                tickets: SecretTable(
                    .init(
                        count: limits.tickets, countOfOne: limits.ticketsOfKey, idle: limits.ticketLife,
                        life: limits.ticketLife))))
    }

    /// - Returns: its id, which only the browser's cookie keeps.
    func begin(for holder: Holder, at now: ContinuousClock.Instant = .now) -> String {
        state.withLock { $0.sessions.make(for: holder, at: now) }
    }

    /// Whose session that is; `nil` when there is none, or no longer.
    func holder(of session: String, at now: ContinuousClock.Instant = .now) -> Holder? {
        state.withLock { $0.sessions.use(session, at: now) }
    }

    func end(_ session: String) { state.withLock { $0.sessions.remove(session) } }

    func ticket(for holder: Holder, at now: ContinuousClock.Instant = .now) -> String {
        state.withLock { $0.tickets.make(for: holder, at: now) }
    }

    /// Whose ticket that was. From then on it is nobody's.
    func redeem(_ ticket: String, at now: ContinuousClock.Instant = .now) -> Holder? {
        state.withLock { state in
            defer { state.tickets.remove(ticket) }
            return state.tickets.use(ticket, at: now)
        }
    }

    var counts: (sessions: Int, tickets: Int) { state.withLock { ($0.sessions.count, $0.tickets.count) } }
}
