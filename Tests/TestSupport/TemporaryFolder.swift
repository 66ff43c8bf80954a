public import Foundation

/// A folder of its own for one test, gone with the object.
public final class TemporaryFolder: Sendable {
    /// Absolute, without a slash at the end.
    public let path: String
    public var url: URL { URL(fileURLWithPath: path, isDirectory: true) }

    public init() throws {
        path = NSTemporaryDirectory().trimmingSuffix("/") + "/understudy-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { close() }

    /// Removes it and everything inside.
    public func close() { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` inside, which need not exist.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Writes `text` to `name` and returns its path.
    @discardableResult public func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: file(name), atomically: true, encoding: .utf8)
        return file(name)
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
