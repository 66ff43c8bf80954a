import Foundation

/// Waits until `condition` holds, looking every few milliseconds; false once `seconds` have passed. For what can only be
/// seen from outside: descriptors, files, another process. Use it inside `#expect`.
public func eventually(within seconds: Double = 5, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while true {
        if try condition() { return true }
        if Date() >= deadline { return false }
        usleep(5000)
    }
}
