import NIOCore
import UnderstudyCore

/// An answer made from an example that was recorded for another kind of request: HEAD, part of the content, a condition,
/// another content coding. What an origin with that one representation would say, by RFC 9110.
///
/// The example has the last word. What was recorded for the same wish is sent as it is: a 206, a 412, or a 200 to a request
/// that itself carried the `Range` or condition that the live one carries. Fields that need not change stay as they are,
/// in order.
struct DerivedAnswer {
    /// The most octets content may have without its coding; larger content is sent in the coding it has.
    static let decodedLimit = 16 << 20

    /// A piece of the content.
    enum Part: Hashable {
        case bytes(ByteBuffer)
        /// These octets of a stored body.
        case file(Digest, Range<Int>)

        var byteCount: Int {
            switch self {
            case .bytes(let bytes): bytes.readableBytes
            case .file(_, let range): range.count
            }
        }
    }

    /// With `Content-Length` where the status allows it; without fields of the connection, `Transfer-Encoding` and
    /// `Trailer`: there are no trailers.
    var head: ResponseHead
    /// The content, in order.
    var parts: [Part] = []
    var framing: ResponseFraming

    /// What to send instead of `response`, or `nil` to send it as it is, which is said at once and without allocating
    /// for a request that asks for nothing else.
    ///
    /// HEAD gets an answer whenever it was not recorded as one, so that content is never sent to it (but see
    /// `DerivedOptions.head`).
    ///
    /// - Parameters:
    ///   - head: the live request's.
    ///   - recorded: the example's request.
    ///   - response: the example's response, its variables filled in.
    static func derive(
        for head: RequestHead, recorded: RequestHead, response: Exchange.Response, options: DerivedOptions
    ) -> DerivedAnswer? {
        let asked = AskedFields(head.fields)
        let isHead = head.method == "HEAD"
        let isHeadOfGet = isHead && recorded.method != "HEAD" && options.head
        let isRead = (isHead || head.method == "GET") && (head.method == recorded.method || isHeadOfGet)
        let conditions = isRead && options.conditional ? asked.names.intersection(.conditions) : []
        let ranges = isRead && !isHead && options.range ? asked.names.intersection(.ranges) : []
        let recodes =
            options.encoding
            && asked.acceptEncoding.map { SelectedRepresentation.needsRecoding(response.head.fields, for: $0) } ?? false
        guard isHeadOfGet || !conditions.isEmpty || ranges.contains(.range) || recodes else { return nil }
        return derive(
            for: head, recorded: recorded, response: response, isHeadOfGet: isHeadOfGet, conditions: conditions,
            ranges: ranges, accept: recodes ? asked.acceptEncoding : nil)
    }

    /// The same for an example whose response is sent as it was saved.
    static func derive(for head: RequestHead, from example: Example, options: DerivedOptions) -> DerivedAnswer? {
        derive(for: head, recorded: example.request.head, response: example.response, options: options)
    }

    private static func derive(
        for head: RequestHead, recorded: RequestHead, response: Exchange.Response, isHeadOfGet: Bool,
        conditions: AskedFields.Names, ranges: AskedFields.Names, accept: AcceptEncoding?
    ) -> DerivedAnswer? {
        var selected = SelectedRepresentation(of: response)
        let status = response.head.status
        let isWhole = status != 206 && !response.body.isCut && !selected.fields.contains("content-range")
        guard isWhole else { return isHeadOfGet ? headAnswer(of: response, selected) : nil }
        var isRecoded = false
        if let accept, !response.head.hasNoBody(method: recorded.method), !acceptsTheSame(head.fields, recorded.fields)
        {
            isRecoded = selected.recode(for: accept)
        }
        let answered = conditions.isEmpty && ranges.isEmpty ? [] : AskedFields(recorded.fields).names
        if !conditions.isEmpty, conditions.isDisjoint(with: answered) {
            switch Preconditions(of: selected.fields, status: status).outcome(of: head.fields, conditions) {
            case .proceed: break
            case .notModified: return notModified(selected)
            case .failed: return withoutContent(412, "Precondition Failed", selected)
            }
        }
        if status == 200, ranges.contains(.range), ranges.isDisjoint(with: answered),
            let answer = rangeAnswer(to: head.fields, selected)
        {
            return answer
        }
        if isHeadOfGet { return headAnswer(of: response, selected) }
        return isRecoded ? whole(response.head, selected) : nil
    }

    /// Whether the example was recorded for the very same `Accept-Encoding`: then its origin has already said what it
    /// sends to such a client.
    private static func acceptsTheSame(_ live: Fields, _ recorded: Fields) -> Bool {
        live.all("accept-encoding").elementsEqual(recorded.all("accept-encoding")) {
            $0.value.elementsEqual($1.value)
        }
    }

    // MARK: Answers

    /// The whole content, recoded.
    private static func whole(_ head: ResponseHead, _ selected: SelectedRepresentation) -> DerivedAnswer {
        var head = head
        head.fields = selected.fields
        head.fields.setLength(selected.byteCount)
        return DerivedAnswer(
            head: head, parts: [selected.part(0..<selected.byteCount)], framing: .counted(selected.byteCount))
    }

    /// What a GET would get, up to where its content begins, and how long that is (RFC 9110 §9.3.2).
    private static func headAnswer(
        of response: Exchange.Response, _ selected: SelectedRepresentation
    ) -> DerivedAnswer {
        var head = response.head
        head.fields = selected.fields
        if head.hasNoBody(method: "GET") || response.body.isCut {
            head.fields.removeFraming()
        } else {
            head.fields.setLength(selected.byteCount)
        }
        // It is of the content sent, which is none; the other digests are of the representation.
        head.fields.remove("content-digest")
        return DerivedAnswer(head: head, framing: .none)
    }

    /// <https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5>
    private static func notModified(_ selected: SelectedRepresentation) -> DerivedAnswer {
        var fields = selected.fields
        fields.removeContentFields()
        // It tells a cache nothing that the tag does not.
        if fields.contains("etag") { fields.remove("last-modified") }
        return DerivedAnswer(head: ResponseHead(status: 304, reason: "Not Modified", fields: fields), framing: .none)
    }

    /// 412 and 416. They have no content, and what the example says about keeping its content is not said of them.
    static func withoutContent(
        _ status: Int, _ reason: String, _ selected: SelectedRepresentation
    ) -> DerivedAnswer {
        var fields = selected.fields
        fields.removeContentFields()
        fields.removeAll(named: ["content-location", "cache-control", "expires", "age"])
        fields.setLength(0)
        return DerivedAnswer(head: ResponseHead(status: status, reason: reason, fields: fields), framing: .counted(0))
    }
}
