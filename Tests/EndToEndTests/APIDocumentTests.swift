import Foundation
import TestSupport
import Testing

/// Schemathesis asks the real program whatever the API's document allows, and what it does not: no answer may be a fault of
/// the server, or one that is not documented. <https://schemathesis.readthedocs.io>
@Suite struct `The management API's document` {
    private static let tool = Program.packageRoot + "/.build-venv/bin/st"

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: tool), "no schemathesis here: run scripts/test once"),
        .timeLimit(.minutes(10)))
    func `holds whatever is asked`() throws {
        let folder = try TemporaryFolder()
        let server = try Understudy(["proxy", "--admin-rate-limit", "0"], in: folder)
        defer { _ = try? server.stop() }
        let key = try Program.run(["key", "create", "tests", "--role", "super-admin", "--dir", server.dir], in: folder)
        let secret = try #require(key.lines.first { $0.hasPrefix("PMAK-") })
        // Something to be found.
        let made = try Program.run(
            ["mock", "create", "shop", "--request", "GET /users/1", "--body", "hello", "--dir", server.dir, "--json"],
            in: folder)
        struct Mock: Decodable { var id, collection: String }
        let mock = try JSONDecoder().decode(Mock.self, from: Data(made.lines.joined(separator: "\n").utf8))
        struct Lock: Decodable { var admin: String }
        let lock = try JSONDecoder().decode(
            Lock.self, from: Data(contentsOf: URL(fileURLWithPath: server.workspace + "/.lock")))
        // Numbers that exist, so that more than refusals are seen. A list is tried one after the other.
        try folder.write(
            """
            [parameters]
            "path.mockId" = ["\(mock.id)", "nobody"]
            "path.collectionId" = ["\(mock.collection)", "nobody"]
            """, to: "schemathesis.toml")
        let child = try ChildProcess(
            Self.tool,
            [
                "run", "http://\(lock.admin)/api/v1/openapi.json", "--header", "X-Api-Key: \(secret)", "--checks",
                "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
                // Events never end.
                "--exclude-path", "/api/v1/events", "--phases", "coverage,fuzzing", "--max-examples", "6", "--seed",
                "1", "--generation-deterministic", "--no-color",
            ], environment: Program.environment([:], home: folder.path), folder: folder.path)
        let status = try child.waitForExit(within: 480)
        let said = child.lines.suffix(80).joined(separator: "\n")
        #expect(status == 0, "\(said)")
        #expect(child.lines.contains { $0.contains("generated") })
        // It is still there, and all it was given was taken for data.
        #expect(try server.status().mode.isEmpty == false)
    }
}
