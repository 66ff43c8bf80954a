import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyFormats

@Suite struct `A recording behind a base path` {
    @Test(arguments: [
        ("https://api.example/v1", "https://api.example/v1"), ("https://api.example", "https://api.example"),
    ])
    func `says where its targets begin`(base: String, from: String) throws {
        var request = RequestHead(method: "GET", target: "/users", fields: Fields())
        request.fields.append("Host", "h")
        let exchange = Exchange(
            startedAt: .now(), mode: .record, result: .recorded, upstream: "https://api.example",
            request: Exchange.Request(head: request),
            response: Exchange.Response(head: ResponseHead(status: 200, reason: "OK"), body: Body(text: "hi")))
        let collection = try fold([exchange], into: PostmanCollection(slug: "api", origin: base))
        let read = try PostmanCollection.examples(
            parsing: collection.bytes(), slug: "api", file: "api", files: nil)
        for example in [
            try #require(read.examples.first), try #require(collection.examples(files: nil).examples.first),
        ] {
            #expect(example.recordedFrom == from)
            #expect(example.request.head.targetText == "/users")
        }
    }
}
