import ArgumentParser
import Testing
import UnderstudyCore

@testable import UnderstudyCLI

/// Beyond loopback a front door that has an API is not also a way into this machine's network.
@Suite struct `Listening for others` {
    @Test(
        arguments: [
            ("127.0.0.1", nil, "http://api.example", true), ("localhost", nil, "http://api.example", true),
            ("::1", nil, "http://api.example", true), ("0.0.0.0", nil, "http://api.example", false),
            ("::", nil, "http://api.example", false), ("0.0.0.0", "me:secret", "http://api.example", true),
            ("0.0.0.0", nil, nil, true),
        ] as [(String, String?, String?, Bool)])
    func `forwards for those it knows`(host: String, auth: String?, upstream: String?, forwards: Bool) throws {
        let options = try ServeOptions.parse(["--host", host] + (auth.map { ["--proxy-auth", $0] } ?? []))
        let settings = try ServeSettings(options, mode: .record, upstream: upstream)
        #expect(settings.forward.forwards == forwards)
    }
}
