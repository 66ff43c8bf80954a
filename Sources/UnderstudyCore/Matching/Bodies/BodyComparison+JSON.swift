/// A difference on its way out of a document: the path is put together only when there is one.
struct JSONMismatch {
    enum Step {
        case member(String)
        case element(Int)
    }

    /// The innermost step first.
    private var steps: [Step] = []
    let expected: String
    let actual: String

    init(_ expected: String, _ actual: String) {
        self.expected = expected
        self.actual = actual
    }

    func inside(_ step: Step) -> JSONMismatch {
        var outer = self
        outer.steps.append(step)
        return outer
    }

    var difference: BodyDifference {
        let path = steps.reversed().reduce(JSONPath.root) { path, step in
            switch step {
            case .member(let name): path.member(name)
            case .element(let index): path.element(index)
            }
        }
        return BodyDifference(place: "json:\(path)", expected: expected, actual: actual)
    }
}

extension BodyComparison {
    func difference(_ example: JSONValue, _ request: JSONValue) -> BodyDifference? {
        mismatch(example, request, scope.ignoredJSON)?.difference
    }

    /// Recursion is bounded by the depth of documents, `JSONValue.maximumDepth`.
    func mismatch(_ example: JSONValue, _ request: JSONValue, _ ignored: JSONSelection) -> JSONMismatch? {
        guard !ignored.isChosen else { return nil }
        switch (example, request) {
        case (.string(let text), _) where patterns[text.utf8] != nil:
            if patterns[text.utf8]?.matches(json: request) == true { return nil }
        case (.null, .null): return nil
        case (.bool(let example), .bool(let request)): if example == request { return nil }
        case (.number(let example), .number(let request)):
            if example == request || DecimalText.areEqual(example, request) { return nil }
        case (.string(let example), .string(let request)):
            if example.utf8.elementsEqual(request.utf8) { return nil }
            if scope.isRedacted(example.utf8), scope.isRedacted(request.utf8) { return nil }
        case (.array(let example), .array(let request)): return mismatch(example, request, ignored)
        case (.object(let example), .object(let request)): return mismatch(example, request, ignored)
        default: break
        }
        return JSONMismatch(Self.shown(example), Self.shown(request))
    }

    private func mismatch(
        _ example: [JSONValue], _ request: [JSONValue], _ ignored: JSONSelection
    ) -> JSONMismatch? {
        for index in 0..<max(example.count, request.count) {
            let ignored = ignored.entering(element: index)
            guard !ignored.isChosen else { continue }
            let expected = index < example.count ? example[index] : nil
            let actual = index < request.count ? request[index] : nil
            if let mismatch = mismatch(of: expected, actual, ignored) { return mismatch.inside(.element(index)) }
        }
        return nil
    }

    /// The example's members in their order, then what only the request has.
    func mismatch(_ example: JSONObject, _ request: JSONObject, _ ignored: JSONSelection) -> JSONMismatch? {
        let (wanted, given) = (example.countingMembers, request.countingMembers)
        for index in wanted.sorted() {
            let member = example.members[index]
            let ignored = ignored.entering(member: member.name)
            guard !ignored.isChosen else { continue }
            let actual = request.place(of: member.name, among: given).map { request.members[$0].value }
            if let mismatch = mismatch(of: member.value, actual, ignored) {
                return mismatch.inside(.member(member.name))
            }
        }
        guard !isSubset else { return nil }
        for index in given.sorted() {
            let member = request.members[index]
            guard example.place(of: member.name, among: wanted) == nil,
                !ignored.entering(member: member.name).isChosen
            else { continue }
            return mismatch(of: nil, member.value, .none)?.inside(.member(member.name))
        }
        return nil
    }

    /// Values of which one may not be there.
    private func mismatch(
        of example: JSONValue?, _ request: JSONValue?, _ ignored: JSONSelection
    ) -> JSONMismatch? {
        if let text = example?.text, let pattern = patterns[text.utf8], pattern.isAbsent {
            return request.map { JSONMismatch(BodyDifference.nothing, Self.shown($0)) }
        }
        guard let example, let request else {
            return JSONMismatch(Self.shown(example), Self.shown(request))
        }
        return mismatch(example, request, ignored)
    }

    private static func shown(_ value: JSONValue?) -> String {
        switch value {
        case nil: BodyDifference.nothing
        case .null?: "null"
        case .bool(let bool)?: bool ? "true" : "false"
        case .number(let literal)?: TextExcerpt.plain(literal)
        case .string(let text)?: TextExcerpt.quoted(text.utf8)
        case .array(let elements)?: elements.isEmpty ? "an empty array" : "an array of \(elements.count)"
        case .object(let object)?:
            object.members.isEmpty ? "an empty object" : "an object of \(object.members.count)"
        }
    }
}

extension JSONObject {
    /// The place of a name among the members that count, which are sorted.
    fileprivate func place(of name: String, among counting: [Int]) -> Int? {
        var (low, high) = (0, counting.count)
        while low < high {
            let middle = (low + high) / 2
            if members[counting[middle]].name.utf8.lexicographicallyPrecedes(name.utf8) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < counting.count, members[counting[low]].name.utf8.elementsEqual(name.utf8) else { return nil }
        return counting[low]
    }
}
