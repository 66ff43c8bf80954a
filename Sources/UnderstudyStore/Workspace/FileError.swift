import Foundation

/// A system call on a file that failed: what was tried, on which path, and the system's own words.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A verb phrase, such as `rename`.
    public let operation: String
    public let path: String
    /// The value of `errno`.
    public let code: Int32

    public init(_ operation: String, _ path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// The system's sentence for the code, such as `No space left on device`.
    public var reason: String { String(cString: strerror(code)) }

    public var description: String { "cannot \(operation) \(path): \(reason)" }
}
