import Foundation

/// Files that lie beside a test's source.
public enum Beside {
    /// - Parameter source: `#filePath` of the test.
    public static func read(_ source: String, _ name: String) throws -> [UInt8] {
        let url = URL(fileURLWithPath: source).deletingLastPathComponent().appendingPathComponent(name)
        return Array(try Data(contentsOf: url))
    }
}
