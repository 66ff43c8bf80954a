import Testing

@testable import UnderstudyCore

private func facts(
    _ method: String = "GET", _ host: String = "api.example.com", _ target: String = "/v1/users?page=2",
    port: Int = 443,
    fields: [(String, String)] = [], status: Int? = nil, type: String? = nil, size: Int? = nil
) throws -> RecordingFacts {
    var lines = Fields()
    for (name, value) in fields { lines.append(name, value) }
    let name = host.contains(":") ? "[\(host)]" : host
    var facts = RecordingFacts(
        RequestHead(method: method, target: target, fields: lines), to: try Upstream("https://\(name):\(port)"))
    if let status {
        var answer = Fields()
        if let type { answer.append("Content-Type", type) }
        facts.add(ResponseHead(status: status, reason: "", fields: answer), size: size)
    }
    return facts
}

/// What people write is a promise: each row stands for somebody's configuration.
@Suite struct `Which requests are meant` {
    @Test(arguments: [
        ("/v1/users", "/v1/users", true), ("/v1/users", "/v1/users/", false), ("/v1/users", "/v1/users?page=2", true),
        ("/v1/*", "/v1/users", true), ("/v1/*", "/v1/", true), ("/v1/*", "/v1/users/7", false), ("/v1/*", "/v1", false),
        ("/v1/*/posts", "/v1/7/posts", true), ("/v1/*/posts", "/v1/7/8/posts", false),
        ("/v1/**", "/v1/users/7", true), ("/v1/**", "/v1/", true), ("/v1/**", "/v1", true), ("/v1/**", "/v10", false),
        ("/**/posts", "/posts", true), ("/**/posts", "/a/b/posts", true), ("/**/posts", "/a/xposts", false),
        ("/**", "/", true), ("/**", "/a/b", true), ("/*.js", "/app.js", true), ("/*.js", "/appxjs", false),
        ("/**.js", "/a/b.js", true), ("/a+b(c)", "/a+b(c)", true), ("/a+b(c)", "/aab(c)", false),
        ("/Users", "/users", false), ("/caf%C3%A9", "/caf%C3%A9", true),
        ("/[a-z]", "/b", false), ("/[a-z]", "/[a-z]", true), ("/a\\d", "/a\\d", true), ("/a\\d", "/a1", false),
    ])
    func `by path`(glob: String, target: String, isMeant: Bool) throws {
        #expect(try RequestGlob(glob).matches(facts("GET", "h", target)) == isMeant)
        #expect(try RequestGlob("h" + glob).matches(facts("GET", "h", target)) == isMeant)
        #expect(try !RequestGlob("other" + glob).matches(facts("GET", "h", target)))
    }

    @Test(arguments: [
        ("api.example.com", "api.example.com", 443, true), ("API.example.COM", "api.example.com", 443, true),
        ("*.example.com", "api.example.com", 443, true), ("*.example.com", "a.b.example.com", 443, true),
        ("*.example.com", "example.com", 443, false), ("api.example.com:443", "api.example.com", 443, true),
        ("api.example.com:8443", "api.example.com", 443, false), ("api.*:8443/**", "api.test", 8443, true),
        ("[::1]", "::1", 443, true), ("[::1]:8080", "::1", 8080, true), ("[::1]:8080", "::1", 443, false),
        ("apixexample.com", "api.example.com", 443, false), ("api.example.com/**", "api.example.com", 443, true),
    ])
    func `by host`(glob: String, host: String, port: Int, isMeant: Bool) throws {
        #expect(try RequestGlob(glob).matches(facts("GET", host, "/v1/x", port: port)) == isMeant)
    }

    @Test func `by method`() throws {
        for glob in ["POST api.example.com/v1/*", "post api.example.com/v1/*", " POST  /v1/* ", "POST api.example.com"]
        {
            #expect(try RequestGlob(glob).matches(facts("POST")))
            #expect(try !RequestGlob(glob).matches(facts("GET")))
        }
        #expect(try !RequestGlob("PoST /**").matches(facts("POST")), "methods are case-sensitive")
    }

    @Test(arguments: [
        ("", "no host and no path"), ("POST ", "no host and no path"), ("https://h/x", "scheme"), ("/x?y", "query"),
        ("h:0/x", "port"), ("h:99999", "port"), ("h:x/y", "port"), (":80", "without a host"), ("GET h /x", "space"),
        ("/" + String(repeating: "a", count: 5000), "longer"),
    ])
    func `or nobody can tell`(glob: String, reason: String) {
        let error = #expect(throws: RuleError.self) { try RequestGlob(glob) }
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    }
}

@Suite struct `A condition of recording` {
    @Test(arguments: [
        ("status<500", true), ("status<200", false), ("status<=200", true), ("status>=200", true),
        ("status>200", false),
        ("status=200", true), ("status==200", true), ("status!=200", false), ("status=2xx", true),
        ("status=3XX", false),
        ("status<=1xx", false), ("status>=2xx", true), ("status > 1xx", true),
        ("method=GET", true), ("method!=OPTIONS", true), ("method=P*", false),
        ("type=image/*", false), ("type=application/json", true), ("type=Application/*", true), ("type!=image/*", true),
        ("type=*json*", true), ("size<1MB", true), ("size<1000", false), ("size=1000B", true), ("size>=1KB", false),
        ("host=*.example.com", true), ("host=example.com", false), ("path=/v1/*", true), ("path=\"/v1/users\"", true),
        ("path=/**/users", true), ("path!=/v2/**", true),
        ("status=200 && size<1KB", true), ("status=200&&size<10", false), ("status=404 || size<1KB", true),
        ("status=404||size<10", false), ("!status=404", true), ("!(status=200 && method=GET)", false),
        ("!!status=200", true),
        // && binds closer.
        ("status=200 || status=200 && status=404", true), ("(status=200 || status=200) && status=404", false),
        ("status=404 && status=404 || status=200", true), ("( ( status = 200 ) )", true),
    ])
    func `holds or does not`(text: String, holds: Bool) throws {
        let condition = try RecordingCondition(text)
        let facts = try facts(status: 200, type: "application/json; charset=utf-8", size: 1000)
        #expect(condition.holds(facts) == holds)
    }

    @Test(
        arguments: [
            // At the request, at the response's head, at its end.
            ("method=GET", true, true, true), ("status=200", nil, true, true), ("type=text/plain", nil, false, false),
            ("size<10", nil, nil, true), ("size<10 && status=404", nil, false, false),
            ("size<10 && method=POST", false, false, false),
            ("size<10 || status=200", nil, true, true), ("size>10 || status=404", nil, nil, false),
            ("!size<10", nil, nil, false),
            ("type=image/* || method=GET", true, true, true),
        ] as [(String, Bool?, Bool?, Bool?)])
    func `is settled as soon as it can be`(text: String, atRequest: Bool?, atHead: Bool?, atEnd: Bool?) throws {
        let condition = try RecordingCondition(text)
        #expect(try condition.holds(facts()) == atRequest)
        #expect(try condition.holds(facts(status: 200)) == atHead)
        #expect(try condition.holds(facts(status: 200, size: 5)) == atEnd)
    }

    @Test(arguments: [
        ("", 1, "expected a comparison"), ("statuss<500", 1, "'statuss' is not one of"),
        ("status", 7, "expected one of"),
        ("status<", 8, "expected a value"), ("status<abc", 8, "no status"), ("status<99", 8, "no status"),
        ("status=5x", 8, "no status"), ("status=0xx", 8, "no status"), ("size<1XB", 6, "no size"),
        ("type<image/*", 5, "= or !="),
        ("status=200 size=1", 12, "expected && or ||"), ("status=200 &&", 14, "expected a comparison"),
        ("status=200 & size=1", 12, "expected && or ||"), ("(status=200", 12, "the parenthesis at character 1"),
        ("status=200)", 11, "expected && or ||"), ("status=200 && (type=", 21, "expected a value"),
        ("path=\"/x", 6, "quote"), ("ä=1", 1, "not one of"), ("method=GET && foo=1", 15, "'foo'"),
        (String(repeating: "!", count: 51) + "status=200", 51, "nested"),
        (String(repeating: "(", count: 100_000), 51, "nested"),
    ])
    func `says where it cannot be read`(text: String, character: Int, reason: String) {
        let error = #expect(throws: RuleError.self) { try RecordingCondition(text) }
        #expect(error?.member == "character \(character)", "\(String(describing: error))")
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    }
}

@Suite struct `A recording's filter` {
    private func filter(
        include: [String] = [], exclude: [String] = [], if conditions: [String] = []
    ) throws -> RecordingFilter {
        var filter = RecordingFilter()
        filter.includes = try include.map { try RequestGlob($0) }
        filter.excludes = try exclude.map { try RequestGlob($0) }
        filter.conditions = try conditions.map { try RecordingCondition($0) }
        return filter
    }

    @Test func `takes everything unless told otherwise`() throws {
        #expect(try filter().decision(facts()) == true)
    }

    @Test func `takes what is included, and never what is excluded`() throws {
        let some = try filter(include: ["/v1/**", "other"], exclude: ["GET /v1/secret", "*.tracker.com"])
        #expect(try some.decision(facts("GET", "h", "/v1/x")) == true)
        #expect(try some.decision(facts("GET", "other", "/")) == true)
        #expect(try some.decision(facts("GET", "h", "/v2")) == false)
        #expect(try some.decision(facts("GET", "h", "/v1/secret")) == false)
        #expect(try some.decision(facts("POST", "h", "/v1/secret")) == true)
        #expect(try some.decision(facts("GET", "a.tracker.com", "/v1/x")) == false)
    }

    @Test func `wants all conditions to hold`() throws {
        let strict = try filter(if: ["status<500", "size<10"])
        #expect(try strict.decision(facts()) == nil)
        #expect(try strict.decision(facts(status: 500)) == false)
        #expect(try strict.decision(facts(status: 200)) == nil)
        #expect(try strict.decision(facts(status: 200, size: 9)) == true)
        #expect(try strict.decision(facts(status: 200, size: 10)) == false)
        #expect(try filter(exclude: ["/**"], if: ["size<10"]).decision(facts()) == false, "nothing to wait for")
    }

    @Test func `leaves preflights out`() throws {
        let asks = [("Origin", "http://page"), ("Access-Control-Request-Method", "PUT")]
        var filter = RecordingFilter()
        #expect(try filter.decision(facts("OPTIONS", fields: asks)) == false)
        #expect(try filter.decision(facts("OPTIONS", fields: [asks[0]])) == true)
        #expect(try filter.decision(facts("OPTIONS", fields: [asks[1]])) == true)
        #expect(try filter.decision(facts("GET", fields: asks)) == true)
        filter.keepsPreflights = true
        #expect(try filter.decision(facts("OPTIONS", fields: asks)) == true)
    }
}
