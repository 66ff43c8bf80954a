import NIOCore
import UnderstudyCore

/// What a request's conditions come to, judged by the validators an example carries: its `ETag` and `Last-Modified`.
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2>
///
/// For GET and HEAD only. A response to another method tells the validator of what that request has made, and the
/// condition is about what was there before it.
struct Preconditions {
    enum Outcome { case proceed, notModified, failed }

    private let tag: EntityTag?
    private let lastModified: Int?
    private let status: Int

    /// - Parameter fields: those of the selected representation.
    init(of fields: Fields, status: Int) {
        tag = fields.first("etag").flatMap { EntityTag($0.value) }
        lastModified = fields.first("last-modified").flatMap { HTTPDate.seconds($0.value) }
        self.status = status
    }

    /// A condition about a validator that the example does not carry is not one the example can answer: it is passed
    /// over, and still hides the date that would be looked at without it.
    func outcome(of request: Fields, _ asked: AskedFields.Names) -> Outcome {
        guard (200..<300).contains(status) else { return .proceed }
        if asked.contains(.ifMatch) {
            if let tag, !anyTag(of: request.all("if-match"), { $0.matchesStrongly(tag) }) { return .failed }
        } else if asked.contains(.ifUnmodifiedSince) {
            if let lastModified, let date = Self.date(of: request.all("if-unmodified-since")), lastModified > date {
                return .failed
            }
        }
        guard status == 200 else { return .proceed }
        if asked.contains(.ifNoneMatch) {
            if let tag, anyTag(of: request.all("if-none-match"), { $0.matchesWeakly(tag) }) { return .notModified }
        } else if asked.contains(.ifModifiedSince) {
            if let lastModified, let date = Self.date(of: request.all("if-modified-since")), lastModified <= date {
                return .notModified
            }
        }
        return .proceed
    }

    /// Whether a range that depends on `If-Range` may be sent: the tag is strong and the example's own, or the date is
    /// its `Last-Modified`, which is a strong validator here, because what is saved does not change within a second.
    func allowsRange(_ ifRange: [Field]) -> Bool {
        guard let field = ifRange.first else { return true }
        guard ifRange.count == 1 else { return false }
        if let date = HTTPDate.seconds(field.value) { return date == lastModified }
        guard let tag, let asked = EntityTag(field.value) else { return false }
        return asked.matchesStrongly(tag)
    }

    private func anyTag(of fields: [Field], _ holds: (EntityTag) -> Bool) -> Bool {
        fields.contains { EntityTag.list($0.value, contains: holds) }
    }

    /// Of a field that is no list: two lines have no meaning.
    private static func date(of fields: [Field]) -> Int? {
        fields.count == 1 ? HTTPDate.seconds(fields[0].value) : nil
    }
}
