import NIOCore
import UnderstudyCore

/// Something that happened, as those who follow are told.
struct AdminEvent: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        /// An exchange was seen.
        case exchange
        /// Exchanges that came too fast to be told one by one: `{"count"}`.
        case exchangesLeftOut = "exchanges-left-out"
        case mockCreated = "mock-created"
        case mockChanged = "mock-changed"
        case mockDeleted = "mock-deleted"
        /// A collection was written, made or removed: `{"id", "slug", "name", "removed"}`.
        case collectionChanged = "collection-changed"
        /// The same of an environment: `{"id", "name", "removed"}`.
        case environmentChanged = "environment-changed"
        /// What happened in a second.
        case activity
        /// How far long work has come: `{"token", "done", "total", "what"}`.
        case progress
        case modeChanged = "mode-changed"
        /// Recording is degraded, or works again.
        case recordingChanged = "recording-changed"
        /// This client was too slow, or away too long: `{"count"}`, which is `null` where nobody knows.
        case lost
    }

    let number: Int64
    let kind: Kind
    let data: JSONValue

    /// As an event stream has it. <https://html.spec.whatwg.org/multipage/server-sent-events.html>
    ///
    /// - Parameter run: what tells this process' numbers from those of another.
    func write(into buffer: inout ByteBuffer, run: String) {
        // What tells of a loss has no number: the last one that arrived still counts.
        if kind != .lost { buffer.writeString("id: \(run)-\(number)\n") }
        buffer.writeString("event: \(kind.rawValue)\ndata: ")
        buffer.writeString(JSONWriter.text(data, style: .compact))
        buffer.writeString("\n\n")
    }
}
