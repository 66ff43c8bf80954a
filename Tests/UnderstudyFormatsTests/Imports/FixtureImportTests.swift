import FoundationEssentials
import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite(.enabled(if: hasFixtures, "no ../shared/fixtures/postman"))
struct `Real files of Postman` {
    private static var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: fixtures.path)) ?? []).filter { $0.hasSuffix(".json") }
            .sorted()
    }

    @Test(arguments: names)
    func `import, export and import again to the same meaning`(name: String) throws {
        let first = try Import.read(try fixture(name), name: name)
        #expect(first.items.count == 1)
        for environment in first.environments {
            let again = try Import.read(environment.bytes(), name: name)
            #expect(again.environments.first?.object == environment.object)
        }
        for collection in first.collections {
            let wanted = meaning(collection)
            for version in CollectionVersion.allCases {
                let again = try Import.read(collection.bytes(as: version), name: name)
                let difference = difference(meaning(try #require(again.collections.first)), wanted)
                #expect(difference.isEmpty, "\(version.rawValue): \(difference)")
                #expect(again.problems.map(\.message) == first.problems.map(\.message))
            }
            let lines = { (collection: PostmanCollection) in
                collection.examples(files: nil).examples.map(description)
            }
            let slug = collection.slug
            let original = try PostmanCollection.examples(
                parsing: try fixture(name), slug: slug, file: name, files: nil
            ).examples.map(description)
            #expect(lines(collection) == original)
        }
    }

    @Test(arguments: names.filter { $0.contains("v21") })
    func `what is v2.1 already is kept byte for byte`(name: String) throws {
        let bytes = try fixture(name)
        guard case .collection(_, let kept)? = try Import.read(bytes, name: name).items.first else { return }
        #expect(kept == bytes)
    }

    @Test func `a collection of format v1 keeps what its own twin of v2 says`() throws {
        let old = try #require(try Import.read(try fixture("transformer-echo.v1.json"), name: "old").collections.first)
        let new = try #require(try Import.read(try fixture("transformer-echo.v20.json"), name: "new").collections.first)
        let parts = { (collection: PostmanCollection) -> [String] in
            var lines: [String] = []
            func walk(_ node: JSONValue) {
                let request = node["request"]
                if request != nil {
                    let events = (node["event"]?.elements ?? []).map { event in
                        let script = event["script"]?["exec"]
                        let text = script?.text ?? (script?.elements ?? []).compactMap(\.text).joined(separator: "\n")
                        return "\(event["listen"]?.text ?? "") \(text)"
                    }
                    let auth = request?["auth"]?["type"]?.text ?? "none"
                    let description = request?["description"]?["content"]?.text ?? request?["description"]?.text ?? ""
                    lines.append(
                        "\(node["name"]?.text ?? "") \(auth == "noauth" ? "none" : auth) \(description) \(events.filter { !$0.hasSuffix(" ") })"
                    )
                }
                for child in node["item"]?.elements ?? [] { walk(child) }
            }
            walk(.object(collection.document))
            return lines.sorted()
        }
        let difference = difference(parts(old), parts(new))
        #expect(difference.isEmpty, "\(difference)")
    }
}
