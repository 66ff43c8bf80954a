import Foundation
import TestSupport
import Testing

/// Somebody who only wants an answer, and notes how long it took.
struct HonestClient {
    let proxy: Understudy
    private(set) var slowest = 0.0
    private(set) var count = 0

    init(_ proxy: Understudy) { self.proxy = proxy }

    /// One request on a connection of its own.
    mutating func ask(_ target: String = "/honest", sourceLocation: SourceLocation = #_sourceLocation) throws {
        let start = ContinuousClock.now
        let answer = try proxy.get(target)
        let seconds = (ContinuousClock.now - start).seconds
        slowest = max(slowest, seconds)
        count += 1
        #expect(answer.status == 200, "\(answer.startLine)", sourceLocation: sourceLocation)
        #expect(seconds < 2, sourceLocation: sourceLocation)
    }

    /// Asks again and again until so long has passed.
    mutating func keepAsking(for seconds: Double, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        repeat {
            try ask(sourceLocation: sourceLocation)
            usleep(20_000)
        } while .now < deadline
    }

    var figures: String { "\(count) honest requests, the slowest \(Int(slowest * 1000)) ms" }
}

extension RawOrigin {
    /// Answers everything with two bytes.
    static func small() throws -> RawOrigin {
        try RawOrigin(responses: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
    }
}
