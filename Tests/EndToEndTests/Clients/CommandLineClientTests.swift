import Testing

extension RealClients {
    @Suite struct `Programs for the command line` {
        @Test(.enabled(if: ClientTool.hasAll("curl"), ClientTool.advice("curl")))
        func `curl: absolute addresses, tunnels, uploads, HTTP/1.0`() throws {
            let stage = try Stage.origin()
            let transcript = try stage.prove("curl", ["bash", Stage.program("curl.sh")] + stage.bases, least: 55)
            // Three requests on one connection, as a client of the API itself has it.
            #expect(transcript.filter { $0.hasSuffix("1 connections, 200") }.count == 2)
        }

        @Test(.enabled(if: ClientTool.hasAll("wget"), ClientTool.advice("wget")))
        func `wget: downloads, posts, cookies, a tree of files`() throws {
            let stage = try Stage.origin("tree")
            try stage.prove("wget", ["bash", Stage.program("wget.sh")] + stage.bases, least: 50)
        }

        @Test(.enabled(if: ClientTool.hasAll("git"), ClientTool.advice("git")))
        func `git: clone, fetch, shallow clone, ls-remote`() throws {
            let stage = try Stage.origin("git")
            try stage.prove("git", ["bash", Stage.program("git.sh")] + stage.bases, least: 100)
            #expect(stage.requests.filter { $0.hasSuffix("git-upload-pack") && $0.hasPrefix("POST") }.count >= 8)
        }
    }
}
