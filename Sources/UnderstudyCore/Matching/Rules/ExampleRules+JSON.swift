extension ExampleRules {
    /// Reads an example's `_understudy.match`; `nil` for JSON null.
    ///
    ///     {"enabled": false, "ignore": ["header:X-Request-Id"], "body": "subset", "repeats": "cycle", "templates": true,
    ///      "headers": {"X-Plan": "pro", "X-Tier": {"not": "free"}}, "query": {…}, "form": {…}, "json": {"$.id": "{{number}}"}}
    ///
    /// `body` is false, true, `"exact"` (true, whatever the options say about subsets) or `"subset"`. A condition is a
    /// pattern, `{"not": pattern}`, or a list of those which must all hold.
    /// - Throws: the member that is unknown or of the wrong type.
    public init?(_ value: JSONValue) throws(RuleError) {
        if value.isNull { return nil }
        guard let object = value.object else { throw RuleError(reason: "the rules are not an object") }
        self.init()
        for index in object.countingMembers.sorted() {
            let member = object.members[index]
            do throws(RuleError) {
                try read(member.name, member.value)
            } catch {
                throw error.inside(member.name)
            }
        }
    }

    private mutating func read(_ name: String, _ value: JSONValue) throws(RuleError) {
        switch name {
        case "enabled": isEnabled = try Self.bool(value)
        case "templates": isTemplate = try Self.bool(value)
        case "ignore": ignore = try Self.ignoreRules(value)
        case "body": try readBody(value)
        case "repeats":
            guard let repeats = value.text.flatMap(Repeats.init(rawValue:)) else {
                let known = Repeats.allCases.map(\.rawValue).joined(separator: ", ")
                throw RuleError(reason: "must be one of \(known)")
            }
            self.repeats = repeats
        case "headers": try readConditions(value) { name throws(RuleError) in .header(name) }
        case "query": try readConditions(value) { name throws(RuleError) in .query(name) }
        case "form": try readConditions(value) { name throws(RuleError) in .form(name) }
        case "json": try readConditions(value) { path throws(RuleError) in .json(try JSONSelector(path)) }
        default: throw RuleError(reason: "is no rule that is known")
        }
    }

    private static func bool(_ value: JSONValue) throws(RuleError) -> Bool {
        guard let bool = value.bool else { throw RuleError(reason: "must be true or false") }
        return bool
    }

    private mutating func readBody(_ value: JSONValue) throws(RuleError) {
        switch (value.bool, value.text) {
        case (let bool?, _): matchBody = bool
        case (_, "exact"?): (matchBody, matchJSONSubset) = (true, false)
        case (_, "subset"?): (matchBody, matchJSONSubset) = (true, true)
        default: throw RuleError(reason: "must be true, false, \"exact\" or \"subset\"")
        }
    }

    private static func ignoreRules(_ value: JSONValue) throws(RuleError) -> [IgnoreRule] {
        guard let elements = value.elements else { throw RuleError(reason: "must be a list of texts") }
        var rules: [IgnoreRule] = []
        for (index, element) in elements.enumerated() {
            do throws(RuleError) {
                guard let text = element.text else { throw RuleError(reason: "must be a text") }
                rules.append(try IgnoreRule(text))
            } catch {
                throw error.inside("[\(index)]")
            }
        }
        return rules
    }

    // MARK: Conditions

    private mutating func readConditions(
        _ value: JSONValue, _ place: (String) throws(RuleError) -> Condition.Place
    ) throws(RuleError) {
        guard let object = value.object else { throw RuleError(reason: "must be an object") }
        for index in object.countingMembers.sorted() {
            let member = object.members[index]
            do throws(RuleError) {
                let place = try place(member.name)
                for value in member.value.elements ?? [member.value] {
                    conditions.append(try Self.condition(place, value))
                }
            } catch {
                throw error.inside(member.name)
            }
        }
    }

    private static func condition(_ place: Condition.Place, _ value: JSONValue) throws(RuleError) -> Condition {
        guard let object = value.object else {
            return Condition(place: place, pattern: try pattern(value))
        }
        guard object.members.count == 1, let negated = object["not"] else {
            throw RuleError(reason: "an object here has one member, \"not\"")
        }
        return Condition(place: place, pattern: try pattern(negated), isNegated: true)
    }

    private static func pattern(_ value: JSONValue) throws(RuleError) -> ValuePattern {
        let text: String
        switch value {
        case .string(let string): text = string
        case .number(let literal): text = literal
        case .bool(let bool): text = bool ? "true" : "false"
        default: throw RuleError(reason: "must be a text, a number, true, false or {\"not\": …}")
        }
        do throws(ValuePattern.Fault) {
            return try ValuePattern(text)
        } catch {
            throw RuleError(reason: error.description)
        }
    }

    // MARK: Writing

    /// The same rules for a file: what says nothing is left out, members in the order of the documentation.
    public var jsonValue: JSONValue {
        var object = JSONObject()
        if !isEnabled { object["enabled"] = .bool(false) }
        if !ignore.isEmpty { object["ignore"] = .array(ignore.map { .string($0.description) }) }
        object["body"] = bodyValue
        object["repeats"] = repeats.map { .string($0.rawValue) }
        object["templates"] = isTemplate.map { .bool($0) }
        for condition in conditions {
            let (member, name) = condition.place.member
            var values = object[member]?.object ?? JSONObject()
            let value: JSONValue = .string(condition.pattern.description)
            let written: JSONValue = condition.isNegated ? ["not": value] : value
            switch values[name] {
            case nil: values[name] = written
            case .array(let elements)?: values[name] = .array(elements + [written])
            case let first?: values[name] = [first, written]
            }
            object[member] = .object(values)
        }
        return .object(object.ordered)
    }

    private var bodyValue: JSONValue? {
        switch (matchBody, matchJSONSubset) {
        case (false?, _): .bool(false)
        case (_, true?): "subset"
        case (_, false?): "exact"
        case (true?, nil): .bool(true)
        case (nil, nil): nil
        }
    }
}

extension Condition.Place {
    /// The member of the rules it stands in, and its name there.
    fileprivate var member: (String, String) {
        switch self {
        case .header(let name): ("headers", name)
        case .query(let name): ("query", name)
        case .form(let name): ("form", name)
        case .json(let selector): ("json", selector.description)
        }
    }
}

extension JSONObject {
    /// With the conditions' members in their documented order, behind the others.
    fileprivate var ordered: JSONObject {
        let places = ["headers", "query", "form", "json"]
        let others = members.filter { !places.contains($0.name) }
        return JSONObject(members: others + places.compactMap { place in self[place].map { Member(place, $0) } })
    }
}
