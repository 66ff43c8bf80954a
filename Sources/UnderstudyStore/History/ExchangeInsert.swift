import GRDB
import GRDBSQLite
import NIOCore
import UnderstudyCore

/// An exchange's way into a row: everything but the bodies is laid out in one reused buffer, then bound in place.
///
/// SQLite's C interface is used on GRDB's connection because binding through Swift values would copy every blob twice.
/// Lives on the writer's thread. Source: <https://www.sqlite.org/c3ref/bind_blob.html>
struct ExchangeInsert {
    /// What the row says beside the exchange.
    struct Note {
        var run: Int64
        var example: Digest?
        var occurrence: Int?
    }

    /// Where a column's bytes are in the buffer.
    private enum Value {
        case null
        case integer(Int64)
        case real(Double)
        case text(Range<Int>)
        case blob(Range<Int>)
    }

    private static let columns = [
        "started_at", "run", "mode", "result", "method", "upstream", "host", "path", "query", "status", "failure",
        "failure_detail", "flags", "request_size", "response_size", "name_lookup", "connect", "tls", "first_byte",
        "total", "example_id", "example_state", "occurrence", "request_key", "request_file", "request_kept",
        "response_file", "response_kept", "request_head", "request_trailers", "response_head", "response_trailers",
        "response_pace", "session", "mock", "example_name", "score", "miss_reason", "request_body", "response_body",
        "request_shared", "response_shared",
    ]
    private static let sql = """
        INSERT INTO exchange (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """

    private var bytes = ByteBuffer()
    private var values: [Value] = []
    /// Told by the writer where its transactions begin and end.
    var shared = SharedBodies()
    /// The last upstream and its host: nearly always the next one's too.
    private var upstream = (url: "", host: ByteBufferView())

    /// The statement for the rows of one transaction.
    static func statement(in db: Database) throws -> OpaquePointer? {
        try db.cachedStatement(sql: sql).sqliteStatement
    }

    /// Inserts one row into the open transaction and returns its id.
    ///
    /// - Throws: `DatabaseError`; the transaction is then the caller's to roll back.
    mutating func run(_ exchange: Exchange, _ note: Note, with statement: OpaquePointer?, in db: Database) throws
        -> Int64
    {
        lay(out: exchange, note)
        let none = ByteBuffer()
        let requestBody = exchange.request.body.bytesInMemory ?? none
        let responseBody = exchange.response?.body.bytesInMemory ?? none
        let requestShared = try requestBody.withUnsafeReadableBytes { try shared.reference(to: $0, in: db) }
        let responseShared = try responseBody.withUnsafeReadableBytes { try shared.reference(to: $0, in: db) }
        // The buffers outlive the step, so SQLite need not copy them: a nil destructor is SQLITE_STATIC.
        let code = bytes.withUnsafeReadableBytes { bytes in
            requestBody.withUnsafeReadableBytes { requestBody in
                responseBody.withUnsafeReadableBytes { responseBody in
                    for (index, value) in values.enumerated() {
                        bind(value, at: Int32(index + 1), of: statement, from: bytes)
                    }
                    let index = Int32(values.count + 1)
                    bindBody(requestBody, requestShared, at: index, of: statement)
                    bindBody(responseBody, responseShared, at: index + 1, of: statement)
                    return sqlite3_step(statement)
                }
            }
        }
        let reason = code == SQLITE_DONE ? nil : db.lastErrorMessage
        sqlite3_reset(statement)
        guard code == SQLITE_DONE else {
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: reason)
        }
        return sqlite3_last_insert_rowid(db.sqliteConnection)
    }

    private func bind(_ value: Value, at index: Int32, of statement: OpaquePointer?, from bytes: UnsafeRawBufferPointer)
    {
        switch value {
        case .null:
            sqlite3_bind_null(statement, index)
        case .integer(let integer):
            sqlite3_bind_int64(statement, index, integer)
        case .real(let real):
            sqlite3_bind_double(statement, index, real)
        case .text(let range):
            let start = bytes.baseAddress?.advanced(by: range.lowerBound).assumingMemoryBound(to: CChar.self)
            sqlite3_bind_text(statement, index, start, Int32(range.count), nil)
        case .blob(let range):
            sqlite3_bind_blob(
                statement, index, bytes.baseAddress?.advanced(by: range.lowerBound), Int32(range.count), nil)
        }
    }

    /// A body's two columns. An empty one is NULL: a byte shorter, and the sizes tell it from a spilled one.
    private func bindBody(
        _ bytes: UnsafeRawBufferPointer, _ shared: Int64?, at index: Int32, of statement: OpaquePointer?
    ) {
        if shared != nil || bytes.isEmpty {
            sqlite3_bind_null(statement, index)
        } else {
            sqlite3_bind_blob(statement, index, bytes.baseAddress, Int32(bytes.count), nil)
        }
        if let shared {
            sqlite3_bind_int64(statement, index + 2, shared)
        } else {
            sqlite3_bind_null(statement, index + 2)
        }
    }
}

extension ExchangeInsert {
    /// Fills `values` in the order of `columns`, without the four about bodies.
    private mutating func lay(out exchange: Exchange, _ note: Note) {
        bytes.clear()
        values.removeAll(keepingCapacity: true)
        let request = exchange.request, response = exchange.response
        integer(exchange.startedAt.microseconds)
        integer(note.run)
        text(exchange.mode.rawValue)
        text(exchange.result.rawValue)
        text(request.head.method)
        text(exchange.upstream)
        let address = RequestAddress(request.head)
        if exchange.upstream.isEmpty {
            text(of: address.host, lowercased: true)
        } else {
            if exchange.upstream != upstream.url {
                upstream = (exchange.upstream, RequestAddress.host(ofURL: exchange.upstream))
            }
            text(of: upstream.host, lowercased: true)
        }
        text(of: address.path)
        if let query = address.query { text(of: query) } else { values.append(.null) }
        optionalInteger(response.map { Int64($0.head.status) })
        optionalText(exchange.failure?.kind.rawValue)
        optionalText(exchange.failure?.detail)
        integer(Int64(ExchangeFlags(of: exchange).rawValue))
        integer(Int64(request.body.byteCount))
        integer(Int64(response?.body.byteCount ?? 0))
        integer(exchange.timings.nameLookup)
        integer(exchange.timings.connect)
        integer(exchange.timings.tls)
        integer(exchange.timings.firstByte)
        integer(exchange.timings.total)
        optionalText(exchange.exampleID)
        integer(note.example == nil ? 0 : 1)
        optionalInteger(note.occurrence.map { Int64($0) })
        if let key = note.example { blob { $0.writeBytes(key.bytes) } } else { values.append(.null) }
        file(of: request.body)
        file(of: response?.body)
        blob { request.head.write(into: &$0) }
        trailers(request.trailers)
        if let response {
            blob { bytes in
                for head in response.interim { head.write(into: &bytes) }
                response.head.write(into: &bytes)
            }
            trailers(response.trailers)
            optionalText(response.pace.isEmpty ? nil : response.pace.text)
        } else {
            values.append(.null)
            values.append(.null)
            values.append(.null)
        }
        optionalText(exchange.session.isEmpty ? nil : exchange.session)
        let call = exchange.call
        optionalText(call?.mock)
        optionalText(call?.exampleName)
        values.append(call?.score.map { .real($0) } ?? .null)
        optionalText(call?.missReason)
    }

    private mutating func integer(_ value: Int64) { values.append(.integer(value)) }

    private mutating func optionalInteger(_ value: Int64?) { values.append(value.map { .integer($0) } ?? .null) }

    private mutating func text(_ value: String) {
        let start = bytes.writerIndex
        bytes.writeString(value)
        values.append(.text(start..<bytes.writerIndex))
    }

    /// Bytes as text; see `TextBytes`.
    private mutating func text(of view: ByteBufferView, lowercased: Bool = false) {
        let start = bytes.writerIndex
        let isPlain = view.withUnsafeBytes { view in
            view.allSatisfy { $0 < 0x80 && !(lowercased && $0 >= 0x41 && $0 <= 0x5A) }
        }
        if isPlain {
            bytes.writeBytes(view)
        } else {
            let text = TextBytes.text(of: view)
            bytes.writeString(lowercased ? text.lowercased() : text)
        }
        values.append(.text(start..<bytes.writerIndex))
    }

    private mutating func optionalText(_ value: String?) {
        if let value { text(value) } else { values.append(.null) }
    }

    private mutating func blob(_ write: (inout ByteBuffer) -> Void) {
        let start = bytes.writerIndex
        write(&bytes)
        values.append(.blob(start..<bytes.writerIndex))
    }

    private mutating func trailers(_ fields: Fields) {
        if fields.isEmpty { values.append(.null) } else { blob { fields.write(into: &$0) } }
    }

    private mutating func file(of body: Body?) {
        guard case .stored(let digest, let kept) = body?.content else {
            values.append(.null)
            values.append(.null)
            return
        }
        blob { $0.writeBytes(digest.bytes) }
        integer(Int64(kept))
    }
}
