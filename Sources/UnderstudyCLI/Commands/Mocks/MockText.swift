import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// A mock server as people, and as scripts, read it.
enum MockText {
    static func json(_ mock: MockServer, addresses: [String], _ access: MockAccess) -> JSONValue {
        let value = (try? JSONValue(parsing: MockDocument(mock).bytes())) ?? .null
        guard var object = value.object else { return value }
        object["addresses"] = .array(addresses.map { .string($0) })
        object["deactivated"] = .bool(access.deactivation(of: mock) != nil)
        return .object(object)
    }

    static func lines(_ mock: MockServer, addresses: [String], _ access: MockAccess) -> [String] {
        let catalog = CollectionCatalog(access.workspace)
        let collection = try? catalog.find(id: mock.collection)
        let environment = mock.environment.map { (try? EnvironmentFolder(access.workspace).find($0))?.name ?? $0 }
        var rows: [(String, String)] = [("name", mock.name), ("id", mock.id)]
        for (index, address) in addresses.enumerated() { rows.append((index == 0 ? "address" : "", address)) }
        rows.append(
            ("collection", "\(collection?.name ?? mock.collection)\(mock.versionTag.map { ", version \($0)" } ?? "")"))
        if let environment { rows.append(("environment", environment)) }
        if !mock.description.isEmpty { rows.append(("description", mock.description)) }
        rows.append(("access", mock.isPrivate ? "private: calls need the field x-api-key" : "public"))
        rows.append(("delay", "\(mock.delay)"))
        rows.append(("matching", matching(mock.matching)))
        if mock.limits.perMinute != nil || mock.limits.perMonth != nil {
            let parts = [
                mock.limits.perMinute.map { "\($0) calls a minute" },
                mock.limits.perMonth.map { "\($0) calls a month" },
            ]
            rows.append(("limits", parts.compactMap { $0 }.joined(separator: ", ")))
        }
        if let response = mock.forcedResponse { rows.append(("forced answer", "\(response.status) \(response.name)")) }
        for response in mock.serverResponses where response.id != mock.activeServerResponse {
            rows.append(("server response", "\(response.status) \(response.name), not active"))
        }
        rows.append(("created", Clock.local(mock.createdAt)))
        rows.append(("updated", Clock.local(mock.updatedAt)))
        if let reason = access.deactivation(of: mock) { rows.append(("deactivated", reason)) }
        if let address = addresses.first { rows.append(("try it", tryLine(mock, address, access))) }
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { name, value in
            name + String(repeating: " ", count: width - name.count + 2) + TrafficPrinter.printable(value)
        }
    }

    private static func tryLine(_ mock: MockServer, _ address: String, _ access: MockAccess) -> String {
        let catalog = CollectionCatalog(access.workspace)
        let listing = (try? catalog.find(id: mock.collection)).flatMap { try? catalog.read($0) }?.listing().first
        return MockCurlLine.text(
            address: address, isPrivate: mock.isPrivate, request: listing.map { ($0.method, $0.path) })
    }

    private static func matching(_ matching: MockMatching) -> String {
        let options = matching.options
        var parts = [matching.profile.rawValue]
        if options.matchBody { parts.append("bodies") }
        if !options.matchHeaders.isEmpty { parts.append("fields " + options.matchHeaders.joined(separator: ", ")) }
        if !options.matchQueryParams { parts.append("no parameters") }
        if !options.matchWildcards { parts.append("no wildcards") }
        if let repeats = matching.repeats { parts.append("repeats \(repeats.rawValue)") }
        return parts.joined(separator: ", ")
    }
}
