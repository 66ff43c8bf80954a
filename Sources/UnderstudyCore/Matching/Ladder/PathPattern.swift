import NIOCore

/// An example's path when it holds variables or patterns; most have none and are only compared.
struct PathPattern: Sendable {
    enum Segment: Sendable {
        /// In lower case.
        case literal([UInt8])
        /// `{{name}}`: one segment that is not empty.
        case variable(String)
        /// `{{regex:…}}`, and in the strict profile the other typed placeholders.
        case value(ValuePattern)
        /// `*`: one segment that is not empty.
        case star
        /// `**`: any number of segments, also none.
        case doubleStar
    }

    let segments: [Segment]
    /// What a match of this pattern is worth.
    let tier: PathTier
    /// Places of the segments that are not literal.
    let openPlaces: [Int]

    var hasDoubleStar: Bool { tier == .doubleStar }

    /// Whether all that is open is a typed placeholder, which nobody writes by accident.
    var isTyped: Bool {
        openPlaces.allSatisfy { if case .value = segments[$0] { true } else { false } }
    }

    /// `nil` for a path that is only itself.
    init?(_ path: CanonicalPath, profile: MatchOptions.Profile) {
        let (brace, star) = (UInt8(ascii: "{"), UInt8(ascii: "*"))
        guard path.bytes.contains(where: { $0 == brace || $0 == star }) else { return nil }
        var segments: [Segment] = []
        var openPlaces: [Int] = []
        var tier: PathTier?
        for (place, segment) in Self.split(path.bytes).enumerated() {
            let kind = Self.kind(segment, profile)
            let own: PathTier? =
                switch kind {
                case .literal: nil
                case .variable: .wildcard
                case .value: profile == .strict ? .wildcard : .regex
                case .star: .star
                case .doubleStar: .doubleStar
                }
            if let own {
                tier = max(tier ?? own, own)
                openPlaces.append(place)
            }
            segments.append(kind)
        }
        guard let tier else { return nil }
        self.segments = segments
        self.tier = tier
        self.openPlaces = openPlaces
    }

    private static func kind(_ segment: ArraySlice<UInt8>, _ profile: MatchOptions.Profile) -> Segment {
        if segment.elementsEqual("*".utf8) { return .star }
        if segment.elementsEqual("**".utf8) { return .doubleStar }
        let bytes = Array(segment)
        guard VariableToken.end(bytes, 0) == bytes.count else {
            return .literal(CanonicalPath(bytes).lowered)
        }
        let name = String(decoding: bytes.dropFirst(2).dropLast(2), as: UTF8.self)
        // Postman knows no typed wildcards: `{{date}}` is a variable of that name. Only what cannot be one is ours.
        if profile == .strict || name.hasPrefix("regex:"),
            let pattern = try? ValuePattern(String(decoding: bytes, as: UTF8.self)), !pattern.isLiteral
        {
            return .value(pattern)
        }
        return .variable(name)
    }

    /// At slashes outside of `{{…}}`, without trailing ones.
    private static func split(_ path: [UInt8]) -> [ArraySlice<UInt8>] {
        let path = CanonicalPath.stripped(path)
        let bytes = Array(path)
        var segments: [ArraySlice<UInt8>] = []
        var start = bytes.first == UInt8(ascii: "/") ? 1 : 0
        var index = start
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "{"), let end = VariableToken.end(bytes, index) {
                index = end
                continue
            }
            if bytes[index] == UInt8(ascii: "/") {
                segments.append(bytes[start..<index])
                start = index + 1
            }
            index += 1
        }
        segments.append(bytes[start...])
        return segments
    }

    /// Whether a request's path fits.
    ///
    /// - Parameters:
    ///   - lowered: the segments without trailing slashes, in lower case.
    ///   - original: the same as they were sent, which is what values are.
    func matches(_ lowered: [ArraySlice<UInt8>], original: [ArraySlice<UInt8>]) -> Bool {
        guard !hasDoubleStar else { return matchesAnyDepth(lowered, original) }
        guard lowered.count == segments.count else { return false }
        for place in segments.indices where !matches(place, lowered[place], original[place]) { return false }
        return hasEqualCaptures(original)
    }

    private func matches(_ place: Int, _ lowered: ArraySlice<UInt8>, _ original: ArraySlice<UInt8>) -> Bool {
        switch segments[place] {
        case .literal(let bytes): lowered.elementsEqual(bytes)
        case .variable, .star: !lowered.isEmpty
        case .value(let pattern): pattern.matches(text: PercentCoding.decoded(original, plusIsBlank: false))
        case .doubleStar: true
        }
    }

    /// One and the same name twice takes equal values.
    private func hasEqualCaptures(_ original: [ArraySlice<UInt8>]) -> Bool {
        guard openPlaces.count > 1 else { return true }
        var seen: [String: ArraySlice<UInt8>] = [:]
        for place in openPlaces {
            guard case .variable(let name) = segments[place] else { continue }
            if let value = seen[name], value != original[place] { return false }
            seen[name] = original[place]
        }
        return true
    }

    /// Greedy with one place to go back to, which is enough for stars: the last `**` takes one more segment.
    private func matchesAnyDepth(_ lowered: [ArraySlice<UInt8>], _ original: [ArraySlice<UInt8>]) -> Bool {
        var (place, index) = (0, 0)
        var last: (place: Int, index: Int)?
        while index < lowered.count {
            if place < segments.count, case .doubleStar = segments[place] {
                last = (place, index)
                place += 1
            } else if place < segments.count, matches(place, lowered[index], original[index]) {
                (place, index) = (place + 1, index + 1)
            } else if let (starPlace, starIndex) = last {
                last = (starPlace, starIndex + 1)
                (place, index) = (starPlace + 1, starIndex + 1)
            } else {
                return false
            }
        }
        while place < segments.count, case .doubleStar = segments[place] { place += 1 }
        return place == segments.count
    }

    /// What each variable took, as text.
    func captures(_ original: [ArraySlice<UInt8>]) -> [String: String] {
        guard original.count == segments.count else { return [:] }
        var captures: [String: String] = [:]
        for place in openPlaces {
            if case .variable(let name) = segments[place] {
                captures[name] = CanonicalPath.text(of: original[place])
            }
        }
        return captures
    }
}

extension Example {
    /// The names of the variables in its path that nothing defines: what its response may be filled with.
    public var pathVariables: Set<String> {
        let target = Array(request.head.target.readableBytesView)
        let path = CanonicalPath(TargetParts.split(target).path)
        guard let pattern = PathPattern(path, profile: .postman) else { return [] }
        return Set(
            pattern.segments.compactMap { if case .variable(let name) = $0 { name } else { nil } })
    }
}
