import TestSupport
import Testing

@testable import Curl

/// Certificates made by `openssl`, served by `openssl s_server`.
@Suite(.enabled(if: TLSOrigin.isAvailable)) struct `TLS` {
    static func fetch(_ origin: TLSOrigin, _ engine: CurlEngine, _ options: CurlOptions, host: String = "localhost")
        throws
        -> (CurlResult, Recorder)
    {
        var request = CurlRequest.to(port: 1, options: options)
        request.origin = "https://\(host):\(origin.port)/"
        let sink = Recorder()
        engine.start(request, sink: sink)
        return (try sink.result(), sink)
    }

    @Test func `trusts what it is told to, and nothing else`() throws {
        let origin = try TLSOrigin()
        let engine = try CurlEngine.forTest()
        let connect = ["other.example:\(origin.port):127.0.0.1:\(origin.port)"]

        let (unknown, _) = try Self.fetch(origin, engine, CurlOptions())
        #expect(unknown.kind == .tlsCertificate && !unknown.wasConnected, "\(unknown)")

        let (trusted, recorder) = try Self.fetch(origin, engine, CurlOptions(caFile: origin.certificate))
        #expect(trusted.kind == .complete, "\(trusted)")
        #expect(recorder.lines.first?.hasPrefix("HTTP/1.") == true)
        #expect(trusted.timings.appConnect > 0)

        let (misnamed, _) = try Self.fetch(
            origin, engine, CurlOptions(caFile: origin.certificate, connectTo: connect), host: "other.example")
        #expect(misnamed.kind == .tlsCertificate)

        let (insecure, _) = try Self.fetch(
            origin, engine, CurlOptions(insecure: true, connectTo: connect), host: "other.example")
        #expect(insecure.kind == .complete)

        // What was allowed before must not leak into a pooled connection or a kept handle.
        #expect(try Self.fetch(origin, engine, CurlOptions()).0.kind == .tlsCertificate)
        #expect(try Self.fetch(origin, engine, CurlOptions(caFile: "/does/not/exist")).0.kind == .tlsConfiguration)
        engine.stop()
    }

    @Test func `fails against what is not TLS`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in try connection.send("HTTP/1.1 200 OK\r\n\r\n") }
        let engine = try CurlEngine.forTest()
        var request = CurlRequest.to(port: 1)
        request.origin = "https://127.0.0.1:\(origin.port)/"
        let sink = Recorder()
        engine.start(request, sink: sink)
        #expect(try sink.result().kind == .tlsHandshake)
        engine.stop()
    }
}
