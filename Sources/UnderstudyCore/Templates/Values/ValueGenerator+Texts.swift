extension ValueGenerator {
    private static let mixedLists = [
        Words.colors, Words.firstNames, Words.cities, Words.countries, Words.jobAreas, Words.jobTypes,
        Words.accountNames, Words.buzzVerbs, Words.buzzNouns, Words.sloganAdjectives, Words.sloganNouns, Words.products,
        Words.productAdjectives, Words.productMaterials, Words.departments, Words.nouns, Words.adjectives,
        Words.abbreviations,
    ]

    /// One word from anywhere; of an entry of several words, the last.
    mutating func anyWord() -> String {
        let entry = word(Self.mixedLists[below(Self.mixedLists.count)])
        return entry.lastIndex(of: " ").map { String(entry[entry.index(after: $0)...]) } ?? entry
    }

    /// One of eight things a computer person in a film might say.
    mutating func phrase() -> String {
        let (noun, other) = (word(Words.nouns), word(Words.nouns))
        let (verb, second) = (word(Words.verbs), word(Words.verbs))
        let (name, adjective) = (word(Words.abbreviations), word(Words.adjectives))
        let ing = word(Words.ingVerbs)
        switch below(8) {
        case 0:
            return "If we \(verb) the \(noun), we reach the \(name) \(other) through the \(adjective) \(name) \(noun)!"
        case 1: return "We must \(verb) the \(adjective) \(name) \(noun)!"
        case 2: return "Nobody can \(verb) the \(noun) without \(ing) the \(adjective) \(name) \(other)!"
        case 3: return "First \(verb) the \(adjective) \(name) \(noun), then it will \(second) the \(other)!"
        case 4: return "The \(name) \(noun) is down, \(verb) the \(adjective) \(other) before it spreads!"
        case 5: return "\(ing) the \(noun) is not enough, somebody has to \(verb) the \(adjective) \(name) \(other)!"
        case 6: return "I am going to \(verb) the \(adjective) \(name) \(noun), that should \(second) the \(other)!"
        default: return "Let me \(verb) the \(name) \(noun) while you \(second) the \(adjective) \(other)!"
        }
    }

    /// Three to ten words, a capital in front and a full stop behind.
    mutating func sentence() -> String {
        let text = joined(integer(3...10)) { $0.word(Words.latin) }
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }

    mutating func sentences(_ range: ClosedRange<Int>) -> String { joined(integer(range)) { $0.sentence() } }

    /// Any of the other forms of Latin text.
    mutating func loremText() -> String {
        let forms: [DynamicVariable] = [
            .randomLoremWord, .randomLoremWords, .randomLoremSentence, .randomLoremSentences, .randomLoremParagraph,
            .randomLoremParagraphs, .randomLoremSlug, .randomLoremLines,
        ]
        return value(of: forms[below(forms.count)])
    }
}
