import Foundation
import TestSupport
import Testing
import UnderstudyCore

/// The matching flags, their twins, and what is said when one is wrong.
@Suite struct `Matching flags` {
    private func workbench() throws -> Workbench {
        let bench = try Workbench()
        try bench.record([.get("/users?page=1"), .get("/items/1")], from: try sampleOrigin())
        return bench
    }

    @Test(arguments: [
        (["--profile", "loose"], "--profile: 'loose' is not one of strict, postman"),
        (["--repeats", "often"], "--repeats: 'often' is not one of sequence, cycle, once, first, last, causal, tie"),
        (["--seed", "-1"], "Missing value for '--seed <seed>'"),
        (["--seed", "x"], "--seed: 'x' is not a whole number from 0"),
        (["--ignore", "cookie:a"], "--ignore: “cookie:a” is none of header:NAME"),
        (["--ignore", "query:a,json:b"], "--ignore: json:b: a path begins with $"),
        (["--match-headers", "A,B C"], "--match-headers: 'B C' is not the name of a field"),
        (["--environment", "none.json"], "--environment: 'none.json' is not a file that can be read"),
        (["--no-derive", "head,tail"], "--no-derive: 'tail' is not one of head, range, conditional, encoding, all"),
    ])
    func `a wrong value is named with what is expected`(flags: [String], message: String) throws {
        let bench = try workbench()
        let outcome = try bench.run(all: ["replay"] + flags)
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test(arguments: [
        ("ignore: [header:X, 'cookie:a']", "understudy.yaml: ignore: “cookie:a” is none of"),
        ("ignore:\n  - header: X", "takes a list of values, not of groups"),
        ("match-body: perhaps", "understudy.yaml: match-body: 'perhaps' is not true or false"),
        ("match-bdy: true", "did you mean 'match-body'?"),
    ])
    func `so it is in the file`(text: String, message: String) throws {
        let bench = try workbench()
        try bench.folder.write(text + "\n", to: "understudy.yaml")
        let outcome = try bench.run("replay")
        #expect(outcome.status == 1 && outcome.errorLines.count == 1)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    /// Each asks for something that no recorded request is exactly.
    @Test(arguments: [
        ("/users?page=2", [], 404), ("/users?page=2", ["--ignore", "query:page"], 200),
        ("/users?page=2", ["--no-match-query"], 200), ("/users/?page=1", [], 404),
        ("/users/?page=1", ["--profile", "postman"], 200), ("/items/2", ["--profile", "postman"], 200),
        ("/items/2", ["--profile", "postman", "--no-fuzzy"], 404),
    ])
    func `replay matches as it is told`(target: String, flags: [String], status: Int) throws {
        let bench = try workbench()
        let child = try ChildProcess(
            BuiltProduct.understudy, ["replay", "--port", "0", "--admin-port", "0"] + flags,
            environment: bench.environment(), folder: bench.folder.path)
        let server = try RunningServer(child)
        #expect(try server.exchange(.get(target)).status == status)
        try server.stop()
    }

    @Test func `flag, environment and file have one name, and the nearer one wins`() throws {
        let bench = try workbench()
        func status(_ flags: [String], _ environment: [String: String], _ file: String) throws -> Int {
            try bench.folder.write(file + "\n", to: "understudy.yaml")
            let child = try ChildProcess(
                BuiltProduct.understudy, ["replay", "--port", "0", "--admin-port", "0"] + flags,
                environment: bench.environment(environment), folder: bench.folder.path)
            let server = try RunningServer(child)
            defer { try? server.stop() }
            return try server.exchange(.get("/users?page=2&n=1")).status
        }
        #expect(try status([], [:], "ignore: [query:page, query:n]") == 200)
        #expect(try status([], [:], "ignore: query:page,query:n") == 200)
        #expect(try status([], ["UNDERSTUDY_IGNORE": "query:page query:n"], "") == 200)
        #expect(try status([], ["UNDERSTUDY_IGNORE": "query:page"], "ignore: [query:page, query:n]") == 404)
        #expect(try status(["--ignore", "query:page,query:n"], ["UNDERSTUDY_IGNORE": "query:page"], "") == 200)
        #expect(try status([], [:], "profile: postman\nno-match-query: true") == 200)
    }
}
