import Foundation
import TestSupport
import Testing
import UnderstudyCore

/// `understudy history`, driven as a user would.
@Suite struct `The history on the command line` {
    /// Five exchanges of every kind: 1 /users, 2 POST /users, 3 /missing, 4 /image, 5 /rude.
    private func workbench() throws -> Workbench {
        let bench = try Workbench()
        let requests: [String] = [
            .get("/users?page=2"), .post("/users", #"{"name":"x"}"#), .get("/missing"), .get("/image"), .get("/rude"),
        ]
        try bench.record(requests, from: try sampleOrigin())
        return bench
    }

    @Test func `lists the newest first, a line each`() throws {
        let bench = try workbench()
        let list = try bench.run("history")
        #expect(list.status == 0 && list.errors.isEmpty)
        #expect(list.lines.map { $0.prefix(2) } == ["5 ", "4 ", "3 ", "2 ", "1 "])
        #expect(list.lines[4].hasSuffix("/users?page=2") && list.lines[4].contains("GET   200"))
        #expect(!list.text.contains("\u{1B}"))
        let oldest = try bench.run("history", "ls", "--oldest-first")
        #expect(oldest.lines == list.lines.reversed())
    }

    @Test func `gives a page and says how to get the next`() throws {
        let bench = try workbench()
        let first = try bench.run("history", "ls", "--limit", "2")
        #expect(first.lines.count == 2)
        #expect(first.errorLines.count == 1 && first.errors.contains("--before 4"))
        let second = try bench.run("history", "ls", "--limit", "3", "--before", "4")
        #expect(second.lines.map { $0.prefix(1) } == ["3", "2", "1"] && second.errors.isEmpty)
        let json = try bench.run("history", "ls", "--limit", "2", "--json")
        #expect(json.lines.count == 2 && json.errors.isEmpty)
        #expect(try bench.run("history", "ls", "--limit", "0").lines.count == 5)
    }

    @Test func `prints JSON Lines`() throws {
        let lines = try workbench().run("history", "ls", "--json").jsonLines()
        #expect(lines.map { $0["id"]?.int } == [5, 4, 3, 2, 1])
        #expect(lines[4]["path"]?.text == "/users" && lines[4]["query"]?.text == "page=2")
        #expect(lines[3]["method"]?.text == "POST" && lines[3]["requestBytes"]?.int == 12)
        #expect(lines[2]["status"]?.int == 404 && lines[2]["failure"]?.isNull == true)
        #expect(lines.allSatisfy { $0["exampleState"]?.text == "written" && $0["totalMs"]?.double ?? 0 > 0 })
    }

    private static let searches: [([String], [Int])] = [
        (["--method", "post"], [2]),
        (["--status", "4xx"], [3]),
        (["--path", "/users"], [2, 1]),
        (["--search", "BELL"], [5]),
        (["--host", "127.*"], [5, 4, 3, 2, 1]),
        (["--since", "1h", "--path", "*mage"], [4]),
        (["--until", "1h"], []),
        (["--result", "recorded", "--status", ">=400"], [3]),
        (["--date", "1999-01-01"], []),
    ]

    @Test(arguments: searches)
    func `finds`(arguments: [String], ids: [Int]) throws {
        let bench = try Self.shared.get()
        let outcome = try bench.run(all: ["history", "ls", "--json"] + arguments)
        #expect(try outcome.jsonLines().map { $0["id"]?.int } == ids)
    }

    @Test(arguments: [
        ["--since", "soon"], ["--date", "2026-02-30"], ["--status", "many"], ["--result", "good"], ["--limit", "-1"],
    ])
    func `refuses what it does not understand in one line`(arguments: [String]) throws {
        let outcome = try Self.shared.get().run(all: ["history", "ls"] + [arguments.joined(separator: "=")])
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 1 && outcome.errors.contains("\(arguments[0]): '\(arguments[1])'"))
    }

    /// One recording for tests that only look.
    private static let shared = Result { try `The history on the command line`().workbench() }

    // MARK: show

    @Test func `shows both messages`() throws {
        let bench = try workbench()
        let outcome = try bench.run("history", "show", "2")
        #expect(outcome.status == 0)
        #expect(outcome.lines.contains("> POST /users HTTP/1.1") && outcome.lines.contains("< HTTP/1.1 200 OK"))
        #expect(
            outcome.lines.contains(#"  "name": "x""#) && outcome.lines.contains("recorded, in record mode") == false)
        #expect(outcome.text.contains("recorded, in record mode") && outcome.text.contains("first byte"))
        let rude = try bench.run("history", "show", "5", "--response")
        #expect(rude.lines.suffix(2) == ["red \u{FFFD}[31m and\ttab", "bell \u{FFFD}"])
        let image = try bench.run("history", "show", "4")
        #expect(image.text.contains("(256 B of image/png: the bytes are with 'understudy history show 4 --body')"))
    }

    @Test func `gives every byte on request`() throws {
        let bench = try workbench()
        #expect(try bench.run("history", "show", "4", "--body").output == Array(0...255))
        let raw = try bench.run("history", "show", "2", "--raw")
        let request = try bench.run("history", "show", "2", "--raw", "--request")
        let response = try bench.run("history", "show", "2", "--raw", "--response")
        #expect(raw.output == request.output + response.output)
        #expect(
            request.text.hasPrefix("POST /users HTTP/1.1\r\nHost: test\r\n")
                && request.text.hasSuffix("\r\n\r\n{\"name\":\"x\"}"))
        #expect(response.text == .answer(#"{"path": "/users", "list": [1, {"a": null}]}"#))
        let json = try bench.run("history", "show", "4", "--json").json()
        #expect(json["response"]?["body"]?["base64"]?.text == Data(0...255).base64EncodedString())
        #expect(json["request"]?["target"]?.text == "/image")
    }

    @Test(arguments: [["show", "99"], ["rm", "1", "99"], ["save", "99"]])
    func `says that there is no such exchange`(arguments: [String]) throws {
        let bench = try workbench()
        let outcome = try bench.run(all: ["history"] + arguments)
        #expect(outcome.status == 1 && outcome.errorLines.count == 1 && outcome.errors.contains("no exchange 99"))
        #expect(try bench.run("history", "ls").lines.count == 5)
    }

    @Test(arguments: [
        ["history"], ["history", "show", "1"], ["history", "prune", "--all"], ["history", "save", "1"], ["examples"],
    ])
    func `creates nothing where nothing is`(arguments: [String]) throws {
        let bench = try Workbench()
        let outcome = try bench.run(all: arguments)
        #expect(outcome.status == 1 && outcome.errorLines.count == 1 && outcome.errors.contains("recordings"))
        #expect(bench.names(in: bench.recording) == nil)
        try FileManager.default.createDirectory(atPath: bench.recording, withIntermediateDirectories: false)
        let empty = try bench.run(all: arguments)
        #expect(empty.status == 1 && empty.errorLines.count == 1)
        #expect(bench.names(in: bench.recording) == [])
    }

    // MARK: rm, prune, stats

    @Test func `removes what it is told to and says so`() throws {
        let bench = try workbench()
        let removed = try bench.run("history", "rm", "2", "4")
        #expect(removed.lines.count == 3 && removed.lines[2].hasPrefix("removed 2 exchanges"))
        let json = try bench.run("history", "rm", "1", "--json").json()
        #expect(json["ids"]?.elements?.map(\.int) == [1] && json["exchanges"]?.int == 1)
        #expect(try bench.run("history", "prune", "--keep", "1").text.hasPrefix("removed 1 exchange"))
        #expect(try bench.run("history", "ls", "--json").jsonLines().map { $0["id"]?.int } == [5])
        #expect(try bench.run("history", "prune", "--older-than", "1h", "--json").json()["exchanges"]?.int == 0)
        #expect(try bench.run("history", "prune", "--max-size", "0").text.hasPrefix("removed 1 exchange"))
        // Examples are not the history's.
        #expect(try bench.run("examples", "ls").lines.count == 5)
        let none = try bench.run("history")
        #expect(none.status == 0 && none.output.isEmpty && none.errorLines.count == 1)
    }

    @Test(arguments: [[], ["--keep", "1", "--all"], ["--older-than", "old"], ["--keep=-1"], ["--max-size", "big"]])
    func `prunes nothing unless told what`(arguments: [String]) throws {
        let bench = try Self.shared.get()
        let outcome = try bench.run(all: ["history", "prune"] + arguments)
        #expect(outcome.status == 1 && outcome.errorLines.count == 1)
        #expect(try bench.run("history", "ls").lines.count == 5)
    }

    @Test func `counts`() throws {
        let bench = try Self.shared.get()
        let json = try bench.run("history", "stats", "--json").json()
        #expect(json["exchanges"]?.int == 5 && json["incomplete"]?.int == 0)
        #expect(json["byStatus"]?.elements?.map { $0["name"]?.text } == ["2xx", "4xx"])
        #expect(try bench.run("history", "stats").lines.first == "exchanges  5")
    }
}
