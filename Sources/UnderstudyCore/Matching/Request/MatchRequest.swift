import NIOCore

/// A request as the matcher sees it: taken apart once, however many examples it is compared with.
///
/// Used on one thread. The content may come after the head: `ExampleIndex.needsContent` says whether to wait for it.
public final class MatchRequest {
    /// Redacted as examples are, with an origin-form target.
    public let head: RequestHead
    public let controls: MatchControls
    /// What the request brings; empty as long as it has not come.
    public var content: RequestContent {
        didSet { (knownBodyKey, readings) = (nil, [:]) }
    }

    let path: CanonicalPath
    let pairs: QueryPairs
    /// Whether a body is announced or there.
    public let hasBody: Bool
    /// Which examples may answer; `nil` for all.
    public let partition: Partition?

    init(
        _ head: RequestHead, hasBody: Bool, content: RequestContent, partition: Partition?, session: String?,
        ignoring ignored: [[UInt8]]
    ) {
        self.partition = partition
        self.head = head
        self.hasBody = hasBody
        self.content = content
        var controls = MatchControls(head.fields)
        if let session { controls.session = session }
        self.controls = controls
        let target = Array(head.target.readableBytesView)
        let mark = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        path = CanonicalPath(target[..<mark])
        pairs = QueryPairs(target[mark...].dropFirst(), ignoring: ignored)
    }

    private var knownBodyKey: CanonicalBody??

    /// What its content is found by; `nil` for none. Worked out once.
    func bodyKey(ignoring ignore: [IgnoreRule]) -> CanonicalBody? {
        if let knownBodyKey { return knownBodyKey }
        let key = EntryBody.key(of: content, ignoring: ignore)
        knownBodyKey = .some(key)
        return key
    }

    private var readings: [MediaType?: (content: RequestContent, key: CanonicalBody?)] = [:]

    /// Its content and what that is found by, were it of another media type. Worked out once for each.
    func reading(as mediaType: MediaType?, ignoring ignore: [IgnoreRule]) -> (
        content: RequestContent, key: CanonicalBody?
    ) {
        if let known = readings[mediaType] { return known }
        let other = RequestContent(
            bytes: content.bytes, byteCount: content.byteCount, digest: content.givenDigest, mediaType: mediaType)
        let reading = (other, EntryBody.key(of: other, ignoring: ignore))
        if readings.count < Self.readingLimit { readings[mediaType] = reading }
        return reading
    }

    /// Examples may name any number of media types.
    private static let readingLimit = 16

    // MARK: Forms of the path, made when the first example asks

    private(set) lazy var lowered = CanonicalPath.stripped(path.lowered)
    /// Without trailing slashes, in lower case.
    private(set) lazy var segments = CanonicalPath.segments(lowered)
    /// Without trailing slashes, as sent.
    private(set) lazy var originalSegments = CanonicalPath.segments(CanonicalPath.stripped(path.bytes))

    /// Each line of that name.
    func values(ofField name: String) -> [[UInt8]] {
        head.fields.filter { $0.nameText.lowercased() == name.lowercased() }.map { Array($0.value) }
    }

    /// A field's value: all lines of that name, joined as a list; `nil` without any.
    func value(ofField name: String) -> [UInt8]? { FieldValue.joined(head.fields, name) }
}

/// Field values as the matcher compares them.
enum FieldValue {
    /// All lines of that name, joined with `, ` (RFC 9110 §5.3); `nil` without any.
    static func joined(_ fields: Fields, _ name: String) -> [UInt8]? {
        let wanted = Array(name.utf8)
        var value: [UInt8]?
        fields.forEachLine { line, bytes in
            guard line.count == wanted.count else { return }
            for index in wanted.indices where line[index].asciiLowercased != wanted[index].asciiLowercased { return }
            value = value.map { $0 + Array(", ".utf8) + bytes } ?? Array(bytes)
        }
        return value
    }

    /// Whether two values are equal but for letter case and blanks around them.
    ///
    /// - Parameter loosely: also when both stand for a secret.
    static func areEqual(_ one: [UInt8], _ other: [UInt8], loosely: Bool) -> Bool {
        if loosely, Redaction.isPlaceholder(one), Redaction.isPlaceholder(other) { return true }
        return one[...].trimmingBlanks.elementsEqual(other[...].trimmingBlanks) {
            $0.asciiLowercased == $1.asciiLowercased
        }
    }
}
