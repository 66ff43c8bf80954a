import Foundation
import Testing
import UnderstudyCore

@testable import UnderstudyCLI

/// What people type as a time. Zones only where they are written, so the test's own zone does not matter.
@Suite struct `A time on the command line` {
    private let now = Timestamp(microseconds: 1_000_000_000_000_000)

    private static let understood: [(String, Int64)] = [
        ("2026-05-31T14:00:00Z", 1_780_236_000_000_000),
        ("2026-05-31t14:00:00.25z", 1_780_236_000_250_000),
        ("2026-05-31T14:00:00.1234567Z", 1_780_236_000_123_456),
        ("2026-05-31T16:00:00+02:00", 1_780_236_000_000_000),
        ("2026-05-31 09:30:00-04:30", 1_780_236_000_000_000),
        ("2024-02-29T00:00Z", 1_709_164_800_000_000),
        ("30s", 999_999_970_000_000),
        ("10m", 999_999_400_000_000),
        ("2h", 999_992_800_000_000),
        ("7d", 999_395_200_000_000),
    ]

    @Test(arguments: understood)
    func `is understood`(text: String, microseconds: Int64) {
        #expect(TimeInput.timestamp(text, now: now)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "yesterday", "10", "m", "-5m", "1.5h", "99999999999999d", "2026-02-30", "2026-13-01", "2026-5-1",
        "26-05-01",
        "2026-05-31T", "2026-05-31T25:00Z", "2026-05-31T14:60Z", "2026-05-31T14:00+2", "2026-05-31x14:00", "٣m",
    ])
    func `is refused`(text: String) {
        #expect(TimeInput.timestamp(text, now: now) == nil)
    }

    @Test func `without a zone is local`() throws {
        let day = try #require(TimeInput.timestamp("2026-05-31"))
        #expect(Clock.local(day) == "2026-05-31 00:00:00")
        let moment = try #require(TimeInput.timestamp("2026-05-31 14:15:16"))
        #expect(Clock.local(moment) == "2026-05-31 14:15:16")
    }

    @Test func `a day goes from midnight to midnight`() throws {
        let day = try #require(TimeInput.day("2026-12-31"))
        #expect(Clock.local(day.lowerBound) == "2026-12-31 00:00:00")
        #expect(Clock.local(day.upperBound) == "2027-01-01 00:00:00")
        #expect(TimeInput.day("2026-12-31 10:00") == nil)
    }
}

@Suite struct `Small things on the terminal` {
    @Test func `a table aligns what it shows, not its colours`() {
        var table = Table([.right, .left])
        table.add(["1", Paint(isOn: true).status("200", code: 200), "a"])
        table.add(["20", "dns_error", ""])
        #expect(table.lines == [" 1  \u{1B}[32m200\u{1B}[0m        a", "20  dns_error"])
    }

    @Test(arguments: [("/users", true), ("GET /U*7", true), ("*", true), ("post", false), ("7*users", false)])
    func `a pattern finds its parts in order`(pattern: String, isFound: Bool) {
        #expect(Glob(pattern).finds("GET /users/7") == isFound)
    }

    @Test(arguments: [("api.example.com-8080", true), ("", false), (".x", false), ("a/b", false), ("ä", false)])
    func `a collection's name is safe as a file name`(name: String, isValid: Bool) {
        #expect(CollectionName.isValid(name) == isValid)
    }

    @Test func `the editor is the one that is wanted`() {
        #expect(Editor.command(environment: ["VISUAL": "v", "EDITOR": "e"], hasTerminal: false) == "v")
        #expect(Editor.command(environment: ["VISUAL": "", "EDITOR": "e"], hasTerminal: true) == "e")
        #expect(Editor.command(environment: [:], hasTerminal: true) == "vi")
        #expect(Editor.command(environment: [:], hasTerminal: false) == nil)
    }
}
