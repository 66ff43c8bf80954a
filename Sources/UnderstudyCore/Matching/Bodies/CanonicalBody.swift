import Crypto

/// A body's identity: two bodies are equal for the matcher if and only if these are (or SHA-256 is broken).
///
/// JSON is compared as data, forms as sets of decoded pairs (repeats counted), GraphQL by its tokens and variables, XML
/// by its information set, text after trimming, all else byte for byte. The media type is not part of it, but what the
/// body was read as is: JSON is never equal to the same characters as text.
public struct CanonicalBody: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameters:
    ///   - ignoring: only `form:` and `json:` rules matter here.
    ///   - loosely: whether redacted values compare equal to one another.
    public init(of content: RequestContent, ignoring: [IgnoreRule] = [], loosely: Bool = false) {
        var writer = CanonicalWriter(BodyScope(ignoring: ignoring, loosely: loosely))
        writer.write(content.parsed)
        let digest = SHA256.hash(data: writer.bytes)
        words = digest.withUnsafeBytes { bytes in
            (
                bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            )
        }
    }

    public static func == (left: CanonicalBody, right: CanonicalBody) -> Bool { left.words == right.words }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

/// What of a body is compared, and how strictly.
struct BodyScope: Sendable {
    /// Chosen values are left out.
    let ignoredJSON: JSONSelection
    private let ignoredFields: [[UInt8]]
    /// Whether redacted values compare equal to one another.
    let isLoose: Bool

    init(ignoring rules: [IgnoreRule], loosely: Bool) {
        var selectors: [JSONSelector] = []
        var names: [[UInt8]] = []
        for rule in rules {
            switch rule {
            case .json(let selector): selectors.append(selector)
            case .form(let name): names.append(Array(name.utf8))
            case .header, .query: break
            }
        }
        ignoredJSON = selectors.isEmpty ? .none : JSONSelection(selectors)
        ignoredFields = names
        isLoose = loosely
    }

    func fields(_ fields: [FormField]) -> [FormField] {
        ignoredFields.isEmpty ? fields : fields.filter { !ignoredFields.contains($0.name) }
    }

    func isRedacted(_ bytes: some Collection<UInt8>) -> Bool { isLoose && Redaction.isPlaceholder(bytes) }
}
