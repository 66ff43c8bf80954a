/// A number of octets: `1048576`, `500KB`, `10MB`, `1GB` (powers of 1024, as ls -h means them).
public struct ByteSize: Sendable, Hashable {
    public let count: Int

    /// `nil` for text that is no size.
    public init?(_ text: String) {
        let units: [(String, Int)] = [("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("B", 1)]
        let upper = text.uppercased()
        let (suffix, factor) = units.first { upper.hasSuffix($0.0) } ?? ("", 1)
        guard let number = Int(upper.dropLast(suffix.count)), number >= 0 else { return nil }
        let (count, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        self.count = count
    }
}
