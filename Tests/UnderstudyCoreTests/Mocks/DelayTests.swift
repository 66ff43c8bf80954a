import NIOCore
import Testing
import TestSupport

@testable import UnderstudyCore

@Suite struct `Delays` {
    @Test(arguments: [
        ("none", "null"), ("2g", #"{"type":"fixed","preset":"1","duration":300}"#),
        ("3g", #"{"type":"fixed","preset":"2","duration":100}"#), ("250", #"{"type":"fixed","duration":250}"#),
        ("180000", #"{"type":"fixed","duration":180000}"#), ("5..10", #"{"type":"uniform","min":5,"max":10}"#),
        ("normal:200,50.5", #"{"type":"normal","mean":200,"deviation":50.5}"#),
        ("lognormal:90.5,0.25", #"{"type":"lognormal","median":90.5,"sigma":0.25}"#),
    ])
    func `are read and written`(text: String, json: String) throws {
        let delay = try #require(Delay(text: text))
        #expect("\(delay)" == text)
        #expect(JSONWriter.text(delay.json) == json)
        #expect(Delay(json: delay.json) == delay)
        #expect(Delay(text: text.uppercased()) == delay)
    }

    @Test(arguments: [
        "", "-1", "180001", "10..5", "1..180001", "4g", "normal:1", "normal:-1,2", "lognormal:5,11", "1.5", "..",
    ])
    func `what is none`(text: String) { #expect(Delay(text: text) == nil) }

    @Test(arguments: [
        "{}", "[]", "true", #"{"type":"fixed"}"#, #"{"type":"fixed","duration":-1}"#,
        #"{"type":"uniform","min":2,"max":1}"#, #"{"type":"normal","mean":1e9,"deviation":0}"#, #"{"type":"x"}"#,
    ])
    func `what is none in JSON`(text: String) throws {
        #expect(Delay(json: try JSONValue(parsing: .init(string: text))) == nil)
    }

    @Test func `are drawn from what they say`() {
        var random = SeededNumbers(7)
        func draws(_ delay: Delay) -> [Int] { (0..<4000).map { _ in delay.milliseconds(using: &random) }.sorted() }
        let uniform = draws(.uniform(10...13))
        #expect(Set(uniform) == [10, 11, 12, 13])
        let normal = draws(.normal(mean: 1000, deviation: 100))
        #expect(abs(normal[2000] - 1000) < 15 && abs(normal[3364] - 1100) < 15 && abs(normal[636] - 900) < 15)
        let lognormal = draws(.lognormal(median: 1000, sigma: 0.5))
        #expect(abs(lognormal[2000] - 1000) < 50 && abs(lognormal[3364] - 1649) < 100 && lognormal[0] > 0)
        let wild = draws(.lognormal(median: 100_000, sigma: 10))
        #expect(wild.last == Delay.limit && wild[0] >= 0)
        #expect(Set(draws(.normal(mean: 0, deviation: 1))).isSubset(of: Set(0...6)))
    }
}

@Suite struct `Times as text` {
    @Test(arguments: [
        ("2026-11-21T08:26:07.675Z", 1_795_249_567_675), ("1970-01-01T00:00:00.000Z", 0),
        ("2000-02-29T23:59:59.999Z", 951_868_799_999), ("1969-12-31T23:59:59.999Z", -1),
        ("2100-03-01T00:00:00.000Z", 4_107_542_400_000),
    ])
    func `round trip`(text: String, milliseconds: Int64) {
        #expect(Timestamp(microseconds: milliseconds * 1000).isoText == text)
        #expect(Timestamp(isoText: text)?.microseconds == milliseconds * 1000)
    }

    @Test(arguments: [
        ("2026-11-21", "2026-11-21T00:00:00.000Z"), ("2026-11-21T08:26Z", "2026-11-21T08:26:00.000Z"),
        ("2026-11-21 08:26:07", "2026-11-21T08:26:07.000Z"),
        ("2026-11-21T08:26:07.1+02:00", "2026-11-21T06:26:07.100Z"),
        ("2026-01-01T00:30:00-01:00", "2026-01-01T01:30:00.000Z"),
    ])
    func `other spellings`(text: String, same: String) { #expect(Timestamp(isoText: text)?.isoText == same) }

    @Test(arguments: [
        "", "2026", "2026-02-29", "2026-13-01", "2026-00-10", "2026-11-21T", "2026-11-21T24:00:00Z",
        "2026-11-21T08:26:07.Z",
        "2026-11-21T08:26:07Zx", "2026-11-21T08:26:07+2:00", "26-11-21", "2026-11-31",
    ])
    func `no time`(text: String) { #expect(Timestamp(isoText: text) == nil) }
}
