import Foundation
import TestSupport
import Testing

extension RealClients {
    @Suite struct `Libraries of other languages` {
        @Test(
            .enabled(
                if: ClientTool.hasAll() && ClientTool.pythonPackage("httpx") != nil,
                ClientTool.advice("Python's HTTP libraries")),
            arguments: [("requests", 30), ("httpx", 30), ("aiohttp", 48), ("urllib", 28)])
        func `Python`(library: String, least: Int) throws {
            let stage = try Stage.origin()
            let command = [PythonServer.python, Stage.program("python.py"), library] + stage.bases
            try stage.prove(library, command, least: least)
        }

        @Test(
            .enabled(if: ClientTool.hasAll() && ClientTool.node != nil, ClientTool.advice("Node 24")))
        func `Node: fetch and http.get`() throws {
            let stage = try Stage.origin()
            let node = try #require(ClientTool.node)
            try stage.prove("Node", [node, Stage.program("fetch.mjs")] + stage.bases, least: 46)
        }

        @Test(.enabled(if: ClientTool.hasAll("java", "javac"), ClientTool.advice("Java")))
        func `Java: HttpClient`() throws {
            let stage = try Stage.origin()
            let (compiler, classes) = (try #require(ClientTool.path("javac")), stage.folder.file("classes"))
            let compiling = try ChildProcess(compiler, ["-d", classes, Stage.program("Fetch.java")])
            try #require(try compiling.waitForExit(within: 60) == 0, "\(compiling.lines)")
            try stage.prove("Java", ["java", "-cp", classes, "Fetch"] + stage.bases, least: 44)
        }

        private static let swiftClients: Comment = "the Swift clients are not built: scripts/test --all builds them"

        @Test(
            .enabled(if: ClientTool.hasAll() && ClientTool.built("asynchttpclient-client") != nil, swiftClients))
        func `Swift: AsyncHTTPClient`() throws {
            let stage = try Stage.origin()
            let client = try #require(ClientTool.built("asynchttpclient-client"))
            try stage.prove("AsyncHTTPClient", [client] + stage.bases, least: 20)
        }

        /// On Linux it trusts the system's file of authorities and none that a variable names. `understudy ca install` adds
        /// ours; here another file takes its place for this process alone.
        @Test(
            .enabled(if: ClientTool.hasAll() && ClientTool.built("urlsession-client") != nil, swiftClients))
        func `Swift: URLSession`() throws {
            let stage = try Stage.origin()
            let client = try #require(ClientTool.built("urlsession-client"))
            let system = "/etc/ssl/certs/ca-certificates.crt"
            let script = #"mount --bind "$SSL_CERT_FILE" "$0" && exec "$@""#
            guard ClientTool.works("unshare", "-rm", "mount", "--bind", "/etc/hostname", system) else {
                print("URLSession over HTTPS is left out: no mount namespaces here")
                try stage.prove("URLSession", [client, stage.bases[0]], least: 11)
                return
            }
            let command = ["unshare", "-rm", "sh", "-c", script, system, client] + stage.bases
            try stage.prove("URLSession", command, least: 22)
        }
    }
}
