import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Curl

/// A sink that keeps everything, and can be told to pause.
final class Recorder: CurlSink {
    struct Record {
        var lines: [String] = []
        var body: [UInt8] = []
        var pieces = 0
        var result: CurlResult?
        var finishedCount = 0
        var pausesLeft = 0
        var isPaused = false
        var abortsHeader = false, abortsBody = false
    }

    private let record: Mutex<Record>
    private let finish = DispatchSemaphore(value: 0)

    /// - Parameter pauses: How many pieces of body are refused before one is taken.
    init(pauses: Int = 0, abortsHeader: Bool = false, abortsBody: Bool = false) {
        record = Mutex(Record(pausesLeft: pauses, abortsHeader: abortsHeader, abortsBody: abortsBody))
    }

    func headerLine(_ line: UnsafeRawBufferPointer) -> Bool {
        record.withLock { record in
            record.lines.append(line.latin1)
            return !record.abortsHeader
        }
    }

    func body(_ bytes: UnsafeRawBufferPointer) -> CurlFlow {
        record.withLock { record in
            if record.abortsBody { return .abort }
            if record.pausesLeft > 0 {
                record.pausesLeft -= 1
                record.isPaused = true
                return .pause
            }
            record.isPaused = false
            record.body += bytes
            record.pieces += 1
            return .taken
        }
    }

    func finished(_ result: CurlResult) {
        record.withLock { record in
            record.result = result
            record.finishedCount += 1
        }
        finish.signal()
    }

    var current: Record { record.withLock { $0 } }
    /// Without line ends, blank lines left out.
    var lines: [String] { current.lines.map { $0.filter { !$0.isNewline } }.filter { !$0.isEmpty } }
    var text: String { current.body.latin1 }

    /// The result, once there is one.
    func result(within seconds: Double = 10) throws -> CurlResult {
        guard finish.wait(timeout: .now() + seconds) == .success else { throw NoResult(record: current) }
        finish.signal()  // for whoever asks again
        return try #require(current.result)
    }

    struct NoResult: Error { let record: Record }
}

/// A source over an array, with scripted pauses.
final class Source: CurlBodySource {
    struct Script {
        var rest: ArraySlice<UInt8>
        var pausesLeft: Int
        var readCount = 0, rewindCount = 0
    }

    let script: Mutex<Script>
    private let bytes: [UInt8]
    private let piece: Int
    private let canRewind: Bool

    /// - Parameter pauses: How many times `read` answers `.pause`, one after the other.
    convenience init(_ text: String, piece: Int = .max, pauses: Int = 0, canRewind: Bool = true) {
        self.init(text.latin1Bytes, piece: piece, pauses: pauses, canRewind: canRewind)
    }

    init(_ bytes: [UInt8], piece: Int = .max, pauses: Int = 0, canRewind: Bool = true) {
        self.bytes = bytes
        (self.piece, self.canRewind) = (piece, canRewind)
        script = Mutex(Script(rest: bytes[...], pausesLeft: pauses))
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> CurlRead {
        script.withLock { script in
            script.readCount += 1
            if script.pausesLeft > 0 {
                script.pausesLeft -= 1
                return .pause
            }
            if script.rest.isEmpty { return .end }
            let part = script.rest.prefix(min(piece, buffer.count))
            script.rest = script.rest.dropFirst(part.count)
            buffer.copyBytes(from: part)
            return .bytes(part.count)
        }
    }

    func rewind() -> Bool {
        script.withLock { script in
            script.rewindCount += 1
            guard canRewind else { return false }
            script.rest = bytes[...]
            return true
        }
    }
}

extension CurlEngine {
    /// An engine for one test.
    static func forTest(perHost: Int = 64, poll: Bool = false) throws -> CurlEngine {
        let configuration = Configuration(name: "test", maxConnectionsPerHost: perHost)
        return poll
            ? try CurlEngine(configuration, sockets: PollSocketSet(), turnEnded: {})
            : try CurlEngine(configuration, turnEnded: {})
    }

    /// Starts and waits. The default options have short limits, so that a fault shows as a failure, not as a hang.
    func fetch(
        _ method: String = "GET", _ target: String = "/", port: Int, headers: [(String, String)] = [],
        body: CurlRequest.BodyLength = .none, source: Source? = nil, options: CurlOptions = .forTest,
        isRepeatable: Bool = true, sink: Recorder = Recorder()
    ) throws -> (result: CurlResult, recorder: Recorder) {
        let request = CurlRequest.to(
            port: port, method, target, headers: headers, body: body, options: options, isRepeatable: isRepeatable)
        start(request, source: source, sink: sink)
        return (try sink.result(), sink)
    }
}

extension CurlRequest {
    static func to(
        port: Int, _ method: String = "GET", _ target: String = "/", headers: [(String, String)] = [],
        body: BodyLength = .none, options: CurlOptions = .forTest, isRepeatable: Bool = true
    ) -> CurlRequest {
        var lines = CurlHeaderLines()
        for (name, value) in headers { lines.append(name: name.latin1Bytes, value: value.latin1Bytes) }
        return CurlRequest(
            method: method, origin: "http://127.0.0.1:\(port)/", target: target.latin1Bytes, headers: lines,
            bodyLength: body, options: options, isRepeatable: isRepeatable)
    }
}

extension CurlOptions {
    static let forTest = CurlOptions(
        connectTimeout: .seconds(5), firstByteTimeout: .seconds(5), idleTimeout: .seconds(5))
}

extension String {
    /// A response with this as its counted body.
    static func ok(_ body: String, _ fields: String = "") -> String {
        "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(body.unicodeScalars.count)\r\n\r\n\(body)"
    }
}
