/// A part of requests that is left out when they are compared, written `header:NAME`, `query:NAME`, `form:NAME` or
/// `json:$.path`.
public enum IgnoreRule: Sendable, Hashable {
    case header(String)
    case query(String)
    case form(String)
    case json(String)
}
