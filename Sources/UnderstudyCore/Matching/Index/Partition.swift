/// Which examples a request is compared with: those recorded from one place. Requests to two hosts may be equal but for
/// the host.
public struct Partition: Sendable, Hashable {
    /// `scheme://authority` and base path; empty for examples that do not say where they are from.
    public var baseURL: String

    public init(baseURL: String) { self.baseURL = baseURL }

    /// Where an example belongs.
    init(of example: Example) {
        // Targets are relative to an example's own base; to a collection's `baseUrl` they are whole.
        if !example.baseURL.isEmpty {
            baseURL = (try? Upstream(example.baseURL))?.baseURL ?? ""
        } else if let text = example.variables["baseUrl"], !text.isEmpty {
            // What a person wrote may be a variable, or no address: then it is from nowhere.
            baseURL = (try? Upstream(text))?.origin ?? ""
        } else {
            baseURL = ""
        }
    }
}

/// The partitions of an index, made when there is more than one: until then all examples are the one there is.
struct Partitions: Sendable {
    private var sole: Partition?
    private var lookups: [Partition: Lookup] = [:]
    /// By `scheme://authority`: the partitions of an origin, those with the longest base path first.
    private var byOrigin: [Substring: [Partition]] = [:]
    private let poolThreshold: Int

    init(poolThreshold: Int) { self.poolThreshold = poolThreshold }

    /// - Parameter entries: all there are, this one included.
    mutating func insert(_ entry: Entry, _ options: MatchOptions, among entries: [Entry]) {
        let partition = entry.partition
        if let sole, sole != partition, lookups.isEmpty {
            for entry in entries.dropLast() { add(entry, options, entries) }
        }
        if sole == nil {
            sole = partition
            note(partition)
        }
        guard sole != partition || !lookups.isEmpty else { return }
        if lookups[partition] == nil, sole != partition { note(partition) }
        add(entry, options, entries)
    }

    private mutating func add(_ entry: Entry, _ options: MatchOptions, _ entries: [Entry]) {
        lookups[entry.partition, default: Lookup(poolThreshold: poolThreshold)].insert(entry, options, among: entries)
    }

    private mutating func note(_ partition: Partition) {
        var list = byOrigin[Self.origin(of: partition.baseURL)] ?? []
        list.insert(
            partition, at: list.firstIndex { $0.baseURL.utf8.count < partition.baseURL.utf8.count } ?? list.endIndex)
        byOrigin[Self.origin(of: partition.baseURL)] = list
    }

    private static func origin(of baseURL: String) -> Substring {
        guard let scheme = baseURL.firstRange(of: "://") else { return "" }
        return baseURL[..<(baseURL[scheme.upperBound...].firstIndex(of: "/") ?? baseURL.endIndex)]
    }

    var isParted: Bool { !lookups.isEmpty }

    func all(of origin: String) -> [Partition] { byOrigin[origin[...]] ?? [] }

    /// `nil` for a partition without examples.
    ///
    /// - Parameter all: what finds every example.
    func lookup(_ partition: Partition, all: Lookup) -> Lookup? {
        if lookups.isEmpty { return sole == partition ? all : nil }
        return lookups[partition]
    }
}
