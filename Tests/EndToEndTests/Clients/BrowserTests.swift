import Testing

extension RealClients {
    @Suite struct `Browsers` {
        @Test(
            .enabled(if: ClientTool.hasAll("chromium", "certutil"), ClientTool.advice("chromium with libnss3-tools")))
        func `Chromium: a page of thirty resources`() throws {
            let stage = try Stage.origin()
            let secure = try #require(stage.bases.last)
            let command = ["bash", Stage.program("chromium.sh"), secure, "chromium", Program.path]
            let page = try stage.prove("Chromium", command, least: 10).joined()
            #expect(page.contains("<title>done</title>"))
            #expect(page.contains("fetched 4: 200"))
            // The page and each of its resources once.
            #expect(Set(stage.requests).count == 31)
            #expect(stage.requests.count == 31, "\(stage.requests)")
        }
    }
}
