import UnderstudyCore

/// Why an example cannot be changed as asked, in one sentence.
public struct ExampleEditError: Error, CustomStringConvertible {
    public let description: String
}

// MARK: Rules

extension ExampleEdit {
    var changesRules: Bool {
        dropsRules || !ignore.isEmpty || bodyRule != nil || repeats != nil || isEnabled != nil
    }

    /// Rewrites `_understudy.match` in its canonical form; without anything to say it goes. Its neighbours stay.
    func setRules(in object: inout JSONObject) throws(ExampleEditError) {
        var hidden = object["_understudy"]?.object ?? JSONObject()
        var rules = ExampleRules()
        if !dropsRules, let old = hidden["match"] {
            do throws(RuleError) { rules = try ExampleRules(old) ?? rules } catch {
                throw ExampleEditError(
                    description: "its rules are broken, _understudy.match: \(error); --drop-rules removes them")
            }
        }
        for rule in ignore where !rules.ignore.contains(rule) { rules.ignore.append(rule) }
        switch bodyRule {
        case nil: break
        case .on?: (rules.matchBody, rules.matchJSONSubset) = (true, nil)
        case .off?: (rules.matchBody, rules.matchJSONSubset) = (false, nil)
        case .subset?: (rules.matchBody, rules.matchJSONSubset) = (true, true)
        }
        if let repeats { rules.repeats = repeats }
        if let isEnabled { rules.isEnabled = isEnabled }
        let value = rules.jsonValue
        hidden["match"] = value.object?.members.isEmpty ?? true ? Optional.none : .some(value)
        object["_understudy"] = hidden.members.isEmpty ? Optional.none : .some(.object(hidden))
    }
}

// MARK: Target

extension ExampleEdit {
    /// Gives the example's request another URL, from which exactly `target` is read.
    ///
    /// What stands before the path stays: `https://api.example.com`, `{{baseUrl}}`. Where that cannot be, because
    /// variables would be filled in or a base brings a path of its own, it is `{{baseUrl}}` with the exact target hidden
    /// beside it, as when a recording has such a target.
    static func set(
        target: String, in object: inout JSONObject, variables: VariableScope
    ) throws(ExampleEditError) {
        let target = try checked(target)
        var request: JSONObject
        switch object["originalRequest"] {
        case .object(let own)?: request = own
        case let url? where url.text != nil: request = JSONObject([("url", url)])
        default:
            throw ExampleEditError(
                description: "it has no request of its own, its item's counts: change that in the file")
        }
        let url = Self.url(target, like: request["url"], variables)
        request["url"] = url ?? PostmanURL.value(target)
        var hidden = request["_understudy"]?.object ?? JSONObject()
        // Braces are patterns, even when an environment has a variable of that name one day.
        let isExact = url == nil || (target.utf8.contains(0x7B) && url?["raw"]?.text == PostmanURL.raw(target))
        hidden["target"] = isExact ? .some(.string(target)) : Optional.none
        request["_understudy"] = hidden.members.isEmpty ? Optional.none : .some(.object(hidden))
        object["originalRequest"] = .object(request)
    }

    /// Written as a target can be sent: blanks and the like percent-encoded. Patterns stay as they are.
    static func checked(_ target: String) throws(ExampleEditError) -> String {
        let bytes = Array(target.utf8)
        guard bytes.first == UInt8(ascii: "/") else {
            throw ExampleEditError(description: "the target '\(target)' does not begin with /")
        }
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if let end = VariableToken.end(bytes, index) {
                do throws(ValuePattern.Fault) {
                    _ = try ValuePattern(String(decoding: bytes[index..<end], as: UTF8.self))
                } catch {
                    throw ExampleEditError(description: "the target holds a pattern that is no such: \(error)")
                }
                out += bytes[index..<end]
                index = end
                continue
            }
            switch bytes[index] {
            case ...0x20, 0x7F, UInt8(ascii: "#"):
                let digits = String(bytes[index], radix: 16, uppercase: true)
                out += Array("%\(digits.utf8.count == 1 ? "0" : "")\(digits)".utf8)
            case let byte: out.append(byte)
            }
            index += 1
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// `nil` when no URL of the old one's kind says the target.
    private static func url(_ target: String, like old: JSONValue?, _ variables: VariableScope) -> JSONValue? {
        guard let old, let text = old.text ?? old["raw"]?.text else { return nil }
        let base = Self.base(of: text)
        var paths = [target]
        let basePath = ExampleURL(.string(base), variables: variables)?.target ?? "/"
        if basePath != "/", target.hasPrefix(basePath) { paths.append(String(target.dropFirst(basePath.count))) }
        for path in paths {
            var new: JSONValue = .string(base + path)
            if var object = old.object {
                let parts = PostmanURL.value(path)
                object["raw"] = .string(base + path)
                for name in ["path", "query", "variable", "hash"] { object[name] = parts[name] }
                new = .object(object)
            }
            if ExampleURL(new, variables: variables)?.target.utf8.elementsEqual(target.utf8) == true { return new }
        }
        return nil
    }

    /// What stands before the path, the query or the fragment.
    private static func base(of url: String) -> String {
        let bytes = Array(url.utf8)
        var index = 0
        while index < bytes.count {
            if let end = VariableToken.end(bytes, index) {
                index = end
                continue
            }
            let byte = bytes[index]
            if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") { break }
            if byte == UInt8(ascii: "/") {
                let isScheme =
                    index > 0 && bytes[index - 1] == UInt8(ascii: ":") && bytes[index...].starts(with: "//".utf8)
                guard isScheme else { break }
                index += 1
            }
            index += 1
        }
        return String(decoding: bytes[..<index], as: UTF8.self)
    }
}
