public import UnderstudyCore

/// Exchanges as collections, grouped as somebody wants to see them: out of a HAR file, or out of the history.
public enum ExchangeCollections {
    /// Repeats of a request stay repeats, in their order. Exchanges that can never be replayed are left out.
    ///
    /// - Parameters:
    ///   - exchanges: in the order they happened, redacted already.
    ///   - name: of the collection, where all go into one.
    ///   - files: where bodies go that JSON cannot hold.
    ///   - progress: told how many exchanges are in.
    /// - Throws: what `files.write` throws.
    public static func make(
        _ exchanges: [Exchange], name: String, grouping: ImportGrouping, files: any BodyFiles,
        progress: ((_ done: Int, _ total: Int) -> Void)? = nil
    ) throws -> [PostmanCollection] {
        if grouping == .hosts { return try byHost(exchanges, files, progress) }
        var folders: CollectionMaker.Grouping = []
        if grouping == .domain || grouping == .domainPath { folders.insert(.domain) }
        if grouping == .path || grouping == .domainPath { folders.insert(.path) }
        var maker = CollectionMaker(
            name: name, id: Digest(of: "collection\n\(name)").uuid, grouping: folders, files: files)
        for (index, exchange) in exchanges.enumerated() {
            try maker.add(exchange)
            progress?(index + 1, exchanges.count)
        }
        return [try maker.collection()]
    }

    private static func byHost(
        _ exchanges: [Exchange], _ files: any BodyFiles, _ progress: ((Int, Int) -> Void)?
    ) throws -> [PostmanCollection] {
        var folds: [(home: CollectionHome, fold: ExampleFold)] = []
        var places: [String: Int] = [:]
        var counts: [Int: [Digest: Int]] = [:]
        for (index, exchange) in exchanges.enumerated() {
            defer { progress?(index + 1, exchanges.count) }
            guard RecordedExchange(exchange) != nil else { continue }
            let place: Int
            if let known = places[exchange.upstream] {
                place = known
            } else {
                let home = CollectionHome(upstream: exchange.upstream, session: "", collection: "", baseURL: "")
                let empty = PostmanCollection(slug: home.slug, origin: home.baseURL)
                place = folds.count
                places[exchange.upstream] = place
                folds.append((home, ExampleFold(empty, files: files)))
            }
            let key = ExampleFold.requestKey(of: exchange)
            let occurrence = counts[place, default: [:]][key, default: 0]
            counts[place, default: [:]][key] = occurrence + 1
            try folds[place].fold.fold(exchange, occurrence: occurrence, policy: .append)
        }
        return folds.map(\.fold.collection)
    }
}
