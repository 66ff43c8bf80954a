import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyFormats

/// Which file a recorded exchange goes into. Names of files that exist must stay what they are.
@Suite struct `The collection of an exchange` {
    private static func slug(
        _ upstream: String, _ session: String = "", run: String = "https://api.example.com/v1"
    ) -> String {
        CollectionHome(
            upstream: upstream, session: session, collection: run.isEmpty ? "" : PostmanCollection.slug(for: run),
            baseURL: run
        ).slug
    }

    @Test(arguments: [
        ("https://api.example.com", "", "api.example.com"),
        ("https://api.example.com", "checkout", "checkout--api.example.com"),
        ("https://other.example.com", "", "other.example.com"),
        ("https://other.example.com:8443", "a.b_c-d", "a.b_c-d--other.example.com-8443"),
        ("http://other.example.com", "", "other.example.com-80"),
        ("http://api.example.com", "", "api.example.com-80"),
        ("http://[::1]:8080", "x", "x--1--8080-23f440d8"),
    ])
    func `has the name of its API and session`(upstream: String, session: String, slug: String) {
        #expect(Self.slug(upstream, session) == slug)
        if upstream != "https://api.example.com" { #expect(Self.slug(upstream, session, run: "") == slug) }
    }

    @Test func `keeps the two schemes of a host apart`() {
        #expect(Self.slug("http://h", run: "http://h") == "h")
        #expect(Self.slug("https://h", run: "http://h") == "h-443")
        #expect(Self.slug("http://h", run: "") != Self.slug("https://h", run: ""))
    }

    /// Two keys never share a file, on file systems that ignore case neither; and no key leaves the folder.
    @Test func `has a safe name of its own whatever the key holds`() {
        let keys = [
            "a", "A", "a ", " a", "a-", "a--b", "a/b", "a\\b", "..", "../../etc/passwd", ".a", "-a", "ä", "Ä",
            "\u{1F600}",
            "nul", "con", "a:b", "*", "\"", "", "a\nb", String(repeating: "a", count: 200),
            String(repeating: "a", count: 201), "xn", "a--", "--", "-", "b--c",
            PostmanCollection.slug(forSession: "A"), PostmanCollection.slug(forSession: "a b"),
        ]
        let hosts = ["https://h", "https://xn--b.example", "https://b--c", "https://c"]
        var seen: [String: String] = [:]
        for key in keys {
            for host in hosts where !key.isEmpty {
                let slug = Self.slug(host, key, run: "")
                #expect(slug.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !#"/\:*?"<>|"#.utf8.contains($0) })
                #expect(slug == slug.lowercased() && !slug.hasPrefix(".") && !slug.hasPrefix("-"))
                #expect(slug.utf8.count + PostmanCollection.fileEnding.utf8.count < 255)
                #expect(seen.updateValue("\(key) \(host)", forKey: slug) == nil, "\(slug)")
            }
        }
        #expect(seen.count == (keys.count - 1) * hosts.count)
    }

    @Test func `is told from another of the same name`() {
        func home(_ upstream: String, _ session: String = "") -> CollectionHome {
            CollectionHome(upstream: upstream, session: session, collection: "", baseURL: "")
        }
        func collection(_ origin: String, _ session: String = "") -> PostmanCollection {
            PostmanCollection(slug: "x", origin: origin, session: session)
        }
        #expect(home("https://h").isHome(of: collection("https://h")))
        #expect(!home("https://h").isHome(of: collection("http://h")))
        #expect(home("https://h").isHome(of: collection("https://staging.h")), "edited by hand")
        #expect(home("https://h").isHome(of: collection("{{host}}")) && home("https://h").isHome(of: collection("")))
        #expect(!home("https://h").isHome(of: collection("https://h", "ann")))
        #expect(!home("https://h", "ann").isHome(of: collection("https://h")))
        // The session `xn` of one host has the name of another host.
        #expect(home("https://b.example", "xn").slug == home("https://xn--b.example").slug)
        #expect(home("https://b.example", "xn").alternative.slug != home("https://xn--b.example").alternative.slug)
        #expect(home("https://h").alternative == home("https://h").alternative)
    }

    @Test func `says in its file whose it is, and still does when it is written again`() throws {
        var collection = PostmanCollection(slug: "ann--h", origin: "https://h", session: "Ann \"ä\"")
        collection = try fold([exchange("GET", "/a")], into: try reread(collection))
        #expect(collection.session == "Ann \"ä\"")
        let again = try reread(collection)
        #expect(again.session == "Ann \"ä\"" && again.examples(files: nil).examples.map(\.session) == ["Ann \"ä\""])
        let fast = try PostmanCollection.examples(
            parsing: again.bytes(), slug: "ann--h", file: "x", files: nil)
        #expect(fast.examples.map(\.session) == ["Ann \"ä\""])
        #expect(!text(try fold([exchange("GET", "/a")])).contains("_understudy\": {\n\t\t\t\"session"))
    }

    @Test func `is the one of an example that is served before it is written`() throws {
        var recorded = exchange("GET", "/a")
        recorded.session = "ann"
        let home = CollectionHome(upstream: recorded.upstream, session: "ann", collection: "", baseURL: "")
        let provisional = try #require(ExampleFold.provisionalExample(of: recorded, in: home))
        let empty = PostmanCollection(slug: home.slug, origin: home.baseURL, session: home.session)
        let written = try #require(try fold([recorded], into: empty).examples(files: nil).examples.first)
        #expect(provisional.id == written.id && provisional.collection == written.collection)
        #expect(provisional.session == "ann" && written.session == "ann")
        #expect(provisional.recordedFrom == written.recordedFrom)
    }
}
