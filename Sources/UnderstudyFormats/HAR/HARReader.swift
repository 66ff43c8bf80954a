import NIOCore
import UnderstudyCore

/// HTTP Archive 1.2, as browsers and proxies write it. <http://www.softwareishard.com/blog/har-12-spec/>
///
/// Content in a HAR file has its content coding taken off already, so `Content-Encoding` is left out of the fields.
enum HARReader {
    /// More entries than this is refused.
    static let entryLimit = 100_000

    static func read(
        _ root: JSONValue, _ name: String, _ options: ImportOptions
    ) throws(CollectionError) -> Import {
        guard let entries = root["log"]?["entries"]?.elements else {
            throw CollectionError(file: name, place: "$.log.entries", message: "a HAR file has an array `entries`")
        }
        guard entries.count <= entryLimit else {
            throw CollectionError(
                file: name, place: "$.log.entries", message: "there are more than \(entryLimit) entries")
        }
        var result = Import(kind: .har)
        var exchanges: [Exchange] = []
        for (index, value) in entries.enumerated() {
            var entry = HAREntry(value)
            let place = "$.log.entries[\(index)]"
            do throws(HAREntry.Fault) {
                let exchange = try entry.exchange()
                exchanges.append(options.redaction.apply(to: exchange))
            } catch {
                result.problems.append(ImportProblem(place: place, message: "\(error.message); the entry is left out"))
                continue
            }
            result.problems += entry.remarks.map { ImportProblem(place: place, message: $0) }
            if let lacking = entry.lacking {
                result.withoutContent.append(ImportProblem(place: place, message: lacking))
            }
        }
        guard !exchanges.isEmpty else {
            throw CollectionError(
                file: name, place: "$.log.entries",
                message: result.problems.first.map { "nothing in it can be imported: \($0)" } ?? "there are no entries")
        }
        let grouping = options.grouping ?? .hosts
        let title = CollectionLibraryName.title(of: name)
        do {
            for collection in try ExchangeCollections.make(
                exchanges, name: title, grouping: grouping == .tags ? .hosts : grouping, files: options.files,
                progress: options.progress)
            {
                result.add(collection)
            }
        } catch let error as CollectionError {
            throw error
        } catch {
            throw CollectionError(file: name, place: "$", message: "a body cannot be kept: \(error)")
        }
        return result
    }
}
