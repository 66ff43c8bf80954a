import ArgumentParser
import UnderstudyCore
import UnderstudyStore

/// Which exchanges of the history are meant.
struct HistoryFilterOptions: ParsableArguments {
    @Option(help: "Only from this time on.") var since: String?
    @Option(help: "Only before this time.") var until: String?
    @Option(help: "Only of this local day, YYYY-MM-DD.") var date: String?
    @Option(help: "Only this method.") var method: String?
    @Option(help: "Only this host, without port; * stands for anything.") var host: String?
    @Option(help: "Only paths that begin so, or match it when it has a *.") var path: String?
    @Option(help: "Only this status: 200, 4xx, '>=400', 200-299, or failed.") var status: String?
    @Option(help: "Only what was a hit, a miss, recorded, passthrough or refused.") var result: String?
    @Option(help: "Only of this session; '' for exchanges without one.") var session: String?
    @Option(help: "Only with this text in target, fields or (uncompressed) body.") var search: String?

    func query() throws(CommandFailure) -> HistoryQuery {
        var query = HistoryQuery()
        (query.since, query.until) = try TimeInput.range(since: since, until: until, date: date)
        // Methods are case-sensitive, but nobody who types `get` means another one than GET.
        query.method = method.map { $0 == $0.lowercased() ? $0.uppercased() : $0 }
        query.host = host
        query.path = path
        query.session = session
        query.search = search
        if let status {
            guard let filter = StatusFilter(status) else {
                throw .usage("--status: '\(status)' is not a status: use 200, 4xx, '>=400', 200-299 or failed")
            }
            query.status = filter
        }
        if let result {
            guard let value = Exchange.Result(rawValue: result) else {
                let names = Exchange.Result.allCases.map(\.rawValue).joined(separator: ", ")
                throw .usage("--result: '\(result)' is not one of \(names)")
            }
            query.result = value
        }
        return query
    }
}
