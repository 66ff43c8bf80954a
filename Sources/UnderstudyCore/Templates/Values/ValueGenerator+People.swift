extension ValueGenerator {
    /// One name in nine has a prefix, one in nine a suffix.
    mutating func fullName() -> String {
        let name = "\(word(Words.firstNames)) \(word(Words.lastNames))"
        switch below(9) {
        case 0: return "\(word(Words.namePrefixes)) \(name)"
        case 1: return "\(name) \(word(Words.nameSuffixes))"
        default: return name
        }
    }

    /// `Ada99`, `Ada.Lovelace`, `Ada_Lovelace7` …
    mutating func userName() -> String {
        let first = word(Words.firstNames)
        let form = below(3)
        if form == 0 { return first + String(below(100)) }
        let last = word(Words.lastNames).filter { $0 != "'" }
        let name = first + (bool() ? "." : "_") + last
        return form == 1 ? name : name + String(below(100))
    }

    mutating func domainWord() -> String { word(Words.firstNames).lowercased() }

    mutating func domain() -> String { "\(domainWord()).\(word(Words.domainSuffixes))" }

    mutating func city() -> String {
        switch below(4) {
        case 0: "\(word(Words.cityPrefixes)) \(word(Words.firstNames))"
        case 1: word(Words.lastNames) + word(Words.citySuffixes)
        default: word(Words.cities)
        }
    }

    mutating func streetName() -> String {
        let name = bool() ? word(Words.firstNames) : word(Words.lastNames)
        return "\(name) \(word(Words.streetSuffixes))"
    }

    mutating func companyName() -> String {
        let name = word(Words.lastNames)
        switch below(3) {
        case 0: return "\(name) \(word(Words.companySuffixes))"
        case 1: return "\(name) - \(word(Words.lastNames))"
        default: return "\(name), \(word(Words.lastNames)) and \(word(Words.lastNames))"
        }
    }
}
