public import UnderstudyCore

extension PostmanEnvironment {
    /// Gives a variable a value and makes it count: of repeats the one that counts is changed, a disabled one is enabled,
    /// a new one goes to the end.
    ///
    /// - Parameter isSecret: whether its value is never listed; `nil` leaves that as it is.
    public mutating func set(_ name: String, to value: String, isSecret: Bool? = nil) {
        var entries = entries
        let indices = entries.indices.filter { Self.name(of: entries[$0]) == name }
        if let index = indices.last(where: { !entries[$0].isDisabled }) ?? indices.last,
            var entry = entries[index].object
        {
            entry["value"] = .string(value)
            if let isSecret { entry["type"] = isSecret ? "secret" : "default" }
            if entries[index].isDisabled { Self.enable(&entry, true) }
            entries[index] = .object(entry)
        } else {
            entries.append([
                "key": .string(name), "value": .string(value), "type": isSecret == true ? "secret" : "default",
                "enabled": true,
            ])
        }
        self.entries = entries
    }

    /// Removes a variable with all its repeats.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public mutating func unset(_ name: String) -> Bool {
        let left = entries.filter { Self.name(of: $0) != name }
        guard left.count != entries.count else { return false }
        entries = left
        return true
    }

    /// Makes a variable count, or not: of repeats the last is enabled, all are disabled.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public mutating func enable(_ name: String, _ isEnabled: Bool = true) -> Bool {
        var entries = entries
        let indices = entries.indices.filter { Self.name(of: entries[$0]) == name }
        guard let last = indices.last else { return false }
        for index in isEnabled ? [last] : indices where entries[index].isDisabled == isEnabled {
            guard var entry = entries[index].object else { continue }
            Self.enable(&entry, isEnabled)
            entries[index] = .object(entry)
        }
        if entries != self.entries { self.entries = entries }
        return true
    }

    /// Gives the environment another name; its id stays.
    public mutating func rename(to name: String) {
        guard name != self.name else { return }
        change { $0["name"] = .string(name) }
    }

    /// Puts any member in its place, such as the `id` of a copy; `nil` removes it.
    public mutating func setMember(_ name: String, to value: JSONValue?) { change { $0[name] = value } }

    /// The same with an empty value for each secret, repeats and disabled ones too; the very same where there is none.
    public var withoutSecrets: PostmanEnvironment {
        let blank = entries.map { value -> JSONValue in
            guard var entry = value.object, entry["type"]?.text == "secret", entry["value"] != nil else { return value }
            entry["value"] = ""
            return .object(entry)
        }
        guard blank != entries else { return self }
        var result = self
        result.entries = blank
        return result
    }

    private var entries: [JSONValue] {
        get { object["values"]?.elements ?? [] }
        set { change { $0["values"] = .array(newValue) } }
    }

    private mutating func change(_ body: (inout JSONObject) -> Void) {
        var changed = object
        body(&changed)
        original = nil
        object = changed
    }

    /// `disabled` is what early drafts have.
    private static func enable(_ entry: inout JSONObject, _ isEnabled: Bool) {
        if entry["disabled"] != nil {
            entry["disabled"] = isEnabled ? Optional.none : .some(true)
            if isEnabled, entry["enabled"] == nil { return }
        }
        entry["enabled"] = .bool(isEnabled)
    }
}

extension PostmanEnvironment {
    /// What a secret is, for who writes the environment anew and has been shown `null`.
    public func secretValue(of name: String) -> JSONValue? {
        (object["values"]?.elements ?? []).last { Self.name(of: $0) == name && $0["type"]?.text == "secret" }?["value"]
    }
}
