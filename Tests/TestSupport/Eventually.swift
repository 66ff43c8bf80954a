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

/// The same of what has to be awaited. Patient: tasks share few threads, which other tests may hold for seconds.
public func comesTrue(within seconds: Double = 60, _ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while true {
        if try await condition() { return true }
        if Date() >= deadline { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
}
