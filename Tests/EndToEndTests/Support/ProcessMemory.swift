import Foundation

#if os(Linux)
    /// What the kernel says of a process' memory, proc(5).
    enum ProcessMemory {
        /// The most that was ever resident, in megabytes.
        static func peak(of process: Int32) throws -> Int { try read("VmHWM", of: process) }

        /// Megabytes resident now.
        static func resident(of process: Int32) throws -> Int { try read("VmRSS", of: process) }

        private static func read(_ name: String, of process: Int32) throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
            return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) / 1024
        }
    }
#endif
