import Synchronization
import UnderstudyFormats
import UnderstudyStore

/// The first request of collections, for lines to try a mock server with. Kept, because to find it a whole file is read.
final class FirstRequests: Sendable {
    /// Collections whose first request is kept; then it begins anew.
    static let limit = 1000

    private struct Known: Sendable {
        let method: String
        let path: String
    }

    private let catalog: CollectionCatalog
    private let known = Mutex<[CollectionCatalog.Entry: Known?]>([:])

    init(_ catalog: CollectionCatalog) { self.catalog = catalog }

    /// - Returns: `nil` for a collection that has none, or cannot be read.
    func request(of entry: CollectionCatalog.Entry) -> (method: String, path: String)? {
        if let known = known.withLock({ $0[entry] }) { return known.map { ($0.method, $0.path) } }
        let first = (try? catalog.read(entry))?.listing().first.map { Known(method: $0.method, path: $0.path) }
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[entry] = .some(first)
        }
        return first.map { ($0.method, $0.path) }
    }
}
