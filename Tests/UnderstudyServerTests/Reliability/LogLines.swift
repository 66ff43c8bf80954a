import Logging
import Synchronization

/// Everything a logger is given, as text.
final class LogLines: Sendable {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(owner: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let owner: LogLines
        var logLevel = Logger.Level.trace
        var metadata = Logger.Metadata()

        init(owner: LogLines) { self.owner = owner }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            owner.kept.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}
