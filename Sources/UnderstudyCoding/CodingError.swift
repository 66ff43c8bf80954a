/// Why content cannot be decoded (or, `failed` alone, encoded).
public enum CodingError: Error, Hashable, Sendable {
    /// More than the bound would come out.
    case tooLarge(limit: Int)
    /// The content ends before the coding does.
    case truncated
    /// Bytes follow the coding's end.
    case trailingBytes
    /// The bytes are not of this coding, or were damaged.
    case corrupt(ContentCoding)
    case unknownCoding
    /// More than `ContentCoding.listLimit`.
    case tooManyCodings
    /// The library gave up for a reason that is not in the bytes: no memory.
    case failed(ContentCoding)
}

extension CodingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLarge(let limit): "decoded, it is larger than \(limit) bytes"
        case .truncated: "the encoded content is cut short"
        case .trailingBytes: "other bytes follow the encoded content"
        case .corrupt(let coding): "the content is not valid \(coding.rawValue)"
        case .unknownCoding: "the content coding is not one of gzip, deflate, br and zstd"
        case .tooManyCodings: "more than \(ContentCoding.listLimit) content codings are listed"
        case .failed(let coding): "\(coding.rawValue) ran out of memory"
        }
    }
}
