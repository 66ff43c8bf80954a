import NIOCore
import TestSupport
import Testing
import UnderstudyFormats

@testable import UnderstudyCore

/// Real collections of other people: every example is got back by its own request, or the reason is one that Postman
/// has as well.
@Suite struct `Other people's collections` {
    @Test(.enabled(if: hasFixtures, "no ../shared/fixtures/postman"), arguments: fixtureNames)
    func `give each example back to its own request`(file: String) throws {
        let collection = try PostmanCollection(parsing: fixture(file), slug: "fixture", file: file)
        let (examples, _) = collection.examples(files: nil)
        for profile in MatchOptions.Profile.allCases {
            var options = MatchOptions(profile: profile)
            options.matchBody = true
            let index = ExampleIndex(examples, options: options)
            // The strict profile knows no variables in paths.
            for entry in index.entries where profile == .postman || entry.example.pathVariables.isEmpty {
                let request = index.request(of: entry.example)
                guard case .hit(let hit) = index.peek(request, in: MatchSessions()) else {
                    let why = Explanation(of: request, in: index, sessions: MatchSessions())
                    Issue.record(
                        "\(file): \(entry.example.name) (\(entry.example.request.head.targetText)) is not found: \(why.text)"
                    )
                    continue
                }
                guard hit.entry !== entry else { continue }
                // Postman chooses among equals by status and id, and so do we: then both must score the same, and the
                // other must be the first by that rule.
                let ladder = Ladder(request, index)
                guard case .stands(let score) = ladder.verdict(on: entry) else {
                    Issue.record("\(file): \(entry.example.name) does not match its own request")
                    continue
                }
                #expect(
                    abs(score.total - hit.score.total) < 1e-9,
                    "\(file): \(hit.entry.example.name) at \(hit.score.total) hides \(entry.example.name) at \(score.total)"
                )
                if profile == .postman {
                    #expect(Turns.postmansChoice([entry, hit.entry]) === hit.entry)
                } else {
                    #expect(hit.entry.position < entry.position, "the first of equal ones begins the sequence")
                }
            }
        }
    }
}

private let fixtureNames = [
    "adyen-checkout-v72.v21", "localmock-wildcards.v21", "microcks-beer-catalog.v20", "microcks-films-graphql.v21",
    "microcks-weather-5-examples-one-request.v21", "newman-bom.v20", "newman-odd-urls.v21",
    "openapi-disabled-query.v21",
    "openapi-path-variables.v21", "schemas-request-forms.v21", "schemas-response-body-null.v20", "transformer-echo.v1",
    "transformer-echo.v20", "transformer-multi-level.v21",
].map { $0 + ".json" }

extension ExampleIndex {
    /// An example's own request, as a client would send it: variables of the path filled in.
    func request(of example: Example) -> MatchRequest {
        var head = example.request.head
        let path = VariableToken.filled(Array(head.target.readableBytesView), with: "value")
        head.target = ByteBuffer(bytes: path)
        if let implied = example.impliedContentType, !head.fields.contains("content-type") {
            head.fields.append("Content-Type", implied)
        }
        // One collection has a variable of a name that is a typed placeholder here: a client sends a number for it.
        let text = String(buffer: example.request.body.bytesInMemory ?? ByteBuffer())
        let bytes = ByteBuffer(string: text.replacing("{{number}}", with: "7"))
        return request(
            head, hasBody: bytes.readableBytes > 0,
            content: RequestContent(bytes, mediaType: head.fields.text("content-type").flatMap { MediaType($0) }))
    }
}

extension VariableToken {
    /// Every token replaced, as people fill in what Postman shows them as a variable.
    fileprivate static func filled(_ bytes: [UInt8], with value: String) -> [UInt8] {
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if let end = end(bytes, index) {
                out += Array(value.utf8)
                index = end
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return out
    }
}
