public import UnderstudyCore

/// Exchanges as collections, grouped as somebody wants to see them: out of a HAR file, or out of the history.
public enum ExchangeCollections {
    /// Repeats of a request stay repeats, in their order. Exchanges that can never be replayed are left out.
    ///
    /// - Parameters:
    ///   - exchanges: in the order they happened, redacted already.
    ///   - name: of the collection, where all go into one.
    ///   - files: where bodies go that JSON cannot hold.
    /// - Throws: what `files.write` throws.
    public static func make(
        _ exchanges: [Exchange], name: String, grouping: ImportGrouping, files: any BodyFiles
    ) throws -> [PostmanCollection] {
        if grouping == .hosts { return try byHost(exchanges, files) }
        let exchanges = exchanges.filter { RecordedExchange($0) != nil }
        // With one host URLs are under `{{baseUrl}}`, so that it can be changed in one place.
        let origins = Set(exchanges.map(\.upstream))
        let base = origins.count == 1 ? origins.first ?? "" : ""
        let variables: [JSONValue] = base.isEmpty ? [] : [["key": "baseUrl", "value": .string(base)]]
        var tree = CollectionTree(name: name, variables: variables)
        let writer = ExampleWriter(
            files: files, bodyInMemory: Limits().bodyInMemory,
            variables: VariableScope(base.isEmpty ? [:] : ["baseUrl": base]))
        var ids: [Digest: Int] = [:]
        for exchange in exchanges {
            guard let recorded = RecordedExchange(exchange) else { continue }
            let parts = try writer.parts(recorded)
            var request = parts.request
            if base.isEmpty { request["url"] = url(request["url"], origin: exchange.upstream) }
            let path = RecordedExchange.path(of: recorded.request)
            let key = ExampleKey.digest(of: recorded.request)
            let occurrence = ids[key, default: 0]
            ids[key] = occurrence + 1
            let response = recorded.response.head
            let phrase = response.reasonText
            let name = "\(response.status)\(phrase.isEmpty ? "" : " \(phrase)")\(RecordedExchange.query(of: recorded.request))"
            let example = ExampleWriter.example(
                .init(request: request, response: parts.response),
                id: ExampleIDs.derived("\(tree.id)\n\(exchange.upstream)", key, occurrence),
                name: occurrence == 0 ? name : "\(name) (\(occurrence + 1))")
            tree.add(
                folders: CollectionTree.folders(
                    grouping, host: URLText.hostAndPath(exchange.upstream).host, path: path, tags: []),
                key: "\(recorded.request.head.method) \(exchange.upstream) \(path)",
                name: "\(recorded.request.head.method) \(path)", request: .object(request), examples: [example])
        }
        return [try tree.collection(file: name)]
    }

    private static func byHost(_ exchanges: [Exchange], _ files: any BodyFiles) throws -> [PostmanCollection] {
        var folds: [(home: CollectionHome, fold: ExampleFold)] = []
        var places: [String: Int] = [:]
        var counts: [Int: [Digest: Int]] = [:]
        for exchange in exchanges {
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

    /// The same under the host that answered.
    private static func url(_ url: JSONValue?, origin: String) -> JSONValue {
        let target = url?["raw"]?.text.map { $0.dropFirst("{{baseUrl}}".count) } ?? "/"
        var object = url?.object ?? JSONObject()
        object["raw"] = .string(origin + target)
        let parsed = PostmanURL.parsed(origin)
        object["host"] = parsed["host"] ?? []
        if let scheme = parsed["protocol"] { object["protocol"] = scheme }
        if let port = parsed["port"] { object["port"] = port }
        return .object(object)
    }
}
