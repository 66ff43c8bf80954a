import Foundation
import TestSupport
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

        @Test(.enabled(if: ClientTool.hasAll("chromium"), ClientTool.advice("chromium")))
        func `Chromium: a page of another origin calls a mock server`() throws {
            let folder = try TemporaryFolder()
            let made = try Program.run(
                [
                    "mock", "create", "shop", "--request", "POST /orders/{{id}}", "--status", "201", "--header",
                    "Content-Type: application/json", "--header", "X-Total: 3", "--body", #"{"order": {{id}}}"#,
                ], in: folder)
            #expect(made.status == 0, "\(made.lines)")
            let server = try Understudy(["serve"], in: folder)
            // The field and the content's type make the browser ask beforehand (a preflight).
            let script = """
                fetch("http://shop.localhost:\(server.port)/orders/7", {
                    method: "POST", headers: {"Content-Type": "application/json", "X-Custom": "yes"}, body: '{"n": 1}'
                }).then(async answer => {
                    document.title = answer.status + " " + answer.headers.get("X-Total") + " " + await answer.text();
                }, error => { document.title = "failed: " + error; });
                """
            let page = "<!doctype html><title>waiting</title><script>\(script)</script>"
            let site = try RawOrigin(responses: [
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(page.utf8.count)\r\n\r\n\(page)"
            ])
            let browser = try ChildProcess(
                "/bin/sh",
                [
                    "-c", #"exec chromium "$@" 2>chromium.log"#, "sh", "--headless", "--no-sandbox", "--disable-gpu",
                    "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                    "--disable-component-update", "--disable-sync", "--no-proxy-server",
                    "--user-data-dir=\(folder.file("profile"))", "--virtual-time-budget=10000", "--dump-dom",
                    "http://127.0.0.1:\(site.port)/",
                ], environment: Program.environment(["TMPDIR": "."], home: folder.path), folder: folder.path)
            #expect(try browser.waitForExit(within: 60) == 0)
            let title = browser.lines.joined().firstMatch(of: /<title>(.*)<\/title>/)?.output.1
            #expect(title == #"201 3 {"order": 7}"#, "\(browser.lines)")
            try server.stop()
        }
    }
}
