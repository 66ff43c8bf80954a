extension BodyComparison {
    func difference(_ example: GraphQLRequest, _ request: GraphQLRequest) -> BodyDifference? {
        if !scope.ignoredJSON.entering(member: "query").isChosen,
            let (expected, actual) = difference(example.tokens, request.tokens)
        {
            return BodyDifference(
                place: example.json == nil ? "body" : "json:$.query", expected: expected, actual: actual)
        }
        var wanted = example.members
        // What the example leaves open a larger request may fill.
        if isSubset, wanted["operationName"] == "" { wanted["operationName"] = nil }
        return mismatch(wanted, request.members, scope.ignoredJSON)?.difference
    }

    /// The first token that differs; a placeholder stands for one name, number or string.
    private func difference(
        _ example: [GraphQLLexer.Token], _ request: [GraphQLLexer.Token]
    ) -> (String, String)? {
        var (index, other) = (0, 0)
        while index < example.count || other < request.count {
            let token = other < request.count ? request[other] : nil
            let placeholder = patterns.isEmpty ? nil : GraphQLPlaceholder.text(in: example, at: index)
            if let placeholder, let pattern = patterns[placeholder] {
                guard let token, Self.matches(pattern, token) else {
                    return (pattern.description, Self.shown(token))
                }
                index += GraphQLPlaceholder.tokenCount
            } else {
                let wanted = index < example.count ? example[index] : nil
                guard areEqual(wanted, token) else { return (Self.shown(wanted), Self.shown(token)) }
                index += 1
            }
            other += 1
        }
        return nil
    }

    private func areEqual(_ example: GraphQLLexer.Token?, _ request: GraphQLLexer.Token?) -> Bool {
        if case .string(let text)? = example, case .string(let value)? = request, let pattern = patterns[text] {
            return pattern.matches(text: value)
        }
        return example == request
    }

    private static func matches(_ pattern: ValuePattern, _ token: GraphQLLexer.Token) -> Bool {
        switch token {
        case .string(let text): pattern.matches(json: .string(String(decoding: text, as: UTF8.self)))
        case .number(let literal): pattern.matches(json: .number(String(decoding: literal, as: UTF8.self)))
        case .name: pattern.isAny
        case .punctuator, .spread: false
        }
    }

    private static func shown(_ token: GraphQLLexer.Token?) -> String {
        switch token {
        case nil: BodyDifference.nothing
        case .punctuator(let byte)?: String(Unicode.Scalar(byte))
        case .spread?: "..."
        case .name(let text)?, .number(let text)?: TextExcerpt.plain(text)
        case .string(let text)?: TextExcerpt.quoted(text)
        }
    }
}
