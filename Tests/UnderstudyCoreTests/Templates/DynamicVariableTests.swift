import Foundation
import Testing

@testable import UnderstudyCore

/// Names and formats are the contract; see `DynamicFormats` and `DynamicValues`.
@Suite struct `Dynamic variables` {
    /// 21 November 2026, 08:26:07.675 UTC.
    static let clock = Timestamp(microseconds: 1_795_249_567_675_000)

    private func generator(_ seed: UInt64? = 1, stream: UInt64 = 0) -> ValueGenerator {
        ValueGenerator(seed: seed, stream: stream, now: Self.clock)
    }

    @Test func `there are 118, each with a format`() {
        #expect(DynamicVariable.allCases.count == 118)
        #expect(Set(DynamicFormats.all.map(\.name)) == Set(DynamicVariable.allCases.map(\.name)))
        #expect(DynamicFormats.all.count == 118)
    }

    @Test(arguments: DynamicFormats.all)
    func `every value has its format`(name: String, pattern: String) throws {
        let variable = try #require(DynamicVariable(name: name))
        let expression = try Regex(pattern)
        for seed in [1, nil] as [UInt64?] {
            var generator = generator(seed)
            for _ in 0..<300 {
                let value = generator.value(of: variable)
                #expect(try expression.wholeMatch(in: value) != nil, "\(name): \(value)")
            }
        }
    }

    @Test(arguments: DynamicValues.all)
    func `a list that is known has all its values and no other`(name: String, values: Set<String>) throws {
        let variable = try #require(DynamicVariable(name: name))
        var generator = generator()
        var seen: Set<String> = []
        for _ in 0..<(values.count * 40) { seen.insert(generator.value(of: variable)) }
        #expect(seen == values)
    }

    @Test(arguments: [
        "$randomPastDate", "$randomDate", "$randomZipCode", "$GUID", "$randomint", "guid", "$", "", "$guid ",
    ])
    func `other names do not exist`(name: String) {
        #expect(DynamicVariable(name: name) == nil)
    }

    @Test(arguments: DynamicVariable.allCases)
    func `no value is empty or padded`(variable: DynamicVariable) {
        var generator = generator()
        for _ in 0..<300 {
            let value = generator.value(of: variable)
            #expect(value.first != " " && value.last != " " && !value.isEmpty)
        }
    }

    // MARK: Seeds

    @Test func `a seed repeats everything, another or none does not`() {
        func values(_ generator: ValueGenerator) -> [String] {
            var generator = generator
            return DynamicVariable.allCases.map { generator.value(of: $0) }
        }
        #expect(values(generator(7)) == values(generator(7)))
        #expect(values(generator(7)) != values(generator(8)))
        #expect(values(generator(7)) != values(generator(7, stream: 1)))
        #expect(values(generator(nil)) != values(generator(nil)))
    }

    /// The same in every run and on every platform. The two numbers were also computed by another program.
    @Test func `a seed means the same values for ever`() {
        var generator = generator(42, stream: ValueGenerator.stream(of: "example", occurrence: 3))
        #expect([generator.next(), generator.next()] == [14_561_253_094_236_348_141, 7_413_500_275_529_853_047])
        #expect(generator.value(of: .guid) == "5a514503-52bb-46ff-9658-0a69553e5593")
    }

    @Test func `streams of one seed have nothing in common`() {
        var firsts: Set<UInt64> = []
        for occurrence in 0..<1000 {
            for id in ["a", "b", "ab", ""] {
                let stream = ValueGenerator.stream(of: id, occurrence: UInt64(occurrence))
                var generator = generator(1, stream: stream)
                firsts.insert(generator.next())
            }
        }
        for seed in 2..<1000 as Range<UInt64> {
            var generator = generator(seed)
            firsts.insert(generator.next())
        }
        #expect(firsts.count == 4998)
    }

    @Test func `numbers are spread evenly, both ends included`() {
        var generator = generator()
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<100_000 { counts[generator.below(10)] += 1 }
        #expect(counts.allSatisfy { (9_500...10_500).contains($0) }, "\(counts)")
        var seen: Set<String> = []
        for _ in 0..<20_000 { seen.insert(generator.value(of: .randomInt)) }
        #expect(seen.count == 1001)
        #expect(generator.below(0) == 0 && generator.below(1) == 0)
    }

    // MARK: Values with an inner rule

    @Test func `IBANs have valid check digits`() {
        var generator = generator()
        for _ in 0..<2000 {
            let iban = generator.value(of: .randomBankAccountIban)
            #expect(ValueGenerator.remainder97(String(iban.dropFirst(4) + iban.prefix(4))) == 1, "\(iban)")
            #expect((15...31).contains(iban.utf8.count))
        }
        // The registry's own example.
        #expect(ValueGenerator.remainder97("370400440532013000DE89") == 1)
    }

    @Test func `numbers stay inside their ranges`() throws {
        var generator = generator()
        for _ in 0..<2000 {
            #expect(try #require(Double(generator.value(of: .randomLatitude))).magnitude <= 90)
            #expect(try #require(Double(generator.value(of: .randomLongitude))).magnitude <= 180)
            #expect(try #require(Double(generator.value(of: .randomPrice))) <= 1000)
            #expect(generator.value(of: .randomIP).split(separator: ".").allSatisfy { UInt8($0) != nil })
            let color = try #require(Int(generator.value(of: .randomHexColor).dropFirst(), radix: 16))
            #expect([color >> 16, color >> 8 & 255, color & 255].allSatisfy { $0 <= 128 })
            let name = generator.value(of: .randomPhoneNumberExt)
            #expect(try (1...99).contains(#require(Int(name.prefix { $0 != "-" }))))
        }
    }

    // MARK: Time

    @Test func `times come from the clock given`() {
        var generator = generator()
        #expect(generator.value(of: .timestamp) == "1795249568")
        #expect(generator.value(of: .isoTimestamp) == "2026-11-21T08:26:07.675Z")
    }

    @Test(arguments: [
        (DynamicVariable.randomDateFuture, 1.0, 366.0 * 86_400), (.randomDatePast, -366.0 * 86_400, -1.0),
        (.randomDateRecent, -86_401.0, 0.0),
    ])
    func `dates lie where their names say`(variable: DynamicVariable, earliest: Double, latest: Double) throws {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "UTC")
        format.dateFormat = "EEE MMM dd yyyy HH:mm:ss 'GMT+0000 (Coordinated Universal Time)'"
        let now = Double(Self.clock.microseconds) / 1e6
        var generator = generator()
        for _ in 0..<300 {
            let text = generator.value(of: variable)
            let date = try #require(format.date(from: text), "\(text)")
            #expect(format.string(from: date) == text)
            #expect((earliest...latest).contains(date.timeIntervalSince1970 - now), "\(text)")
        }
    }

    @Test(arguments: [
        (0, "Thu Jan 01 1970 00:00:00"), (-1, "Wed Dec 31 1969 23:59:59"), (951_782_399, "Mon Feb 28 2000 23:59:59"),
        (951_782_400, "Tue Feb 29 2000 00:00:00"), (4_107_542_400, "Mon Mar 01 2100 00:00:00"),
        (1_709_164_800, "Thu Feb 29 2024 00:00:00"), (1_795_249_567, "Sat Nov 21 2026 08:26:07"),
        (-62_135_596_800, "Mon Jan 01 0001 00:00:00"), (253_402_300_799, "Fri Dec 31 9999 23:59:59"),
    ])
    func `the calendar`(seconds: Int, text: String) {
        #expect(CivilTime(seconds: seconds).javaScriptText == text + " GMT+0000 (Coordinated Universal Time)")
    }

    @Test(arguments: [Int64.min, Int64.max])
    func `no clock is too far away`(microseconds: Int64) {
        var generator = ValueGenerator(seed: 1, now: Timestamp(microseconds: microseconds))
        for variable in DynamicVariable.allCases { #expect(!generator.value(of: variable).isEmpty) }
    }

    // MARK: The reference, where it lies beside the repository

    private static let reference = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "../shared/vectors/dynamic-variables.json").standardizedFileURL

    @Test(
        .enabled("no reference file beside the repository") { FileManager.default.fileExists(atPath: reference.path) })
    func `the copied tables are the reference's`() throws {
        let document = try JSONValue(parsing: String(contentsOf: Self.reference, encoding: .utf8))
        let variables = try #require(document["variables"]?.elements)
        var patterns: [String: String] = [:]
        var values: [String: Set<String>] = [:]
        for variable in variables {
            let name = try #require(variable["name"]?.text)
            let pattern = try #require(variable["regex"]?.text)
            patterns[name] = (variable["dotall"]?.bool == true ? "(?s)" : "") + pattern.dropFirst(4).dropLast(2)
            if let list = variable["values"]?.elements { values[name] = Set(list.compactMap(\.text)) }
        }
        #expect(patterns == Dictionary(uniqueKeysWithValues: DynamicFormats.all.map { ($0.name, $0.pattern) }))
        #expect(values == Dictionary(uniqueKeysWithValues: DynamicValues.all.map { ($0.name, $0.values) }))
    }
}
