import Logging
import UnderstudyCore

/// One line per event on the standard error: for people, or as JSON for programs. The message is fixed text, what varies
/// is metadata, so that lines can be counted and filtered.
struct LineLogHandler: LogHandler {
    let format: OutputSettings.LogFormat
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(format: OutputSettings.LogFormat) { self.format = format }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let time = Clock.text(.now())
        switch format {
        case .text:
            let details = all.map { " \($0.key)=\($0.value)" }.joined()
            Console.errorLine("\(time) \(event.level.rawValue): \(event.message)\(details)")
        case .json:
            var object = JSONObject([
                ("time", .string(time)), ("level", .string(event.level.rawValue)),
                ("message", .string("\(event.message)")),
            ])
            for (key, value) in all { object.members.append(.init(key, .string("\(value)"))) }
            Console.errorLine(JSONWriter.text(.object(object)))
        }
    }
}
