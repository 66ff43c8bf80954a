/// Chooses values of a JSON document: the part of JSONPath that needs no computing.
///
/// `$` is the document; `.name`, `['name']` and `["name"]` a member, `[0]` an element, `.*` and `[*]` every member or
/// element, `..name` the members of that name at any depth below. Names are compared byte for byte.
/// Source: <https://www.rfc-editor.org/rfc/rfc9535>
public struct JSONSelector: Sendable, Hashable, CustomStringConvertible {
    /// Steps behind the `$`: one bit each in a `JSONSelection`, and one for having arrived.
    public static let stepLimit = 60

    enum Step: Sendable, Hashable {
        /// In UTF-8, because texts compare equal that are spelled differently.
        case member([UInt8])
        case element(Int)
        case anything
        /// A member of that name here or at any depth below.
        case descendant([UInt8])
    }

    let steps: [Step]

    init(steps: [Step]) { self.steps = steps }

    /// - Throws: `RuleError` with the column of what is not understood.
    public init(_ text: String) throws(RuleError) {
        var parser = JSONSelectorParser(text)
        steps = try parser.steps()
    }

    public var description: String {
        var text = "$"
        for step in steps {
            switch step {
            case .member(let name): text += Self.spelled(name, prefix: ".")
            case .element(let index): text += "[\(index)]"
            case .anything: text += "[*]"
            case .descendant(let name): text += Self.spelled(name, prefix: "..")
            }
        }
        return text
    }

    /// As `JSONPath` spells it.
    private static func spelled(_ name: [UInt8], prefix: String) -> String {
        let member = JSONPath.root.member(String(decoding: name, as: UTF8.self)).description.dropFirst()
        if member.hasPrefix(".") { return prefix + member.dropFirst() }
        return prefix == "." ? String(member) : prefix + member
    }

    /// The values it chooses, in document order. Of members that repeat the last counts.
    public func values(in document: JSONValue) -> [JSONValue] {
        var values: [JSONValue] = []
        collect(document, JSONSelection([self]), into: &values)
        return values
    }

    /// Recursion is bounded by the depth of documents, `JSONValue.maximumDepth`.
    private func collect(_ value: JSONValue, _ selection: JSONSelection, into values: inout [JSONValue]) {
        if selection.isChosen { values.append(value) }
        guard !selection.isEmpty else { return }
        switch value {
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                collect(element, selection.entering(element: index), into: &values)
            }
        case .object(let object):
            for member in object.countingMembers.sorted().map({ object.members[$0] }) {
                collect(member.value, selection.entering(member: member.name), into: &values)
            }
        default: break
        }
    }
}
