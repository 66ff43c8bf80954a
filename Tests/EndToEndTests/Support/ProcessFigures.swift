import Foundation
import TestSupport

#if os(Linux)
    /// What the kernel says of the serving process, proc(5).
    extension Understudy {
        var descriptors: Int {
            get throws {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/\(child.processIdentifier)/fd").count
            }
        }

        /// Megabytes resident now.
        var memory: Int { get throws { try ProcessMemory.resident(of: child.processIdentifier) } }

        /// The most that was ever resident, in megabytes.
        var peakMemory: Int { get throws { try ProcessMemory.peak(of: child.processIdentifier) } }

        /// Seconds of processor time used so far.
        var processorTime: Double {
            get throws {
                let text = try String(contentsOfFile: "/proc/\(child.processIdentifier)/stat", encoding: .utf8)
                // The name in parentheses may hold anything; behind it, the 12th and 13th are user and system time.
                let numbers = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ").dropFirst()
                let ticks = numbers.dropFirst(11).prefix(2).compactMap { Double($0) }.reduce(0, +)
                return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
            }
        }

        /// The share of one core that is used during a second.
        func processorShare() throws -> Double {
            let start = ContinuousClock.now
            let before = try processorTime
            usleep(1_000_000)
            return (try processorTime - before) / (ContinuousClock.now - start).seconds
        }

        /// Whether no more than eight descriptors are open beyond `base`, at last.
        func isBack(to base: Int, within seconds: Double = 10) -> Bool {
            eventually(within: seconds) { (try? descriptors).map { $0 <= base + 8 } ?? false }
        }
    }
#endif
