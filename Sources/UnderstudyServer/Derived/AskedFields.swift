import UnderstudyCore

/// What a request asks for beyond the plain answer, found in one pass over its field lines that allocates nothing: most
/// requests ask for none of it, and they all come through here.
struct AskedFields {
    struct Names: OptionSet {
        let rawValue: UInt8
        static let range = Names(rawValue: 1)
        static let ifRange = Names(rawValue: 2)
        static let ifMatch = Names(rawValue: 4)
        static let ifNoneMatch = Names(rawValue: 8)
        static let ifModifiedSince = Names(rawValue: 16)
        static let ifUnmodifiedSince = Names(rawValue: 32)

        static let conditions: Names = [.ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince]
        static let ranges: Names = [.range, .ifRange]
    }

    private(set) var names: Names = []
    /// `nil` without that field: then any coding will do.
    private(set) var acceptEncoding: AcceptEncoding?

    init(_ fields: Fields) {
        var names: Names = []
        var accept: AcceptEncoding?
        fields.forEachLine { name, value in
            switch name.count {
            case 5 where name.equalsIgnoringCase("range"): names.insert(.range)
            case 8 where name.equalsIgnoringCase("if-range"): names.insert(.ifRange)
            case 8 where name.equalsIgnoringCase("if-match"): names.insert(.ifMatch)
            case 13 where name.equalsIgnoringCase("if-none-match"): names.insert(.ifNoneMatch)
            case 15 where name.equalsIgnoringCase("accept-encoding"):
                var list = accept ?? AcceptEncoding()
                list.add(value)
                accept = list
            case 17 where name.equalsIgnoringCase("if-modified-since"): names.insert(.ifModifiedSince)
            case 19 where name.equalsIgnoringCase("if-unmodified-since"): names.insert(.ifUnmodifiedSince)
            default: break
            }
        }
        self.names = names
        acceptEncoding = accept
    }
}

extension UnsafeRawBufferPointer {
    /// ASCII case-insensitive equality with a name in lower case.
    func equalsIgnoringCase(_ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        let letters = name.utf8Start
        for index in 0..<count where self[index].asciiLowercased != letters[index] { return false }
        return true
    }
}
