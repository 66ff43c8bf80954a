import Testing

@testable import UnderstudyCore

@Suite struct `Paths` {
    /// The tiers are Postman's, best first. A changed row is a changed promise to users.
    @Test(arguments: [
        ("/users/1", "/users/1", "100"), ("/users/1/", "/users/1", "95"), ("/users/1", "/users/1//", "95"),
        ("/Users/1", "/users/1", "90"), ("/Users/1/", "/users/1", "85"), ("/", "/", "100"),
        ("/users/7", "/users/{{id}}", "80"), ("/USERS/7/", "/users/{{id}}", "80"),
        ("/users/7/posts", "/users/{{id}}", "miss"),
        ("/users/", "/users/{{id}}", "miss"), ("/a/a", "/{{x}}/{{x}}", "80"), ("/a/b", "/{{x}}/{{x}}", "miss"),
        ("/users/2", "/users/1", "79"), ("/users/-2.5", "/users/+1", "79"), ("/users/2/", "/users/1", "75"),
        ("/users/x", "/users/1", "miss"),
        ("/u/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/u/7d444840-9dc0-11d1-b245-5ffdce74fad2", "79"),
        ("/u/3f2504e0-4f89-11d3-9a0c-0305e82c330g", "/u/7d444840-9dc0-11d1-b245-5ffdce74fad2", "miss"),
        ("/sales/europes", "/sales/europe", "70"), ("/sales/asia", "/sales/europe", "miss"),
        ("/abcd", "/abce", "70"), ("/abc", "/abd", "miss"), ("/caf%C3%A9s", "/caf\u{E9}s", "100"),
        ("/CAF%C3%89", "/caf\u{E9}", "90"),
        ("/a%2Fb", "/a/b", "miss"), ("/a%2fb", "/a%2Fb", "100"), ("/a%20b", "/a b", "100"), ("/%61", "/a", "100"),
        ("/100%", "/100%25", "100"),
        ("/a/x1", "/a/{{regex:x[0-9]}}", "69"), ("/a/xy", "/a/{{regex:x[0-9]}}", "miss"),
        ("/a/b/c", "/a/*/c", "68"), ("/a//c", "/a/*/c", "miss"), ("/a/*/c", "/a/*/c", "100"),
        ("/a/b/c/d", "/a/**", "67"), ("/a", "/a/**", "67"), ("/x/a/y/b", "/**/a/**/b", "67"),
        ("/x/a/y", "/**/a/**/b", "miss"),
    ])
    func `are compared in Postman's order`(request: String, saved: String, expected: String) {
        let answer = Bench([.of("e", saved)]).ask(request)
        #expect(answer == (expected == "miss" ? "miss" : "e \(expected)"))
    }

    @Test(arguments: [
        ("/users/1", "/users/1", "100"), ("/users/1/", "/users/1", "miss"), ("/Users/1", "/users/1", "miss"),
        ("/users/7", "/users/{{id}}", "miss"), ("/users/2", "/users/1", "miss"), ("/abcde", "/abcdf", "miss"),
        ("/a%20b", "/a b", "100"), ("/a/b", "/a/*", "miss"), ("/users/7", "/users/{{any}}", "80"),
        ("/users/x", "/users/{{number}}", "miss"),
        ("/a?x=1&y=2", "/a?y=2&x=1", "100"), ("/a?", "/a", "100"), ("/a?x", "/a?x=", "100"),
        ("/a?x=1", "/a?x=2", "miss"),
        ("/a?x=1&x=1", "/a?x=1", "miss"), ("/a?x=1&x=2", "/a?x=2&x=1", "100"), ("/a?b?c", "/a?b?c", "100"),
        ("/a?x=REDACTED-111111111111", "/a?x=REDACTED-222222222222", "90"),
        ("/a?x=plain", "/a?x=REDACTED-222222222222", "miss"),
        ("/a?x=7", "/a?x={{number}}", "95"), ("/a?x=y", "/a?x={{number}}", "miss"), ("/a", "/a?x={{absent}}", "95"),
        ("/a?x=1", "/a?x={{absent}}", "miss"),
        ("/a?x=7", "/a?x={{name}}", "95"),
    ])
    func `must be the same in the strict profile`(request: String, saved: String, expected: String) {
        let answer = Bench([.of("e", saved)], .strict).ask(request)
        #expect(answer == (expected == "miss" ? "miss" : "e \(expected)"))
    }

    @Test(arguments: [
        ("/users/7", "/users/{{id}}"), ("/a/x", "/a/*"), ("/a/b/c", "/a/**"), ("/a/1", "/a/{{regex:.}}"),
    ])
    func `have no wildcards when those are off`(request: String, saved: String) {
        #expect(Bench([.of("e", saved)]) { $0.matchWildcards = false }.ask(request) == "miss")
    }

    @Test func `are not fuzzy when that is off`() {
        let ids = Bench([.of("e", "/users/1")]) { $0.matchIDs = false }
        #expect(ids.ask("/users/2") == "miss")
        let distance = Bench([.of("e", "/sales/europe")]) { $0.matchDistance = false }
        #expect(distance.ask("/sales/europes") == "miss")
    }

    @Test func `capture what their variables face, decoded once`() throws {
        let bench = Bench([.of("e", "/u/{{a}}/{{b}}")])
        guard
            case .hit(let hit) = bench.index.match(
                bench.request("GET", "/U/a%2Fb/%2525/"), in: bench.sessions, cache: bench.cache)
        else { throw Missing() }
        #expect(hit.captures == ["a": "a/b", "b": "%25"])
    }
    struct Missing: Error {}
}

@Suite struct `Parameters` {
    @Test(arguments: [
        ("a=1&b=2", "b=2&a=1", "110"), ("a=1", "a=1&b=2", "105"), ("a=1&b=3&c=4", "a=1&b=2", "103.3333"),
        ("a=2", "a=1", "100"), ("", "a=1", "99"), ("a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1", "", "90"),
        ("", "", "100"), ("a=1&a=2", "a=2&a=1", "110"), ("a=1&a=2", "a=1", "105"), ("a=1&a=2", "a=1&a=3", "105"),
        ("A=1", "a=1", "98"), ("a=x+y", "a=x%20y", "110"), ("flag", "flag=", "110"), ("a=1&&b=2", "a=1&b=2", "110"),
        ("s=open", "s={{status}}", "110"), ("", "s={{status}}", "99"), ("n=7", "n={{number}}", "110"),
        ("n=x", "n={{number}}", "100"),
        ("q=a*b", "q=a*b", "110"), ("q=axb", "q=a*b", "100"),
    ])
    func `score as documented`(request: String, saved: String, score: String) {
        let query = { (text: String) in text.isEmpty ? "" : "?\(text)" }
        #expect(Bench([.of("e", "/s" + query(saved))]).ask("/s" + query(request)) == "e \(score)")
    }

    @Test func `are skipped when that is off, and one by one`() {
        let examples = [Example.of("a", "/s?q=1&ts=5"), .of("b", "/s?q=2&ts=6")]
        #expect(Bench(examples) { $0.matchQueryParams = false }.ask("/s?q=2") == "a 100")
        let ignoring = Bench(examples, .strict) { $0.ignore = [.query("ts")] }
        #expect(ignoring.ask("/s?q=2&ts=77") == "b 100")
        #expect(ignoring.ask("/s?q=2") == "b 100")
        #expect(ignoring.ask("/s?q=3") == "miss")
    }
}

@Suite struct `Whether content has to come first` {
    @Test(arguments: [
        ("/a", true, true), ("/x/7", true, true), ("/other", true, false), ("/a", false, false),
    ])
    func `only where an example might look at it`(target: String, hasBody: Bool, expected: Bool) {
        let bench = Bench([.of("a", "/a", method: "POST", body: "x")], .strict)
        let patterned = Bench([.of("p", "/x/{{any}}", method: "POST", body: "x")], .strict)
        let index = target == "/x/7" ? patterned.index : bench.index
        let head = bench.request("POST", target).head
        #expect(index.needsContent(index.request(head, hasBody: hasBody)) == expected)
        #expect(patterned.ask("/x/7", method: "POST", body: "x") == "p 80")
    }
}

@Suite struct `Selecting by header` {
    private let bench = Bench([
        .of("a", "/o", status: 404, name: "x"), .of("b", "/o", status: 201, name: "x"), .of("c", "/p", name: "x"),
        .of("d", "/p", method: "POST", name: "y"),
    ])

    @Test(arguments: [
        ([("x-mock-response-code", "201")], "b 100"), ([("X-Mock-Response-Code", "500")], "miss"),
        ([("x-mock-response-id", "c")], "c 100"), ([("x-mock-response-id", "123-c")], "c 100"),
        ([("x-mock-response-id", "d")], "miss"),
        ([("x-mock-response-id", "zzz"), ("x-mock-response-name", "x")], "miss"),
        ([("x-mock-response-name", "x")], "c 100"), ([("x-mock-response-name", "X")], "miss"),
        ([("x-mock-response-name", "x"), ("x-mock-response-code", "404")], "a 100"),
        ([("x-mock-response-id", "a"), ("x-mock-response-code", "200")], "miss"),
    ])
    func `code filters, id and name select`(fields: [(String, String)], expected: String) {
        #expect(bench.ask("/o", fields) == expected)
    }

    @Test func `chosen by name, its variables are filled in all the same`() throws {
        let bench = Bench([.of("a", "/u/{{id}}", name: "n")])
        let request = bench.request("GET", "/u/7", [("x-mock-response-name", "n")])
        guard case .hit(let hit) = bench.index.match(request, in: bench.sessions, cache: bench.cache) else {
            Issue.record("no hit")
            return
        }
        #expect(hit.captures == ["id": "7"])
    }
}
