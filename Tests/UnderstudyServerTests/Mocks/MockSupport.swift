import Foundation
import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Postman's answer where no mock server is to be seen.
let nobody =
    "{\n\t\"error\": {\n\t\t\"name\": \"mockNotFoundError\",\n\t\t\"message\": \"Please refresh and try again.\"\n\t}\n}\n"

extension MockSite {
    /// One whose only answers are `NAME TARGET`, to GET.
    static func of(_ name: String, id: String? = nil, _ targets: [String] = ["/a"], port: Int? = nil) -> MockSite {
        let examples = targets.map { Example.of("\(name) \($0)", target: $0) }
        var site = MockSite(id: id ?? "id-of-\(name)", names: [name], port: port, contents: ExampleSet(examples))
        site.annotates = false
        return site
    }

    /// The same with some things changed.
    func with(_ change: (inout MockSite) -> Void) -> MockSite {
        var site = self
        change(&site)
        return site
    }
}

extension Proxy {
    /// A GET under a name of the front door.
    func get(_ target: String, of name: String, _ fields: String = "") throws -> RawMessage {
        try exchange(request(target, of: name, fields))
    }

    func request(_ target: String, of name: String, _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: \(name).localhost:\(port)\r\n\(fields)\r\n"
    }

    /// A port that is free at the moment.
    static func freePort() throws -> Int {
        let origin = try RawOrigin(responses: [])
        return origin.port
    }
}
