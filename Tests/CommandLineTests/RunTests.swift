import Foundation
import TestSupport
import Testing
import UnderstudyCore

/// `understudy run`: the program is `sh`, and what it says about itself is what is looked at.
@Suite struct `A program that is run` {
    private let bench: Workbench
    init() throws { bench = try Workbench() }

    private func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
        try bench.run(all: ["run"] + arguments, environment: environment)
    }

    @Test func `has the proxy, the trust and all else in its environment, and the standard output for itself`() throws {
        let outcome = try run("--", "env", environment: ["NO_PROXY": "x.example", "MINE": "kept"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let values = Dictionary(
            outcome.lines.map { line in
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
            }
        ) { _, last in last }
        let url = try #require(values["UNDERSTUDY_URL"])
        #expect(url.wholeMatch(of: /http:\/\/127\.0\.0\.1:[1-9][0-9]*/) != nil)
        for name in ["HTTP_PROXY", "https_proxy", "ALL_PROXY"] { #expect(values[name] == url) }
        let folder = bench.folder.file(".local/share/understudy")
        #expect(values["CURL_CA_BUNDLE"] == "\(folder)/bundle.pem")
        #expect(values["NODE_EXTRA_CA_CERTS"] == "\(folder)/ca.pem")
        #expect(values["NO_PROXY"] == "x.example" && values["MINE"] == "kept")
        #expect(values["JAVA_TOOL_OPTIONS"]?.contains("\(folder)/truststore.jks") == true)
        for file in ["ca.pem", "ca-key.pem", "bundle.pem", "truststore.jks"] {
            #expect(FileManager.default.fileExists(atPath: "\(folder)/\(file)"))
        }
        #expect(outcome.errorLines.allSatisfy { $0.hasPrefix("understudy: ") }, "\(outcome.errors)")
    }

    @Test func `names its session, or what the proxy asks for, in the proxy's address`() throws {
        #expect(try run("--session", "a b", "--", "sh", "-c", "echo $http_proxy").text.hasPrefix("http://a%20b:x@127"))
        let guarded = try run("--proxy-auth", "ada:secret", "--", "sh", "-c", "echo $http_proxy")
        #expect(guarded.text.hasPrefix("http://ada:secret@127"))
    }

    @Test(arguments: [
        (["sh", "-c", "exit 0"], 0), (["sh", "-c", "exit 7"], 7), (["sh", "-c", "exit 255"], 255),
        (["sh", "-c", "kill -9 $$"], 137), (["sh", "-c", "kill -TERM $$"], 143),
        // As in a shell: a closed pipe ends a program, although we ignore it.
        (["sh", "-c", "kill -PIPE $$"], 141), (["no-such-program"], 127), (["./no/such"], 127), (["/etc/passwd"], 126),
        (["/etc"], 126),
    ])
    func `gives its exit status`(command: [String], status: Int) throws {
        let outcome = try bench.run(all: ["run", "-q", "--"] + command)
        #expect(outcome.status == Int32(status), "\(outcome.errors)")
        #expect((outcome.errorLines.count == 1) == [126, 127].contains(status), "\(outcome.errors)")
    }

    @Test func `gets its arguments as they are, and its own options`() throws {
        #expect(try run("--", "printf", "%s|", "a b", "--mode", "", "-q", "--", "$x").text == "a b|--mode||-q|--|$x|")
        #expect(try run("printf", "%s|", "--mode", "x").text == "--mode|x|")
    }

    @Test func `without a first line is the shell's`() throws {
        try bench.folder.write("echo I am $0 with $1\n", to: "script")
        chmod(bench.folder.file("script"), 0o755)
        #expect(try run("--", "./script", "this").text == "I am ./script with this\n")
    }

    @Test func `reads our standard input`() throws {
        let shell = try ChildProcess(
            "/bin/sh", ["-c", "printf 'a\\nb' | '\(BuiltProduct.understudy)' run -q -- cat"],
            environment: bench.environment(), folder: bench.folder.path)
        #expect(try shell.waitForExit(within: 30) == 0)
        #expect(shell.lines == ["a", "b"])
    }

    @Test(arguments: [
        (["run"], "no program to run"), (["run", "--"], "no program to run"), (["run", "--moed", "x"], "'--moed'"),
        (["run", "--mode", "loud", "--", "true"], "--mode: 'loud' is not one of"),
        (["run", "--port", "70000", "--", "true"], "--port"),
    ])
    func `is not run when the command line is wrong`(arguments: [String], message: String) throws {
        let outcome = try bench.run(all: arguments)
        #expect(outcome.status == 1 && outcome.errors.contains(message), "\(outcome.errors)")
        #expect(bench.names(in: bench.recording) == nil)
    }

    @Test func `is not run without an authority`() throws {
        #expect(try bench.run("ca", "path").status == 0)
        chmod(bench.folder.file(".local/share/understudy/ca-key.pem"), 0o644)
        let outcome = try run("--", "echo", "ran")
        #expect(outcome.status == 2 && outcome.output.isEmpty && outcome.errors.contains("chmod 600"))
        #expect(bench.names(in: bench.recording) == nil)
    }

    // MARK: Replay

    private func ask(_ paths: String...) -> [String] {
        let script = paths.map { "curl -s --noproxy '*' $UNDERSTUDY_URL\($0)" }.joined(separator: "\necho\n")
        return ["sh", "-c", "\(script)\necho"]
    }

    /// - Returns: the origin's address.
    @discardableResult private func recordSample() throws -> String {
        let origin = try sampleOrigin()
        let outcome = try bench.run(
            all: ["run", "--mode", "record", "--upstream", "http://127.0.0.1:\(origin.port)", "--"]
                + ask("/a", "/b", "/c", "/d"))
        #expect(outcome.status == 0 && outcome.lines.count == 4, "\(outcome.errors)")
        #expect(outcome.errorLines == ["understudy: 4 requests: 0 replayed, 4 recorded, 0 missed"])
        #expect(origin.requests.count == 4)
        return "http://127.0.0.1:\(origin.port)"
    }

    @Test func `is told of what was missed and what was never used`() throws {
        let base = try recordSample()
        let good = try bench.run(all: ["run", "--mode", "replay", "--"] + ask("/a", "/a", "/a", "/b"))
        #expect(good.status == 0)
        #expect(
            good.errorLines == [
                "understudy: 4 requests: 4 replayed, 0 missed",
                "understudy: 2 of 4 examples never used: GET \(base)/c, GET \(base)/d",
            ], "\(good.errors)")

        let bad = try bench.run(all: ["run", "--mode", "replay", "--"] + ask("/a", "/z", "/z", "/b?x=1"))
        #expect(bad.status == 3)
        #expect(bad.errorLines.contains("understudy: missed GET /z (2 times)"), "\(bad.errors)")
        #expect(bad.errorLines.contains("understudy: missed GET /b?x=1"))
        #expect(bad.errorLines.contains("understudy:     mend: understudy run --mode auto -- PROGRAM"), "it has lines")
        #expect(bad.errorLines.contains("understudy: 4 requests: 1 replayed, 3 missed"))
        #expect(bad.errorLines.last?.hasPrefix("understudy: 3 of 4 examples never used: GET \(base)/b, ") == true)

        let json = try bench.run(all: ["run", "--mode", "replay", "--json", "--"] + ask("/z"))
        let report = try JSONValue(parsing: json.errors)
        #expect(report["missed"]?.int == 1 && report["misses"]?.elements?.count == 1)
        #expect(report["misses"]?.elements?.first?["target"]?.text == "/z")
    }

    @Test func `fails by its misses alone when it did not fail by itself`() throws {
        try recordSample()
        let miss = ask("/z")
        let failing = ["sh", "-c", miss[2] + "; exit 9"]
        #expect(try bench.run(all: ["run", "--mode", "replay", "--"] + miss).status == 3)
        #expect(try bench.run(all: ["run", "--mode", "replay", "--"] + failing).status == 9)
        #expect(try bench.run(all: ["run", "--mode", "replay", "--allow-misses", "--"] + miss).status == 0)
        #expect(
            try bench.run(
                all: ["run", "--mode", "replay", "--"] + miss, environment: ["UNDERSTUDY_ALLOW_MISSES": "1"]
            ).status == 0)
        let quiet = try bench.run(all: ["run", "-q", "--mode", "replay", "--"] + miss)
        #expect(quiet.errorLines.first == "understudy: missed GET /z", "what went wrong is said nevertheless")
    }

    @Test func `is replayed in CI unless somebody says otherwise`() throws {
        let none = try run("--", "echo", "ran", environment: ["CI": "true"])
        #expect(none.status == 2 && none.output.isEmpty && none.errors.contains("CI is set"), "\(none.errors)")
        try recordSample()
        let files = bench.names(in: "\(bench.recording)/collections")
        let replayed = try bench.run(all: ["run", "--"] + ask("/z"), environment: ["CI": "true"])
        #expect(replayed.status == 3)
        let origin = try sampleOrigin()
        let arguments = ["--upstream", "http://127.0.0.1:\(origin.port)", "--"] + ask("/z")
        #expect(
            try bench.run(all: ["run"] + arguments, environment: ["UNDERSTUDY_MODE": "spy", "CI": "true"]).status == 0)
        #expect(origin.requests.count == 1)
        #expect(bench.names(in: "\(bench.recording)/collections") == files)
        #expect(try bench.run(all: ["run", "--mode", "auto"] + arguments, environment: ["CI": "true"]).status == 0)
        #expect(try bench.run(all: ["run", "--"] + ask("/z"), environment: ["CI": "true"]).status == 0)
    }
}
