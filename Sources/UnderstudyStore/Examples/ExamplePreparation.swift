import NIOCore
import UnderstudyCore

/// Makes exchanges of the history fit to be written: redacted, their large bodies under names that examples own.
struct ExamplePreparation: Sendable {
    let bodies: BodyStore
    let redaction: Redaction

    func prepared(_ exchange: Exchange) throws -> Exchange {
        var exchange = redaction.apply(to: exchange)
        exchange.request.body = try owned(exchange.request.body, of: exchange.request.head.fields)
        if let response = exchange.response {
            exchange.response?.body = try owned(response.body, of: response.head.fields)
        }
        return exchange
    }

    private func owned(_ body: Body, of fields: Fields) throws -> Body {
        guard case .stored(let digest, _) = body.content else { return body }
        let contentType = fields.text("content-type")
        // Most large bodies cannot hold what is redacted, and need not be read.
        if !Redaction.isCoded(fields),
            redaction.concerns(bodyBeginning: try bodies.beginning(of: digest), contentType: contentType)
        {
            let bytes = try bodies.contents(of: digest)
            if let redacted = redaction.apply(toBody: bytes, contentType: contentType) {
                let digest = try bodies.saveForExamples(redacted)
                return Body(.stored(digest, byteCount: redacted.readableBytes), byteCount: redacted.readableBytes)
            }
        }
        try bodies.keepForExamples(digest)
        return body
    }
}
