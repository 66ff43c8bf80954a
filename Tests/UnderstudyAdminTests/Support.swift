import Foundation
import Logging
import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

/// A management API on a workspace of its own, with the server beside it played by the test.
final class Bench: Sendable {
    let folder: TemporaryFolder
    let workspace: Workspace
    let history: History
    let server: AdminServer
    let live: LiveServer
    let token = "the-token-of-the-lock-file"
    /// A super admin's, an admin's and a member's.
    let keys: [AccessKey.Role: String]

    init(
        limits: AdminLimits = AdminLimits(), redaction: Redaction = .none, logger: Logger? = nil
    ) async throws {
        folder = try TemporaryFolder()
        workspace = try Workspace(folder.file("ws"), opening: .serving)
        history = try History(workspace, opening: .serving)
        var keys: [AccessKey.Role: String] = [:]
        for role in AccessKey.Role.allCases {
            keys[role] = try KeyRing(workspace).create(name: role.rawValue, role: role).key
        }
        self.keys = keys
        var silent = Logger(label: "test")
        silent.logLevel = .critical
        var configuration = AdminServer.Configuration(
            token: token, workspace: workspace, history: history, logger: logger ?? silent)
        configuration.limits = limits
        configuration.redaction = redaction
        server = try await AdminServer.start(configuration)
        live = LiveServer()
        server.attach(live)
    }

    func stop() async {
        await server.stop()
        try? history.close()
        workspace.close()
    }

    /// Runs a test against one, and stops it whatever happens.
    static func run(
        limits: AdminLimits = AdminLimits(), logger: Logger? = nil, _ body: (Bench) async throws -> Void
    ) async throws {
        let bench = try await Bench(limits: limits, logger: logger)
        do { try await withTaskExecutorPreference(OwnThread()) { try await body(bench) } } catch {
            await bench.stop()
            throw error
        }
        await bench.stop()
    }

    // MARK: Asking

    struct Reply {
        let status: Int
        let message: RawMessage
        var body: [UInt8] { message.body }
        var text: String { String(decoding: message.body, as: UTF8.self) }
        var json: JSONValue { (try? JSONValue(parsing: ByteBuffer(bytes: message.body))) ?? .null }
        func field(_ name: String) -> String? {
            message.fields.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// One request with a key, or with the token.
    func ask(
        _ method: String, _ path: String, _ body: JSONValue? = nil, text: String? = nil, key: String? = nil,
        fields: [String] = [], host: String? = nil
    ) throws -> Reply {
        var fields = fields
        if !fields.contains(where: {
            $0.lowercased().hasPrefix("x-api-key") || $0.lowercased().hasPrefix("authorization")
        }) {
            fields.append("X-Api-Key: \(key ?? token)")
        }
        return try plain(method, path, text ?? body.map { JSONWriter.text($0) }, fields: fields, host: host)
    }

    /// One request as it stands.
    func plain(
        _ method: String, _ path: String, _ body: String? = nil, fields: [String] = [], host: String? = nil
    ) throws -> Reply {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: \(host ?? "127.0.0.1:\(server.port)")", "Connection: close"]
        lines += fields
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        let client = try RawClient(port: server.port)
        defer { client.connection.close() }
        // 50 MB take their time in a debug build among a thousand other tests.
        client.connection.patience = 120
        try client.send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8))
        let message = try client.readResponse(toHEAD: method == "HEAD")
        return Reply(status: message.status, message: message)
    }

    // MARK: Things to ask about

    /// A collection of two requests, the first with two examples.
    static let collection: JSONValue = [
        "info": [
            "_postman_id": "12ece9e1-2abf-4edc-8e34-de66e74114d2", "name": "Shop",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        ],
        "item": [
            [
                "name": "Show a user", "id": "a0000000-0000-4000-8000-000000000001",
                "request": [
                    "method": "GET", "header": [], "url": ["raw": "{{baseUrl}}/users/1", "path": ["users", "1"]],
                ],
                "response": [
                    [
                        "id": "b0000000-0000-4000-8000-000000000001", "name": "Carol", "code": 200, "status": "OK",
                        "header": [["key": "Content-Type", "value": "application/json"]],
                        "body": "{\"name\":\"Carol\"}",
                        "originalRequest": [
                            "method": "GET", "header": [],
                            "url": ["raw": "{{baseUrl}}/users/1", "path": ["users", "1"]],
                        ],
                    ],
                    [
                        "name": "Nobody", "code": 404, "status": "Not Found", "header": [], "body": "",
                        "originalRequest": ["method": "GET", "url": "{{baseUrl}}/users/2"],
                    ],
                ],
            ],
            [
                "name": "Folder",
                "item": [["name": "Plain", "request": ["method": "GET", "url": "{{baseUrl}}/x"], "response": []]],
            ],
        ],
        "variable": [["key": "baseUrl", "value": "https://api.example.com"]],
    ]

    /// Adds it, and gives its id.
    @discardableResult
    func addCollection(name: String = "Shop") throws -> String {
        let bytes = JSONWriter.bytes(Self.collection)
        var collection = try PostmanCollection(parsing: bytes, slug: "shop", file: "shop")
        collection.rename(to: name)
        return try CollectionCatalog(workspace).create(collection).id
    }

    @discardableResult
    func addMock(_ name: String, collection: String, _ change: (inout MockServer) -> Void = { _ in }) throws
        -> MockServer
    {
        var mock = MockServer(
            id: ItemID.make(), name: name, collection: collection, createdAt: .now(), owner: "1")
        change(&mock)
        return try MockFolder(workspace).create(mock, isOnly: false).mock
    }
}

/// The server that the API is beside.
final class LiveServer: AdminControl {
    struct State {
        var mode = Mode.replay
        var degraded: String?
        var metrics = ServerMetrics()
        var activity = ActivityCounts()
        var activityReads = 0
        var expectedChanges = 0
        var settings = ServerSettings()
        var authority: AdminAuthority?
        var upstream: String?
        /// What was sent to APIs, and how they answer; `nil` when nothing may leave the process.
        var sent: [(request: Exchange.Request, upstream: Upstream)] = []
        var answer: (@Sendable (Exchange.Request) -> (Exchange.Response?, UpstreamFailure?))?
    }
    let state = Mutex(State())

    func status() async throws -> AdminStatus {
        var status = AdminStatus()
        status.version = "1.2.3"
        let state = state.withLock { $0 }
        status.mode = state.mode
        status.degraded = state.degraded
        status.upstream = state.upstream
        return status
    }

    func setMode(_ mode: Mode) async throws {
        guard mode != .record else { throw AdminError(status: 409, message: "there is no upstream") }
        state.withLock { $0.mode = mode }
    }

    func sessionList() async throws -> [AdminSession] { [AdminSession(key: "", counts: .init())] }
    func resetSessions(_ key: String?) async throws -> Int { key == nil ? 2 : 1 }
    func removeSession(_ key: String) async throws -> Bool { key == "known" }
    func filesMayHaveChanged() { state.withLock { $0.expectedChanges += 1 } }
    var frontDoor: (host: String, port: Int) { ("127.0.0.1", 8080) }
    func url(of mock: MockServer) -> String {
        mock.hostLabel.isEmpty ? "http://127.0.0.1:8080/__mock/\(mock.id)" : "http://\(mock.hostLabel).localhost:8080"
    }
    func metrics() async throws -> ServerMetrics { state.withLock { $0.metrics } }
    var activity: ActivityCounts {
        state.withLock { state in
            state.activityReads += 1
            return state.activity
        }
    }
    var shownSettings: ServerSettings { state.withLock { $0.settings } }
    func authority() throws -> AdminAuthority? { state.withLock { $0.authority } }
    func makeAuthority() throws -> AdminAuthority {
        let made = AdminAuthority(
            name: "Made", fingerprint: "01:23", notBefore: Timestamp(isoText: "2026-11-20")!,
            notAfter: Timestamp(isoText: "2036-11-20")!, pem: "-----BEGIN CERTIFICATE-----\n")
        state.withLock { $0.authority = made }
        return made
    }
    func call(_ request: Exchange.Request, to upstream: Upstream) async throws -> Exchange {
        let answer = state.withLock { state in
            state.sent.append((request, upstream))
            return state.answer
        }
        guard let answer else { throw AdminError(status: 409, message: "nothing leaves this process") }
        var exchange = Exchange(
            startedAt: .now(), mode: .proxy, result: .passthrough, upstream: upstream.origin, request: request)
        (exchange.response, exchange.failure) = answer(request)
        return exchange
    }
}
