import NIOCore

/// What a client asks of the matcher itself, in fields that are never forwarded, recorded or matched.
///
/// `x-mock-…` are Postman's; `Understudy-Session` and `Understudy-Explain` ours.
public struct MatchControls: Sendable, Hashable {
    /// `x-mock-response-code`: only examples with that status. Text that is no number is met by none.
    public var code: String?
    /// `x-mock-response-id`: the example with that id, or none.
    public var id: String?
    /// `x-mock-response-name`: the example with that name, or none.
    public var name: String?
    /// `x-mock-match-request-body`: whether bodies must be equal, whatever is configured.
    public var matchBody: Bool?
    /// `x-mock-match-request-headers`: fields that must be equal, whatever is configured.
    public var matchHeaders: [String]?
    /// `x-mock-response-delay` in milliseconds, 1 to 180,000; anything else is as if it were not there.
    public var delay: Int?
    /// `Understudy-Session`: whose repeats are counted. The server knows more ways to say it.
    public var session = ""
    /// `Understudy-Explain`: the answer is the explanation.
    public var explains = false

    public init() {}

    /// Reads them in one pass; nearly all requests have none.
    public init(_ fields: Fields) {
        var isAny = false
        fields.forEachLine { name, _ in isAny = isAny || Self.isControl(name) }
        guard isAny else { return }
        for field in fields where field.name.withUnsafeBytes(Self.isControl) {
            let value = field.valueText
            switch field.nameText.lowercased() {
            case "x-mock-response-code": code = code ?? value
            case "x-mock-response-id": id = id ?? value
            case "x-mock-response-name": name = name ?? value
            case "x-mock-match-request-body": matchBody = matchBody ?? (value.lowercased() == "true")
            case "x-mock-match-request-headers":
                let names = field.listElements.map { TextBytes.text(of: $0) }
                matchHeaders = (matchHeaders ?? []) + names
            case "x-mock-response-delay": if let time = Int(value), (1...180_000).contains(time) { delay = time }
            case "understudy-session": session = value
            case "understudy-explain": explains = value != "0" && value.lowercased() != "false"
            default: break
            }
        }
    }

    /// Whether a field of that name is for the matcher.
    static func isControl(_ name: UnsafeRawBufferPointer) -> Bool {
        begins(name, "x-mock-") || begins(name, "understudy-")
    }

    private static func begins(_ name: UnsafeRawBufferPointer, _ prefix: StaticString) -> Bool {
        guard name.count > prefix.utf8CodeUnitCount else { return false }
        for index in 0..<prefix.utf8CodeUnitCount
        where name[index].asciiLowercased != prefix.utf8Start[index] {
            return false
        }
        return true
    }

    /// Takes them out of a request that goes upstream or into a recording.
    public static func remove(from fields: inout Fields) {
        var isAny = false
        fields.forEachLine { name, _ in isAny = isAny || isControl(name) }
        if isAny { fields.removeAll { $0.name.withUnsafeBytes(isControl) } }
    }

    /// Whether the choice among examples depends on any of them.
    var choose: Bool { code != nil || id != nil || name != nil || matchBody != nil || matchHeaders != nil }
}
