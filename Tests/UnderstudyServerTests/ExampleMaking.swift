import NIOCore
import UnderstudyCore

extension Example {
    /// An example for a test. Its response says `id` unless told otherwise.
    static func of(
        _ id: String, _ method: String = "GET", target: String, status: Int = 200, fields: [(String, String)] = [],
        body: Body? = nil, trailers: [(String, String)] = [], responseTime: Int? = nil, baseURL: String = ""
    ) -> Example {
        let body = body ?? Body(text: id)
        var lines = Fields()
        for (name, value) in fields { lines.append(name, value) }
        if fields.isEmpty { lines.append("Content-Length", String(body.byteCount)) }
        var after = Fields()
        for (name, value) in trailers { after.append(name, value) }
        return Example(
            id: id, name: id, collection: "test",
            request: Exchange.Request(head: RequestHead(method: method, target: target)),
            response: Exchange.Response(
                head: ResponseHead(status: status, reason: "As Recorded", fields: lines), body: body, trailers: after),
            responseTime: responseTime, baseURL: baseURL)
    }
}
