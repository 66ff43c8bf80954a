import Foundation
import TestSupport
import Testing

extension RealClients {
    @Suite struct `Libraries of other languages` {
        @Test(
            .enabled(
                if: ClientTool.hasAll() && ClientTool.pythonPackage("httpx") != nil,
                ClientTool.advice("Python's HTTP libraries")), .timeLimit(.minutes(3)),
            arguments: [("requests", 30), ("httpx", 30), ("aiohttp", 48), ("urllib", 28)])
        func `Python`(library: String, least: Int) throws {
            let stage = try Stage.origin()
            let command = [PythonServer.python, Stage.program("python.py"), library] + stage.bases
            try stage.prove(library, command, least: least)
        }

        @Test(
            .enabled(if: ClientTool.hasAll() && ClientTool.node != nil, ClientTool.advice("Node 24")),
            .timeLimit(.minutes(3)))
        func `Node: fetch and http.get`() throws {
            let stage = try Stage.origin()
            let node = try #require(ClientTool.node)
            try stage.prove("Node", [node, Stage.program("fetch.mjs")] + stage.bases, least: 46)
        }

        @Test(.enabled(if: ClientTool.hasAll("java", "javac"), ClientTool.advice("Java")), .timeLimit(.minutes(3)))
        func `Java: HttpClient`() throws {
            let stage = try Stage.origin()
            let (compiler, classes) = (try #require(ClientTool.path("javac")), stage.folder.file("classes"))
            let compiling = try ChildProcess(compiler, ["-d", classes, Stage.program("Fetch.java")])
            try #require(try compiling.waitForExit(within: 60) == 0, "\(compiling.lines)")
            try stage.prove("Java", ["java", "-cp", classes, "Fetch"] + stage.bases, least: 44)
        }

        @Test(
            .enabled(
                if: ClientTool.hasAll() && ClientTool.built("urlsession-client") != nil,
                "the Swift clients are not built: scripts/test --all builds them"), .timeLimit(.minutes(3)),
            arguments: [("urlsession-client", 22), ("asynchttpclient-client", 20)])
        func `Swift`(client: String, least: Int) throws {
            let stage = try Stage.origin()
            try stage.prove(client, [try #require(ClientTool.built(client))] + stage.bases, least: least)
        }
    }
}
