import Testing

@testable import UnderstudyCLI

@Suite struct `Which browser is started` {
    private func commands(_ environment: [String: String], isMac: Bool = false) -> [[String]] {
        Browser.commands(for: "http://h/#/a", environment: environment, isMac: isMac)
    }

    @Test func `BROWSER first, then the system's where there is a screen`() {
        #expect(commands([:]) == [])
        #expect(commands([:], isMac: true) == [["open", "http://h/#/a"]])
        #expect(commands(["DISPLAY": ":0"]) == [["xdg-open", "http://h/#/a"]])
        #expect(commands(["WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ""]) == [["xdg-open", "http://h/#/a"]])
        #expect(commands(["DISPLAY": ""]) == [])
        #expect(
            commands(["BROWSER": "firefox:chromium --app=%s &: :w3m -x", "DISPLAY": ":0"]) == [
                ["firefox", "http://h/#/a"], ["chromium", "--app=http://h/#/a"], ["w3m", "-x", "http://h/#/a"],
                ["xdg-open", "http://h/#/a"],
            ])
    }
}
