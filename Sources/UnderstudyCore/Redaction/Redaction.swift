public import NIOCore
import Crypto

/// Replaces secrets by placeholders, the same one for the same secret under the same key.
///
/// Runs twice: over what is recorded, and over each live request before it is matched, so that a redacted recording
/// still matches. A placeholder depends on the secret's value only, not on where it stood: a token that a response
/// hands out and a later `Authorization` brings back stay recognisable as the same. A placeholder is never redacted
/// again. Without the key a placeholder tells nothing about its secret but equality.
///
/// Not looked into: bodies with a content coding (`gzip`, `br`), multipart forms, XML, and secrets in paths. A
/// body's own checksum fields (`ETag`, `Content-MD5`, `Digest`) keep describing the original.
public struct Redaction: Sendable {
    public let rules: Rules
    private let key: SymmetricKey?
    /// Whether values that hold `{{…}}` stay as they are: variables and placeholders of an example are no secrets.
    private var keepsVariables = false

    /// - Parameter key: any length, 32 octets recommended; belongs to the workspace and is no part of a recording.
    public init(key: [UInt8], rules: Rules = .default) {
        self.key = SymmetricKey(data: key)
        self.rules = rules
    }

    private init() {
        key = nil
        rules = Rules(fields: [], members: [])
    }

    /// Changes nothing.
    public static let none = Redaction()

    public var isNone: Bool { key == nil }

    /// The same for what people wrote themselves: values that hold `{{…}}` stay as they are.
    public var keepingVariables: Redaction {
        var redaction = self
        redaction.keepsVariables = true
        return redaction
    }

    // MARK: The placeholder

    static let placeholderPrefix: StaticString = "REDACTED-"
    static let placeholderLength = 21

    /// `REDACTED-` and the first 12 hexadecimal digits of HMAC-SHA256 of the secret: legal as a field value, cookie
    /// value, query value and JSON string.
    public func placeholder(for secret: some Collection<UInt8>) -> [UInt8] {
        guard let key else { return Array(secret) }
        let code = HMAC<SHA256>.authenticationCode(for: Array(secret), using: key)
        let prefix = UnsafeBufferPointer(
            start: Self.placeholderPrefix.utf8Start, count: Self.placeholderPrefix.utf8CodeUnitCount)
        return Array(prefix) + Array(Digest.hex(Array(code.prefix(6))).utf8)
    }

    /// Whether a value is a placeholder of any key. Two placeholders may stand for one kind of secret that changed
    /// between recording and replay; the matcher decides what that means.
    public static func isPlaceholder(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count == placeholderLength else { return false }
        var index = 0
        for byte in bytes {
            if index < placeholderPrefix.utf8CodeUnitCount {
                guard byte == placeholderPrefix.utf8Start[index] else { return false }
            } else {
                guard byte.hexDigitValue != nil, byte == byte.asciiLowercased else { return false }
            }
            index += 1
        }
        return true
    }

    /// The placeholder, or `nil` when there is nothing to hide: no value, or a placeholder already.
    public func replacement(for secret: some Collection<UInt8>) -> [UInt8]? {
        guard !secret.isEmpty, !Self.isPlaceholder(secret) else { return nil }
        if keepsVariables, Self.holdsVariable(secret) { return nil }
        return placeholder(for: secret)
    }

    private static func holdsVariable(_ text: some Collection<UInt8>) -> Bool {
        zip(text, text.dropFirst()).contains { $0 == UInt8(ascii: "{") && $1 == UInt8(ascii: "{") }
    }

    // MARK: Messages

    /// An example's request as live ones are redacted before they are compared with it; the very same example when
    /// there is nothing to hide.
    ///
    /// Recordings are redacted already. An example made by hand holds its secrets, and would never be equal to a request
    /// that brings the same ones.
    public func apply(to example: Example) -> Example {
        guard !isNone else { return example }
        let redaction = keepingVariables
        var request = redaction.redacted(example.request)
        if let type = example.impliedContentType, let bytes = example.request.body.bytesInMemory,
            let body = redaction.apply(toBody: bytes, contentType: type)
        {
            var changed = request ?? example.request
            changed.body = Body(body)
            request = changed
        }
        guard let request else { return example }
        var example = example
        example.request = request
        example.comparesSecrets = true
        return example
    }

    /// The exchange with both messages redacted; the very same value when there is nothing to hide.
    public func apply(to exchange: Exchange) -> Exchange {
        guard !isNone else { return exchange }
        let request = redacted(exchange.request)
        let response = exchange.response.flatMap { redacted($0) }
        let hasUser = exchange.upstream.utf8.contains(UInt8(ascii: "@"))
        guard request != nil || response != nil || hasUser else { return exchange }
        var exchange = exchange
        if let request { exchange.request = request }
        if let response { exchange.response = response }
        if hasUser { exchange.upstream = String(buffer: apply(to: ByteBuffer(string: exchange.upstream))) }
        return exchange
    }

    /// The request with target, fields, trailers and a body in memory redacted; `Content-Length` follows the body.
    /// A spilled body is the caller's: `apply(toBody:contentType:)`.
    public func apply(to request: Exchange.Request) -> Exchange.Request { redacted(request) ?? request }

    /// The response with interim heads, fields, trailers and a body in memory redacted.
    public func apply(to response: Exchange.Response) -> Exchange.Response { redacted(response) ?? response }

    /// `nil` when there is nothing to hide.
    private func redacted(_ request: Exchange.Request) -> Exchange.Request? {
        guard !isNone else { return nil }
        let target = redactedTarget(request.head.target)
        let fields = apply(toFields: request.head.fields)
        let trailers = apply(toFields: request.trailers)
        let body = redactedBody(request.body, request.head.fields)
        guard target != nil || fields != nil || trailers != nil || body != nil else { return nil }
        var request = request
        if let target { request.head.target = target }
        if let fields { request.head.fields = fields }
        if let trailers { request.trailers = trailers }
        if let body { Self.replace(&request.body, with: body, &request.head.fields) }
        return request
    }

    /// `nil` when there is nothing to hide.
    private func redacted(_ response: Exchange.Response) -> Exchange.Response? {
        guard !isNone else { return nil }
        let fields = apply(toFields: response.head.fields)
        let trailers = apply(toFields: response.trailers)
        let body =
            response.head.status == 101
            ? response.body.bytesInMemory.flatMap { redactedTranscript($0) }
            : redactedBody(response.body, response.head.fields)
        guard fields != nil || trailers != nil || body != nil || !response.interim.isEmpty else { return nil }
        var response = response
        for index in response.interim.indices {
            if let fields = apply(toFields: response.interim[index].fields) { response.interim[index].fields = fields }
        }
        if let fields { response.head.fields = fields }
        if let trailers { response.trailers = trailers }
        if let body { Self.replace(&response.body, with: body, &response.head.fields) }
        return response
    }

    /// The head with target and fields redacted. Costs no allocation when nothing is secret.
    public func apply(to head: RequestHead) -> RequestHead {
        guard !isNone else { return head }
        var head = head
        if let target = redactedTarget(head.target) { head.target = target }
        if let fields = apply(toFields: head.fields) { head.fields = fields }
        return head
    }

    public func apply(to head: ResponseHead) -> ResponseHead {
        guard !isNone, let fields = apply(toFields: head.fields) else { return head }
        var head = head
        head.fields = fields
        return head
    }

    /// The request target (or any URL) with the values of secret parameters, and the password of an absolute one,
    /// replaced.
    public func apply(to target: ByteBuffer) -> ByteBuffer { isNone ? target : redactedTarget(target) ?? target }

    // MARK: Bodies

    private func redactedBody(_ body: Body, _ fields: Fields) -> ByteBuffer? {
        guard let bytes = body.bytesInMemory, bytes.readableBytes > 0, !Self.isCoded(fields) else { return nil }
        return redacted(bytes, BodyKind(contentType: fields.first("Content-Type")?.value, bytes: bytes))
    }

    private static func replace(_ body: inout Body, with redacted: ByteBuffer, _ fields: inout Fields) {
        let change = redacted.readableBytes - body.keptByteCount
        body = Body(.memory(redacted), byteCount: body.byteCount + change)
        if change != 0 { fields = fields.settingContentLength(body.byteCount) }
    }

    /// Whether a content coding hides the text.
    public static func isCoded(_ fields: Fields) -> Bool {
        guard let coding = fields.first("Content-Encoding")?.value else { return false }
        return !coding.isEmpty && !coding.equalsIgnoringCase("identity")
    }

    /// The body with the values of secret members or parameters replaced; `nil` when nothing was.
    ///
    /// JSON is told by its type (`json`, `+json`) or by beginning like an object or array; a form by its type. Only
    /// the values' bytes change. JSON that is broken is redacted up to there.
    public func apply(toBody bytes: ByteBuffer, contentType: String?) -> ByteBuffer? {
        guard !isNone else { return nil }
        return redacted(bytes, BodyKind(contentType: contentType.map { ByteBufferView($0.utf8) }, bytes: bytes))
    }

    private func redacted(_ bytes: ByteBuffer, _ kind: BodyKind) -> ByteBuffer? {
        switch kind {
        case .json: return redactedJSON(bytes)
        case .form: return redactedForm(bytes)
        case .transcript: return redactedTranscript(bytes)
        case .other: return nil
        }
    }

    /// Whether `apply(toBody:contentType:)` could change a body that begins like this: saves reading a large one.
    public func concerns(bodyBeginning bytes: ByteBuffer, contentType: String?) -> Bool {
        !isNone && BodyKind(contentType: contentType.map { ByteBufferView($0.utf8) }, bytes: bytes) != .other
    }

    private enum BodyKind {
        case json, form, transcript, other

        init(contentType: ByteBufferView?, bytes: ByteBuffer) {
            let named: BodyKind? = contentType?.withUnsafeBytes { type in
                let end = type.firstIndex(of: UInt8(ascii: ";")) ?? type.count
                let type = UnsafeRawBufferPointer(rebasing: type[..<end])
                if type.containsIgnoringCase("x-understudy-transcript") { return .transcript }
                if type.containsIgnoringCase("x-www-form-urlencoded") { return .form }
                return type.containsIgnoringCase("json") ? .json : nil
            }
            if let named {
                self = named
            } else {
                let first = bytes.readableBytesView.first { $0 > 0x20 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }
                self = first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? .json : .other
            }
        }
    }
}

extension Fields {
    /// These lines with every `Content-Length` saying `byteCount`; none is added.
    fileprivate func settingContentLength(_ byteCount: Int) -> Fields {
        guard contains("Content-Length") else { return self }
        var fields = Fields()
        for field in self {
            if field.isNamed("Content-Length") {
                fields.append(field.name, String(byteCount).utf8)
            } else {
                fields.append(field.name, field.value)
            }
        }
        return fields
    }
}

extension UnsafeRawBufferPointer {
    /// ASCII case-insensitive search for a word.
    fileprivate func containsIgnoringCase(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        var start = 0
        while start + length <= count {
            if UnsafeRawBufferPointer(rebasing: self[start..<start + length]).equalsIgnoringCase(word) { return true }
            start += 1
        }
        return false
    }
}
