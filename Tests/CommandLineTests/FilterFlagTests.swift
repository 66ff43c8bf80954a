import Foundation
import TestSupport
import Testing
import UnderstudyCore

/// `--include`, `--exclude` and `--record-if`, in their three places.
@Suite struct `What becomes an example` {
    private let bench: Workbench
    private let origin: RawOrigin

    init() throws {
        bench = try Workbench()
        origin = try sampleOrigin()
    }

    /// Records what `sampleOrigin` has and tells which paths became examples.
    private func examples(_ arguments: [String], environment: [String: String] = [:]) throws -> [String] {
        let child = try ChildProcess(
            BuiltProduct.understudy,
            ["record", "http://127.0.0.1:\(origin.port)", "--port", "0", "--admin-port", "0"] + arguments,
            environment: bench.environment(environment), folder: bench.folder.path)
        let server = try RunningServer(child)
        for request in [String.get("/users"), .post("/users", "{}"), .get("/missing"), .get("/image")] {
            #expect(try server.exchange(request).status > 0)
        }
        try server.stop()
        let listed = try bench.run("history", "ls", "--oldest-first", "--json").jsonLines()
        #expect(listed.count == 4 && origin.requests.count == 4, "all of it is forwarded and kept")
        return listed.filter { entry in
            let isExample = entry["exampleState"]?.text == "written"
            #expect(entry["result"]?.text == (isExample ? "recorded" : "passthrough"))
            return isExample
        }.map { "\($0["method"]?.text ?? "") \($0["path"]?.text ?? "")" }
    }

    @Test func `is said by flags`() throws {
        let arguments = [
            "--include", "/users", "--include", "127.0.0.1/*", "--exclude", "POST /users", "--record-if", "status<400",
            "--record-if", "!type=image/*",
        ]
        #expect(try examples(arguments) == ["GET /users"])
        #expect(try bench.run("examples", "--json").lines.count == 1)
    }

    @Test func `is said by the environment`() throws {
        let environment = [
            "UNDERSTUDY_INCLUDE": "POST 127.0.0.1/users,/image", "UNDERSTUDY_RECORD_IF": "size<1KB && status = 2xx",
        ]
        #expect(try examples([], environment: environment) == ["POST /users", "GET /image"])
    }

    @Test func `is said by the file`() throws {
        let text = """
            exclude: [GET /users, "*/image"]
            record-if: "status=404 || method=POST"
            """
        try text.write(toFile: bench.folder.file("understudy.yaml"), atomically: true, encoding: .utf8)
        #expect(try examples([]) == ["POST /users", "GET /missing"])
    }

    @Test(arguments: [
        (
            ["--record-if", "status<500 && foo=1"],
            "--record-if: 'status<500 && foo=1': character 15: 'foo' is not one of"
        ),
        (["--include", "https://api.example.com"], "--include: 'https://api.example.com': it has a scheme"),
    ])
    func `is refused with the place of the fault`(arguments: [String], message: String) throws {
        let outcome = try bench.run(all: ["record", "http://127.0.0.1:1", "--port", "0"] + arguments)
        #expect(outcome.status == 1 && outcome.errors.contains(message), "\(outcome.errors)")
    }
}
