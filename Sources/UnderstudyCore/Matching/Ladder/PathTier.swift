/// How alike a request's path and an example's are: Postman's eight comparisons in their order, then ours.
public enum PathTier: Int, Sendable, CaseIterable, Comparable {
    case identical
    case slash
    case letterCase
    case slashAndCase
    case wildcard
    case ids
    case slashAndIDs
    case distance
    case regex
    case star
    case doubleStar

    /// What is taken from 100.
    public var adjustment: Double {
        switch self {
        case .identical: 0
        case .slash: -5
        case .letterCase: -10
        case .slashAndCase: -15
        case .wildcard: -20
        case .ids: -21
        case .slashAndIDs: -25
        case .distance: -30
        case .regex: -31
        case .star: -32
        case .doubleStar: -33
        }
    }

    public var base: Double { 100 + adjustment }

    public var description: String {
        switch self {
        case .identical: "same path"
        case .slash: "same path but for trailing slashes"
        case .letterCase: "same path but for letter case"
        case .slashAndCase: "same path but for trailing slashes and letter case"
        case .wildcard: "path fits its variables"
        case .ids: "same path but for ids"
        case .slashAndIDs: "same path but for trailing slashes and ids"
        case .distance: "path is spelled nearly the same"
        case .regex: "path fits its regular expressions"
        case .star: "path fits its *"
        case .doubleStar: "path fits its **"
        }
    }

    public static func < (left: PathTier, right: PathTier) -> Bool { left.rawValue < right.rawValue }
}
