import Foundation
import NIOCore

/// The processors this process may use: fewer than the machine has when it was started under taskset(1).
///
/// More event loops than these would only take turns on them. proc_pid_status(5)
enum Processors {
    static var available: Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") })
        else { return System.coreCount }
        let allowed = line.dropFirst("Cpus_allowed:".count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        // A container's share, which NIO knows, may be less than the processors it may run on.
        return max(1, min(allowed, System.coreCount))
    }
}
