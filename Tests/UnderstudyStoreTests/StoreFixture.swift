import Foundation
import Logging
import NIOCore
import Synchronization
import UnderstudyCore

@testable import UnderstudyStore

/// A workspace in a temporary folder that goes when the fixture goes.
final class StoreFixture: Sendable {
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "understudy-store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var path: String { folder + "/recordings" }

    func workspace() throws -> Workspace { try Workspace(path, opening: .serving) }

    /// Opens a served workspace's history with a run.
    func history(durability: Durability = .normal) throws -> (History, run: Int64) {
        let workspace =
            FileSystem.exists(path + "/history.bodies") ? try Workspace(path, opening: .reading) : try workspace()
        let history = try History(workspace, opening: .serving, durability: durability)
        return (
            history, try history.beginRun(Run(startedAt: .now(), collection: "api", baseURL: "", writePolicy: .append))
        )
    }

    /// What another process would see.
    func reader() throws -> History { try History(Workspace(path, opening: .reading), opening: .reading) }

    func names(_ sub: String = "") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path + sub)) ?? []).sorted()
    }
}

/// Waits for a condition with a deadline; polling, because what it waits for happens on foreign threads.
func eventually(within limit: Duration = .seconds(10), _ condition: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + limit
    while !condition() {
        if ContinuousClock.now > deadline { return false }
        try? await Task.sleep(for: .milliseconds(2))
    }
    return true
}

/// A value that callbacks on other threads fill.
final class Box<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    init(_ value: Value) { state = Mutex(value) }
    var value: Value { state.withLock { $0 } }
    func update(_ change: @Sendable (inout Value) -> Void) { state.withLock { change(&$0) } }
}

extension Exchange {
    /// A whole exchange: `GET http://api.example.com/users/1?full`, 200.
    static func sample(
        method: String = "GET", target: String = "/users/1?full", upstream: String = "http://api.example.com:8080",
        status: Int = 200, body: String = "hello", startedAt: Int64 = 1_700_000_000_000_000,
        result: Exchange.Result = .recorded
    ) -> Exchange {
        var fields = Fields()
        fields.append("Host", "api.example.com:8080")
        fields.append("Accept", "*/*")
        var answer = Fields()
        answer.append("Content-Type", "text/plain")
        return Exchange(
            startedAt: Timestamp(microseconds: startedAt), mode: .record, result: result, upstream: upstream,
            request: Request(head: RequestHead(method: method, target: target, fields: fields)),
            response: Response(head: ResponseHead(status: status, reason: "OK", fields: answer), body: Body(text: body))
        )
    }
}

/// So many octets that no other number has: a body that is stored in full each time.
func filler(_ count: Int, _ number: Int) -> String {
    let text = "\(number) "
    return text + String(repeating: "x", count: count - text.utf8.count)
}

extension HistoryWriter {
    /// Records and waits for the acknowledgement.
    func recordAndWait(_ exchange: Exchange, example: PendingExample? = nil) async -> Int64? {
        await withCheckedContinuation { continuation in
            record(exchange, example: example) { continuation.resume(returning: $0) }
        }
    }
}
