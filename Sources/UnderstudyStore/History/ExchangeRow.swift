import Foundation
import GRDB
import NIOCore
import UnderstudyCore

/// An exchange's way out of a row, byte for byte. The row has `SharedBodies.columns`.
struct ExchangeRow {
    let row: Row

    /// - Throws: `HistoryError.damagedRow`.
    func exchange() throws -> Exchange {
        let id: Int64 = row["id"]
        guard let mode = Mode(rawValue: row["mode"]), let result = Exchange.Result(rawValue: row["result"]),
            let head = blob("request_head").flatMap({ HeadBytes.request($0) }),
            let trailers = fields("request_trailers"), let body = body("request")
        else { throw HistoryError.damagedRow(id: id) }
        var exchange = Exchange(
            startedAt: Timestamp(microseconds: row["started_at"]), mode: mode, result: result,
            upstream: row["upstream"], session: row["session"] ?? "",
            request: Exchange.Request(head: head, body: body, trailers: trailers),
            timings: timings(), exampleID: row["example_id"])
        exchange.id = id
        // A file that no newer server has opened has no such columns: NULL for GRDB.
        if let mock: String = row["mock"] {
            exchange.call = MockCall(
                mock: mock, exampleName: row["example_name"], score: row["score"], missReason: row["miss_reason"])
        }
        if let failure: String = row["failure"] {
            let kind = UpstreamFailure.Kind(rawValue: failure) ?? .internalError
            exchange.failure = UpstreamFailure(kind, row["failure_detail"] ?? "")
        }
        if let bytes = blob("response_head") {
            guard var heads = HeadBytes.responses(bytes), let final = heads.popLast(),
                let trailers = fields("response_trailers"), let body = self.body("response")
            else { throw HistoryError.damagedRow(id: id) }
            exchange.response = Exchange.Response(interim: heads, head: final, body: body, trailers: trailers)
            // A file that no newer server has opened has no such column: NULL for GRDB too.
            if let pace: String = row["response_pace"] { exchange.response?.pace = Pace(text: pace) }
        }
        return exchange
    }

    func timings() -> Timings {
        var timings = Timings()
        timings.nameLookup = row["name_lookup"]
        timings.connect = row["connect"]
        timings.tls = row["tls"]
        timings.firstByte = row["first_byte"]
        timings.total = row["total"]
        return timings
    }

    private func blob(_ column: String) -> ByteBuffer? {
        guard let data: Data = row[column] else { return nil }
        return ByteBuffer(bytes: data)
    }

    private func fields(_ column: String) -> Fields? {
        blob(column).map { HeadBytes.trailers($0) } ?? Fields()
    }

    private func body(_ side: String) -> Body? {
        let size: Int = row[side + "_size"]
        if let file = blob(side + "_file") {
            guard let digest = Digest(bytes: Array(file.readableBytesView)), let kept: Int = row[side + "_kept"] else {
                return nil
            }
            return Body(.stored(digest, byteCount: kept), byteCount: size)
        }
        // A file that no server with shared bodies has opened has no such column: NULL for GRDB too.
        if (row[side + "_shared"] as Int64?) != nil {
            return blob(side + "_shared_bytes").map { Body(.memory($0), byteCount: size) }
        }
        return Body(.memory(blob(side + "_body") ?? ByteBuffer()), byteCount: size)
    }
}
