import HTTPTypes
import NIOCore
import UnderstudyCoding
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// The content of a recorded message, to be looked at: without its coding where that can be taken off, and bounded, because it
/// may be anything.
struct RecordedContent {
    let body: Body
    let fields: Fields

    /// As `Content-Encoding` lists them; `nil` where one is unknown.
    private var codings: [ContentCoding]? {
        try? ContentCoding.list(fields.all("content-encoding").map(\.value))
    }

    /// What `Content-Encoding` says; `nil` for nothing.
    private var codingText: String? {
        if let codings { return codings.isEmpty ? nil : codings.map(\.rawValue).joined(separator: ", ") }
        return fields.all("content-encoding").map(\.valueText).joined(separator: ", ")
    }

    var mediaType: MediaType? { fields.text("content-type").flatMap { MediaType($0) } }

    /// The first octets, decoded when they can be.
    struct Beginning {
        var bytes: ByteBuffer
        /// Whether that is all there is of the message.
        var isWhole: Bool
        var isDecoded: Bool
    }

    /// - Throws: `FileError` when its file is gone.
    func beginning(_ bodies: BodyStore, limit: Int) throws -> Beginning {
        let reader = try bodies.reader(of: body)
        let codings = codings ?? []
        guard !codings.isEmpty, limit > 0 else {
            let bytes = try reader.piece(at: 0, count: limit)
            return Beginning(
                bytes: bytes, isWhole: bytes.readableBytes == body.byteCount, isDecoded: false)
        }
        // Coded content is hardly ever longer than what it stands for.
        let coded = try reader.piece(at: 0, count: min(reader.byteCount, max(limit, limit &+ Self.codedMargin)))
        guard let decoded = try? ContentCoding.decodeBeginning(coded, codings: codings, limit: limit) else {
            let bytes = coded.getSlice(at: coded.readerIndex, length: min(limit, coded.readableBytes)) ?? ByteBuffer()
            return Beginning(bytes: bytes, isWhole: bytes.readableBytes == body.byteCount, isDecoded: false)
        }
        let isWhole = decoded.isWhole && coded.readableBytes == body.byteCount
        return Beginning(bytes: decoded.bytes, isWhole: isWhole, isDecoded: true)
    }

    private static let codedMargin = 1 << 20

    func json(_ bodies: BodyStore, limit: Int, _ limits: AdminLimits) throws -> JSONValue {
        var object: JSONObject = [
            "byteCount": .integer(body.byteCount), "keptByteCount": .integer(body.keptByteCount),
        ]
        if let codingText { object["coding"] = .string(codingText) }
        let bound = codingText == nil ? limit : min(limit, limits.decodedBytes)
        guard let beginning = try? beginning(bodies, limit: bound) else {
            object["isMissing"] = true
            object["isCut"] = true
            return .object(object)
        }
        object["isCut"] = .bool(!beginning.isWhole)
        if codingText != nil { object["decoded"] = .bool(beginning.isDecoded) }
        guard body.keptByteCount > 0, limit > 0 else { return .object(object) }
        if let text = Self.text(beginning) {
            object["text"] = .string(text)
        } else {
            object["base64"] = .string(Base64.encode(beginning.bytes))
        }
        return .object(object)
    }

    /// Under its coding, if it has one. A body whose file is gone is only said to have been there.
    func jsonAsRecorded(_ bodies: BodyStore, limit: Int) -> JSONValue {
        var object: JSONObject = [
            "byteCount": .integer(body.byteCount), "keptByteCount": .integer(body.keptByteCount),
        ]
        guard let bytes = try? bodies.reader(of: body).piece(at: 0, count: limit) else {
            object["isCut"] = .bool(body.isCut)
            return .object(object)
        }
        let beginning = Beginning(bytes: bytes, isWhole: bytes.readableBytes == body.byteCount, isDecoded: false)
        object["isCut"] = .bool(!beginning.isWhole)
        if let text = Self.text(beginning) {
            object["text"] = .string(text)
        } else {
            object["base64"] = .string(Base64.encode(bytes))
        }
        return .object(object)
    }

    /// Up to the last whole character of what is cut; `nil` for what is no text.
    private static func text(_ beginning: Beginning) -> String? {
        let view = beginning.bytes.readableBytesView
        if let text = String(validating: view, as: UTF8.self) { return text }
        guard !beginning.isWhole else { return nil }
        for missing in 1...3 where missing < view.count {
            if let text = String(validating: view.dropLast(missing), as: UTF8.self) { return text }
        }
        return nil
    }

    /// All of it without its coding.
    ///
    /// - Throws: `Refusal` when it cannot be taken off, or too much would come out.
    func decoded(_ bodies: BodyStore, limit: Int) throws -> ByteBuffer {
        guard let codings else { throw Refusal.conflict("its content coding is not one of gzip, deflate, br and zstd") }
        let reader = try bodies.reader(of: body)
        guard reader.byteCount <= limit else { throw Self.tooLarge(limit) }
        do throws(CodingError) {
            let bytes: ByteBuffer
            do { bytes = try reader.piece(at: 0, count: reader.byteCount) } catch { throw .truncated }
            return try ContentCoding.decode(bytes, codings: codings, limit: limit)
        } catch .tooLarge {
            throw Self.tooLarge(limit)
        } catch {
            throw Refusal.conflict("its content coding cannot be taken off: \(error)")
        }
    }

    static func tooLarge(_ limit: Int) -> Refusal {
        Refusal(
            .contentTooLarge, "payloadTooLargeError",
            "the body is longer than \(limit) bytes: download it as it was recorded")
    }
}
