public import NIOCore

/// An example's request body as the matcher compares it.
struct EntryBody: Sendable {
    enum Verdict {
        case same, bothEmpty, different
        /// Equal but for secrets, which both sides have redacted.
        case sameButRedacted
        /// The example says nothing of a body, which in the strict profile takes any.
        case unsaved
        /// Equal or not, their media types differ.
        case otherType
    }

    /// `nil` for no body, and for one that takes more than one request.
    let key: CanonicalBody?
    let pattern: BodyPattern?
    /// The saved request's, or what its body mode implies.
    let mediaType: MediaType?
    let isEmpty: Bool
    private let hasRedacted: Bool

    init(_ example: Example, options: MatchOptions, decoder: ContentDecoder) {
        let request = example.request
        mediaType = (request.head.fields.text("content-type") ?? example.impliedContentType).flatMap { MediaType($0) }
        guard !request.body.isEmpty else {
            (key, pattern, isEmpty, hasRedacted) = (nil, nil, true, false)
            return
        }
        let content = decoder.content(of: request, mediaType: mediaType)
        isEmpty = content.isEmpty
        hasRedacted = content.bytes.map { Redaction.mayHoldPlaceholder($0) } ?? false
        let rules = example.rules
        let isSubset = rules?.matchJSONSubset ?? options.matchJSONSubset
        let ignore = (rules?.ignore ?? []).filter(\.isAboutBody)
        if !isEmpty, isSubset || !ignore.isEmpty || BodyPattern.isNeeded(for: content),
            // A placeholder that is refused was reported when the file was read; its text then is only itself.
            let pattern = try? BodyPattern(
                content, ignoring: options.ignore + ignore, loosely: !example.comparesSecrets, subset: isSubset)
        {
            (key, self.pattern) = (nil, pattern)
        } else {
            key = isEmpty ? nil : CanonicalBody(of: content, ignoring: options.ignore, loosely: true)
            pattern = nil
        }
    }

    /// What a request's content is found by; `nil` for none.
    static func key(of content: RequestContent, ignoring ignore: [IgnoreRule]) -> CanonicalBody? {
        content.isEmpty ? nil : CanonicalBody(of: content, ignoring: ignore, loosely: true)
    }

    private static let emptyKey = CanonicalBody(of: .empty)

    /// - Parameter example: whose body this is, for what only its bytes can tell.
    func compare(
        _ request: MatchRequest, _ example: Example, _ options: MatchOptions, _ decoder: ContentDecoder
    ) -> Verdict {
        let content = request.content
        if isEmpty, content.isEmpty { return .bothEmpty }
        if isEmpty, options.profile == .strict { return .unsaved }
        if mediaType?.essence != content.mediaType?.essence, !isEmpty, !content.isEmpty {
            guard options.profile == .strict, mediaType == nil || content.mediaType == nil else { return .otherType }
            let other = RequestContent(
                bytes: content.bytes, byteCount: content.byteCount, digest: content.givenDigest,
                mediaType: mediaType ?? content.mediaType)
            let own = decoder.content(of: example.request, mediaType: mediaType ?? content.mediaType)
            let isSame =
                BodyDifference.first(
                    example: own, request: other, ignoring: options.ignore, loosely: !example.comparesSecrets) == nil
            return isSame ? .same : .different
        }
        if options.profile == .postman, mediaType == nil, !isEmpty { return .otherType }
        if let pattern { return pattern.difference(from: content) == nil ? .same : .different }
        guard (key ?? Self.emptyKey) == request.bodyKey(ignoring: options.ignore) ?? Self.emptyKey else {
            return .different
        }
        guard hasRedacted else { return .same }
        let own = decoder.content(of: example.request, mediaType: mediaType)
        return BodyDifference.first(example: own, request: content, ignoring: options.ignore) == nil
            ? .same : .sameButRedacted
    }

    /// Whether a request's content is the same when it is read as what this is, whatever the request says it is.
    func isSameContent(as request: MatchRequest, _ options: MatchOptions) -> Bool {
        guard !isEmpty, !request.content.isEmpty else { return false }
        let reading = request.reading(as: mediaType, ignoring: options.ignore)
        if let pattern { return pattern.difference(from: reading.content) == nil }
        return key == reading.key
    }

    /// The first difference for people; `nil` when there is none to name.
    func difference(
        from content: RequestContent, _ example: Example, _ options: MatchOptions, _ decoder: ContentDecoder
    ) -> BodyDifference? {
        if let pattern { return pattern.difference(from: content) }
        let own = decoder.content(of: example.request, mediaType: mediaType)
        return BodyDifference.first(example: own, request: content, ignoring: options.ignore, loosely: true)
    }
}

/// Undoes content codings before bodies are compared. What cannot be undone is compared as it is.
public struct ContentDecoder: Sendable {
    private let decode: @Sendable (ByteBuffer, Fields) -> ByteBuffer?

    /// - Parameter decode: the content that a body of these fields is a coding of, bounded; `nil` for the body itself.
    public init(_ decode: @escaping @Sendable (ByteBuffer, Fields) -> ByteBuffer?) { self.decode = decode }

    /// Leaves all as it is.
    public static let none = ContentDecoder { _, _ in nil }

    /// What a message of these fields and body brings to be compared.
    public func content(_ bytes: ByteBuffer, of fields: Fields, mediaType: MediaType?) -> RequestContent {
        let isCoded = Redaction.isCoded(fields)
        return RequestContent((isCoded ? decode(bytes, fields) : nil) ?? bytes, mediaType: mediaType)
    }

    func content(of request: Exchange.Request, mediaType: MediaType?) -> RequestContent {
        switch request.body.content {
        case .memory(let bytes): content(bytes, of: request.head.fields, mediaType: mediaType)
        case .stored(let digest, let byteCount):
            RequestContent(bytes: nil, byteCount: byteCount, digest: digest, mediaType: mediaType)
        }
    }
}

extension RequestContent {
    /// No body.
    public static var empty: RequestContent { RequestContent(ByteBuffer(), mediaType: nil) }
}

extension IgnoreRule {
    var isAboutBody: Bool {
        switch self {
        case .form, .json: true
        case .header, .query: false
        }
    }
}

extension Redaction {
    /// Whether a body may hold a placeholder: a quick look for how they begin.
    static func mayHoldPlaceholder(_ bytes: ByteBuffer) -> Bool {
        bytes.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while let start = rest.firstIndex(of: placeholderPrefix.utf8Start[0]) {
                rest = rest[start...]
                if rest.count >= placeholderLength, isPlaceholder(rest.prefix(placeholderLength)) { return true }
                rest = rest.dropFirst()
            }
            return false
        }
    }
}
