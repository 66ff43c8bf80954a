public import NIOCore

/// What one part of a request has to be for an example to be considered.
public struct Condition: Sendable, Hashable {
    /// The part it looks at.
    public enum Place: Sendable, Hashable {
        case header(String)
        case query(String)
        case form(String)
        case json(JSONSelector)
    }

    public var place: Place
    public var pattern: ValuePattern
    /// Whether the part must *not* match.
    public var isNegated: Bool

    public init(place: Place, pattern: ValuePattern, isNegated: Bool = false) {
        self.place = place
        self.pattern = pattern
        self.isNegated = isNegated
    }

    /// Whether it holds for the values of its place, none where the place is not there. One value that matches is
    /// enough; negated, none may.
    public func holds(forValues values: some Sequence<[UInt8]>) -> Bool {
        var isThere = false
        for value in values {
            isThere = true
            if pattern.matches(text: value) { return !isNegated }
        }
        return (!isThere && pattern.isAbsent) != isNegated
    }

    /// The same for field values or parameters that are views of a message.
    public func holds(forViews values: some Sequence<ByteBufferView>) -> Bool {
        holds(forValues: values.lazy.map { Array($0) })
    }
}
