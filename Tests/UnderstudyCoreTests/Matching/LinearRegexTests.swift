import Testing

@testable import UnderstudyCore

@Suite struct `Linear regular expressions` {
    @Test(arguments: [
        // Literals, dot, alternation, groups.
        ("abc", "abc", true), ("abc", "abcd", false), ("abc", "xabc", false), ("", "", true), ("", "a", false),
        ("a.c", "abc", true), ("a.c", "a\nc", false), ("a.c", "aüc", true), (".", "😀", true), ("..", "😀", false),
        ("a|bc", "bc", true), ("a|bc", "abc", false), ("a|", "", true), ("(a|b)c", "bc", true),
        ("(?:ab)+", "abab", true),
        ("(?<year>[0-9]{4})", "2024", true), ("()*", "", true), ("(a*)*", "aaa", true), ("(a|a)*b", "aaab", true),
        // Repeats and their lazy forms.
        ("a*", "", true), ("a+", "", false), ("a?b", "b", true), ("a*?b", "aab", true), ("a+?", "aa", true),
        ("a??", "a", true), ("a{3}", "aaa", true), ("a{3}", "aa", false), ("a{2,}", "aaaa", true),
        ("a{2,}", "a", false),
        ("a{1,2}", "aaa", false), ("a{0}", "", true), ("a{0}", "a", false), ("a{2,3}?", "aa", true),
        ("(ab){2}c", "ababc", true), ("a{", "a{", true), ("a{x}", "a{x}", true), ("a{,2}", "a{,2}", true),
        ("{}", "{}", true), ("]", "]", true),
        // Classes.
        ("[abc]", "b", true), ("[^abc]", "b", false), ("[^abc]", "ü", true), ("[a-f0-9]+", "c0ffee", true),
        ("[a-f]", "g", false), ("[-a]", "-", true), ("[a-]", "-", true), ("[\\]]", "]", true), ("[\\d.]+", "1.5", true),
        ("[ä-ü]", "ö", true), ("[^\\d]", "5", false), ("[\\w-]+", "a-b_9", true), ("[\\b]", "\u{8}", true),
        ("\\d+", "2024", true), ("\\d", "٣", false), ("\\D", "x", true), ("\\w+", "a_9", true), ("\\W", "-", true),
        ("\\s", "\t", true), ("\\S", " ", false), ("\\.", "x", false), ("\\/", "/", true),
        ("\\x41\\u0042\\u{43}", "ABC", true),
        ("\\u{1F600}", "😀", true), ("\\t\\n", "\t\n", true), ("\\{\\}", "{}", true),
        // Anchors: a match is of the whole text anyway.
        ("^abc$", "abc", true), ("^a|b$", "b", true), ("a^b", "ab", false), ("a$b", "ab", false), ("(^a)b", "ab", true),
        ("a($|b)", "ab", true), ("a($|b)", "a", true), ("^*a", "a", true), ("$", "", true), ("a*^b", "b", true),
        // Case.
        ("(?i)straße-[a-c]", "STRAßE-B", true), ("(?i)[^a]", "A", false), ("abc", "ABC", false),
    ])
    func `match the whole text or not`(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try LinearRegex(pattern).matches(text.utf8) == isMatch)
    }

    @Test(arguments: [
        ("(a)\\1", "back-references"), ("\\k<a>", "back-references"), ("a(?=b)", "look-around"),
        ("a(?!b)", "look-around"),
        ("(?<=a)b", "look-around"), ("(?<!a)b", "look-around"), ("\\bword", "word boundaries"), ("\\p{L}", "\\p"),
        ("a(?i)b", "(?i) at the start"), ("(?>a)", "(?i) at the start"), ("(a", "not closed"), ("a)", "no opening"),
        ("[a", "not closed"), ("[]", "empty"), ("[b-a]", "upside down"), ("[a-\\d]", "class"), ("*a", "nothing before"),
        ("a**", "repeated"), ("a++", "repeated"), ("a{2}{3}", "repeated"), ("a{3,2}", "below"), ("a{1001}", "1000"),
        ("a\\", "backslash"), ("\\x4", "hexadecimal"), ("\\u{110000}", "character"), ("a{513}", "512"),
        ("(a{30}){30}", "512"), ("((((a{9}){9}){9}){9}){9}", "512"), ("(a?){1000}", "512"),
        ("(()|()|()|()){1000}", "too much"),
        (String(repeating: "(", count: 1000), "nested"), (String(repeating: "a", count: 5000), "4096"),
    ])
    func `refuse what cannot be had in linear time, and say so`(pattern: String, reason: String) {
        let fault = #expect(throws: LinearRegex.Fault.self) { try LinearRegex(pattern) }
        #expect(fault?.description.contains(reason) == true, "\(String(describing: fault))")
    }

    @Test(
        arguments: [
            ("(a+)+$", 0x62), ("(a|aa)+", 0x62), ("(a*)*b?", 0x63), ("(.*)*x", 0x61), ("([a-z]+)*[0-9]", 0x61),
            ("(a|b|ab)*c", 0x64), (".*a.{200}", 0x61),
        ] as [(String, UInt8)])
    func `fifty thousand bytes stall none of them`(pattern: String, last: UInt8) throws {
        var text = [UInt8](repeating: UInt8(ascii: "a"), count: 50_000)
        text[49_999] = last
        #expect(try LinearRegex(pattern).matches(text) == (pattern == ".*a.{200}"))
    }

    @Test func `more sets of states than are kept cost time, not answers`() throws {
        let regex = try LinearRegex("(a|b)*a(a|b){11}")
        var generator = SplitMix(seed: 7)
        for _ in 0..<50 {
            let text = (0..<3000).map { _ in generator.next() & 1 == 0 ? UInt8(ascii: "a") : UInt8(ascii: "b") }
            #expect(regex.matches(text) == (text[3000 - 12] == UInt8(ascii: "a")))
        }
    }

    @Test func `a byte that is not UTF-8 is one character`() throws {
        #expect(try LinearRegex("a.b").matches([0x61, 0xFF, 0x62]))
        #expect(try LinearRegex("a[^x]b").matches([0x61, 0xC3, 0x62]))
        #expect(try !LinearRegex("aüb").matches([0x61, 0xC3, 0x62]))
        #expect(try LinearRegex("..").matches([0xED, 0xA0]))
    }

    /// Backtracking over the same tree says what is right, for texts short enough.
    @Test func `agree with a matcher that tries everything`() throws {
        var generator = SplitMix(seed: 42)
        for _ in 0..<3000 {
            let pattern = Self.pattern(&generator, depth: 3)
            let regex = try LinearRegex(pattern)
            var parser = RegexParser(pattern)
            let tree = try parser.pattern()
            for _ in 0..<4 {
                let text = (0..<generator.below(6)).map { _ in UInt8(0x61 + generator.below(3)) }
                let ends = Self.ends(tree, text, 0)
                #expect(regex.matches(text) == ends.contains(text.count), "\(pattern) on \(text)")
            }
        }
    }

    private static func pattern(_ generator: inout SplitMix, depth: Int) -> String {
        let leaf = ["a", "b", "c", "[ab]", "[^a]", ".", "", "^", "$"]
        guard depth > 0 else { return leaf[generator.below(leaf.count)] }
        switch generator.below(6) {
        case 0: return pattern(&generator, depth: depth - 1) + pattern(&generator, depth: depth - 1)
        case 1: return "(\(pattern(&generator, depth: depth - 1))|\(pattern(&generator, depth: depth - 1)))"
        case 2: return "(\(pattern(&generator, depth: depth - 1)))*"
        case 3: return "(\(pattern(&generator, depth: depth - 1))){1,2}"
        case 4: return "(?:\(pattern(&generator, depth: depth - 1)))+?"
        default: return leaf[generator.below(leaf.count)]
        }
    }

    private static func ends(_ node: RegexNode, _ text: [UInt8], _ start: Int) -> Set<Int> {
        switch node {
        case .empty: return [start]
        case .set(let set): return start < text.count && set.contains(UInt32(text[start])) ? [start + 1] : []
        case .sequence(let nodes):
            return nodes.reduce(into: [start]) { places, node in
                places = Set(places.flatMap { ends(node, text, $0) })
            }
        case .choice(let nodes): return Set(nodes.flatMap { ends($0, text, start) })
        case .repeated(let node, let least, let most):
            var result: Set<Int> = least == 0 ? [start] : []
            var places: Set<Int> = [start]
            for count in 1...(most ?? text.count + least + 1) {
                places = Set(places.flatMap { ends(node, text, $0) })
                if count >= least { result.formUnion(places) }
            }
            return result
        case .start: return start == 0 ? [start] : []
        case .end: return start == text.count ? [start] : []
        }
    }
}

/// Sebastiano Vigna's generator: the same numbers for the same seed on every machine.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
