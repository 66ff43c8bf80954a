import Foundation
import UnderstudyCore

/// Times for people.
enum Clock {
    /// RFC 3339 in UTC, with milliseconds.
    static func text(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(time.microseconds) / 1e6).formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Local, to the second, as a list shows it.
    static func local(_ time: Timestamp) -> String {
        var seconds = time_t(time.microseconds / 1_000_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return String(
            format: "%04d-%02d-%02d %02d:%02d:%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
            parts.tm_hour, parts.tm_min, parts.tm_sec)
    }

    /// `12 ms`, `1.3 s`.
    static func span(microseconds: Int64) -> String {
        switch microseconds {
        case ..<1000: "<1 ms"
        case ..<1_000_000: "\(microseconds / 1000) ms"
        case ..<10_000_000: String(format: "%.1f s", Double(microseconds) / 1e6)
        default: "\(microseconds / 1_000_000) s"
        }
    }
}

/// Sizes for people.
enum Size {
    /// `512 B`, `1.2 KB`, `34 MB`.
    static func text(_ count: Int) -> String {
        var value = Double(count)
        for unit in ["B", "KB", "MB", "GB"] {
            if value < 1024 || unit == "GB" {
                return unit == "B" || value >= 10 ? "\(Int(value)) \(unit)" : String(format: "%.1f %@", value, unit)
            }
            value /= 1024
        }
        return "\(count) B"
    }
}
