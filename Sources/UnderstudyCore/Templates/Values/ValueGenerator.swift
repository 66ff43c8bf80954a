/// Where the values of dynamic variables come from: a pseudo-random sequence and a clock.
///
/// With a seed the sequence is the same in every run, on every platform and however many event loops there are, as long
/// as the caller makes one generator per answer, from the seed, the example and how often that example has answered:
///
///     ValueGenerator(seed: seed, stream: ValueGenerator.stream(of: example.id, occurrence: count), now: clock)
///
/// Not for secrets. The generator is xoshiro256** (Blackman and Vigna, <https://prng.di.unimi.it>).
public struct ValueGenerator: Sendable {
    /// The time dates are relative to.
    public let now: Timestamp
    /// `nil` until the first value when there is no seed: asking the system costs more than most answers need.
    private var state: State?

    private struct State: Sendable {
        var a, b, c, d: UInt64
    }

    /// - Parameters:
    ///   - seed: `nil` takes 256 bits from the system.
    ///   - stream: one of 2^64 independent sequences of that seed.
    public init(seed: UInt64?, stream: UInt64 = 0, now: Timestamp = .now()) {
        self.now = now
        guard let seed else { return }
        // Four steps of SplitMix64, as the authors recommend. Its step is a bijection, so they cannot all be zero.
        let start = Self.mixed(seed) ^ stream
        state = State(
            a: Self.mixed(start), b: Self.mixed(start &+ Self.golden), c: Self.mixed(start &+ Self.golden &* 2),
            d: Self.mixed(start &+ Self.golden &* 3))
    }

    /// The stream for one answer of one example: the same on every platform, unlike Swift's own hashes.
    public static func stream(of example: String, occurrence: UInt64) -> UInt64 {
        // FNV-1a.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in example.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return mixed(hash ^ mixed(occurrence))
    }

    private static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// SplitMix64's step: a bijection in which every bit depends on every other.
    private static func mixed(_ word: UInt64) -> UInt64 {
        var word = word &+ golden
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        var state = self.state ?? Self.systemState()
        let result = Self.rotated(state.b &* 5, 7) &* 9
        let shifted = state.b << 17
        state.c ^= state.a
        state.d ^= state.b
        state.b ^= state.c
        state.a ^= state.d
        state.c ^= shifted
        state.d = Self.rotated(state.d, 45)
        self.state = state
        return result
    }

    private static func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 { word << count | word >> (64 - count) }

    private static func systemState() -> State {
        var system = SystemRandomNumberGenerator()
        // A bit set for certain, because all zeros would stay zeros.
        return State(a: system.next() | 1, b: system.next(), c: system.next(), d: system.next())
    }

    /// 0 up to but not including `bound`, all equally likely; 0 when there is nothing to choose from.
    mutating func below(_ bound: Int) -> Int {
        guard bound > 1 else { return 0 }
        let bound = UInt64(bound)
        // Lemire's method. <https://arxiv.org/abs/1805.10941>
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    mutating func integer(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    mutating func bool() -> Bool { next() >> 63 == 1 }

    mutating func word(_ list: WordList) -> String { list.words[below(list.words.count)] }

    /// `count` characters, each drawn from ASCII `letters`.
    mutating func text(_ count: Int, of letters: StaticString) -> String {
        String(unsafeUninitializedCapacity: count) { bytes in
            for index in 0..<count { bytes[index] = letters.utf8Start[below(letters.utf8CodeUnitCount)] }
            return count
        }
    }
}
