import Curl
import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// C43: an upstream whose certificate is not to be believed gets no request.
@Suite(.serialized, .enabled(if: TLSOrigin.isAvailable)) struct `C: upstreams with TLS` {
    @Test(arguments: [
        ("untrusted", "localhost", 2, false), ("expired", "localhost", -1, true),
        ("for another name", "other.example", 2, true), ("all of it", "other.example", -1, false),
    ])
    func `C43 a certificate that is not good is a 502`(what: String, name: String, days: Int, isTrusted: Bool)
        async throws
    {
        let origin = try TLSOrigin(name: name, days: days)
        let curl = CurlOptions(
            caFile: isTrusted ? origin.certificate : nil, connectTimeout: .seconds(10), firstByteTimeout: .seconds(10))
        let change: (inout Proxy.Options) -> Void = { options in
            (options.upstream, options.curl, options.mode) = ("https://localhost:\(origin.port)", curl, .record)
        }
        try await Proxy.run(to: nil, change) { proxy in
            let client = try proxy.client()
            // Longer than the proxy waits, whatever else the machine does.
            client.connection.patience = 25
            for number in 0..<2 {
                try client.send(.post("secret"))
                let response = try client.readResponse()
                #expect(response.status == 502)
                #expect(response["Proxy-Status"] == "understudy; error=tls_certificate_error")
                #expect(response.text.contains("urn:understudy:problem:tls_certificate_error"))
                let entry = try proxy.recorder.entry(number)
                #expect(entry.failure == .tlsCertificateError && !entry.savesExample && !entry.exchange.isReplayable)
                #expect(entry.exchange.response == nil)
            }
            try await proxy.replayWhatWasRecorded()
            try client.send(.post("secret"))
            #expect(try client.readResponse().status == 404)
        }
    }

    @Test func `C43 a good certificate is none of these`() async throws {
        let origin = try TLSOrigin()
        let change: (inout Proxy.Options) -> Void = { options in
            options.upstream = "https://localhost:\(origin.port)"
            options.curl = CurlOptions(caFile: origin.certificate)
            options.mode = .record
        }
        try await Proxy.run(to: nil, change) { proxy in
            let response = try proxy.get()
            #expect(response.status == 200 && response.endedCleanly)
            #expect(try proxy.recorder.entry().savesExample)
        }
    }
}
