import NIOCore
import Testing

@testable import UnderstudyCore

/// A secret goes nowhere, the same secret is recognisable everywhere, and nothing else changes.
@Suite struct `Redaction of secrets` {
    let redaction = Redaction(key: Array("key".utf8))
    /// HMAC-SHA256("key", "s3cret"), first 12 digits: `printf s3cret | openssl dgst -sha256 -hmac key`.
    let secret = "REDACTED-" + Self.expected
    static let expected = "0574b240beed"

    @Test(arguments: [
        ("Authorization", "Bearer s3cret", "Bearer *"), ("authorization", "Basic  s3cret", "Basic *"),
        ("Proxy-Authorization", "Digest s3cret", "Digest *"), ("Authorization", "s3cret", "*"),
        ("Cookie", "a=s3cret; b=s3cret;c=", "a=*; b=*;c="), ("Cookie", "s3cret", "*"),
        ("Cookie", "a=\"s3cret\"", "a=\"*\""),
        (
            "Set-Cookie", "id=s3cret; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
            "id=*; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT"
        ),
        ("Set-Cookie", "id=; Max-Age=0", "id=; Max-Age=0"), ("X-API-KEY", "s3cret", "*"),
        ("Private-Token", "s3cret", "*"),
        (
            "Location", "https://u:s3cret@h/cb?access_token=s3cret&x=1#id_token=s3cret",
            "https://u:*@h/cb?access_token=*&x=1#id_token=*"
        ),
        ("Referer", "/a?b=c", "/a?b=c"), ("X-Other", "s3cret", "s3cret"), ("Accept", "a/b", "a/b"),
    ])
    func `a field`(name: String, value: String, expected: String) {
        var fields = Fields()
        fields.append("First", "1")
        fields.append(name, value)
        fields.append("Last", "2")
        let result = redaction.apply(to: RequestHead(method: "GET", target: "/", fields: fields)).fields
        #expect(result.map(\.nameText) == ["First", name, "Last"])
        #expect(result[1].valueText == expected.replacing("*", with: secret))
        #expect(redaction.apply(to: RequestHead(method: "GET", target: "/", fields: result)).fields == result)
    }

    @Test(arguments: [
        ("/a?access_token=s3cret&b=1", "/a?access_token=*&b=1"), ("/a?ACCESS-TOKEN=s3cret", "/a?ACCESS-TOKEN=*"),
        ("/a?accessToken=s3cret", "/a?accessToken=*"), ("/a?%61pi_key=%733cret", "/a?%61pi_key=*"),
        ("/a?x=s3cret&&token&token=&y", "/a?x=s3cret&&token&token=&y"), ("/a?token=s3cret#f", "/a?token=*#f"),
        ("/s3cret/token=s3cret", "/s3cret/token=s3cret"), ("http://u:s3cret@h/a@b", "http://u:*@h/a@b"),
        ("http://s3cret@h", "http://*@h"), ("http://h/a:b@c", "http://h/a:b@c"), ("/a?key=short", "/a?key=short"),
        ("*", "*x"), ("h:443", "h:443"), ("/%zz?%zz=%&password=s3cret", "/%zz?%zz=%&password=*"),
    ])
    func `a target`(target: String, expected: String) {
        let expected = expected == "*x" ? "*" : expected.replacing("*", with: secret)
        let result = redaction.apply(to: ByteBuffer(string: target))
        #expect(String(buffer: result) == expected)
        #expect(redaction.apply(to: result) == result)
    }

    @Test func `a parameter called key counts when its value is long`() {
        let target = "/maps?key=AIzaSyA-0123456789abcdefghijklmnopqrstu&q=x"
        let result = String(buffer: redaction.apply(to: ByteBuffer(string: target)))
        #expect(result.hasPrefix("/maps?key=REDACTED-") && result.hasSuffix("&q=x"))
    }

    @Test(arguments: [
        ("{\"password\":\"s3cret\",\"a\":1.0}", "{\"password\":\"*\",\"a\":1.0}"),
        (
            "\u{FEFF}{ \"Client_Secret\" : \"s3cret\" , \"x\":1E400,\"x\":2}",
            "\u{FEFF}{ \"Client_Secret\" : \"*\" , \"x\":1E400,\"x\":2}"
        ),
        ("{\"p\\u0061ssword\":\"s3\\u0063ret\"}", "{\"p\\u0061ssword\":\"*\"}"),
        ("[{\"a\":{\"token\":\"s3cret\"}},\"s3cret\"]", "[{\"a\":{\"token\":\"*\"}},\"s3cret\"]"),
        (
            "{\"secret\":[\"s3cret\",[\"s3cret\"],{\"a\":\"s3cret\"}]}",
            "{\"secret\":[\"*\",[\"*\"],{\"a\":\"s3cret\"}]}"
        ),
        ("{\"password\":null,\"token\":\"\",\"secret\":true}", "{\"password\":null,\"token\":\"\",\"secret\":true}"),
        ("{\"token\":\"s3cret\"}\n{\"token\":\"s3cret\"}\n", "{\"token\":\"*\"}\n{\"token\":\"*\"}\n"),
        ("{\"token\":\"s3cret\"", "{\"token\":\"*\""), ("{\"token\":\"s3cret\",}", "{\"token\":\"*\",}"),
        ("{\"token\":s3cret}", "{\"token\":s3cret}"), ("plain token=s3cret", "plain token=s3cret"), ("", ""),
    ])
    func `a JSON body`(body: String, expected: String) {
        let result = redaction.apply(toBody: ByteBuffer(string: body), contentType: "application/json; charset=utf-8")
        let text = result.map { String(buffer: $0) } ?? body
        #expect(text == expected.replacing("*", with: secret))
        #expect(result == nil || redaction.apply(toBody: result ?? ByteBuffer(), contentType: nil) == nil)
    }

    @Test(arguments: ["{\"a\":1,\"token\":\"s3cr", "{\"a\":1,\"token\":\"s3cr\\", "{\"a\":1,\"token\":\"s3\ncret\"}"])
    func `a JSON body that breaks off in a secret`(body: String) {
        let result = redaction.apply(toBody: ByteBuffer(string: body), contentType: "application/json")
        let text = result.map { String(buffer: $0) } ?? body
        #expect(text.hasPrefix("{\"a\":1,\"token\":\"REDACTED-") && !text.contains("s3"))
    }

    @Test func `a number becomes a string with the placeholder of its digits`() {
        let result = redaction.apply(toBody: ByteBuffer(string: "{\"pwd\":1234}"), contentType: nil)
        let text = String(decoding: redaction.placeholder(for: Array("1234".utf8)), as: UTF8.self)
        #expect(result.map { String(buffer: $0) } == "{\"pwd\":\"\(text)\"}")
    }

    @Test func `a hundred thousand brackets do not overflow the stack`() {
        let open = String(repeating: "[{\"a\":", count: 50_000)
        let close = String(repeating: "}]", count: 50_000)
        let body = ByteBuffer(string: open + "{\"token\":\"s3cret\"}" + close)
        let result = redaction.apply(toBody: body, contentType: "application/json")
        #expect(result.map { String(buffer: $0) } == open + "{\"token\":\"\(secret)\"}" + close)
        let unclosed = redaction.apply(toBody: ByteBuffer(string: open + "{\"token\":\"s3cret\"}"), contentType: nil)
        #expect(unclosed.map { String(buffer: $0) } == open + "{\"token\":\"\(secret)\"}")
    }

    @Test func `a form body, and the length follows`() {
        var fields = Fields()
        fields.append("content-type", "application/x-www-form-urlencoded")
        fields.append("content-length", "27")
        fields.append("X-Last", "1")
        let request = Exchange.Request(
            head: RequestHead(method: "POST", target: "/", fields: fields),
            body: Body(text: "user=me&password=s3cret&a=b"))
        let result = redaction.apply(to: request)
        let text = "user=me&password=\(secret)&a=b"
        #expect(result.body == Body(text: text))
        #expect(result.head.fields.text("Content-Length") == String(text.utf8.count))
        #expect(result.head.fields.map(\.nameText) == ["content-type", "content-length", "X-Last"])
    }

    @Test func `the same secret has one placeholder in a response, a field, a query and a form`() {
        let places = [
            String(
                buffer: redaction.apply(
                    toBody: ByteBuffer(string: "{\"access_token\":\"a b\\u0026c\"}"), contentType: nil) ?? ByteBuffer()),
            String(buffer: redaction.apply(to: ByteBuffer(string: "/?token=a+b%26c"))),
            String(
                buffer: redaction.apply(
                    toBody: ByteBuffer(string: "token=a%20b%26c"), contentType: "application/x-www-form-urlencoded")
                    ?? ByteBuffer()),
        ]
        let placeholder = String(decoding: redaction.placeholder(for: Array("a b&c".utf8)), as: UTF8.self)
        for place in places { #expect(place.contains(placeholder), "\(place)") }
        #expect(
            placeholder != String(decoding: Redaction(key: [1]).placeholder(for: Array("a b&c".utf8)), as: UTF8.self))
    }

    @Test func `a coded body is left alone`() {
        var fields = Fields()
        fields.append("Content-Encoding", "gzip")
        let request = Exchange.Request(
            head: RequestHead(method: "POST", target: "/", fields: fields), body: Body(text: "{\"token\":\"s3cret\"}"))
        #expect(redaction.apply(to: request).body == request.body)
    }

    @Test func `an exchange hides its secrets everywhere`() {
        var secrets = Fields()
        secrets.append("Cookie", "a=s3cret")
        secrets.append("Set-Cookie", "a=s3cret")
        let body = Body(text: "{\"token\":\"s3cret\"}")
        let exchange = redaction.apply(
            to: Exchange(
                startedAt: Timestamp(microseconds: 0), mode: .record, result: .recorded, upstream: "https://u:s3cret@h",
                request: Exchange.Request(
                    head: RequestHead(method: "GET", target: "http://u:s3cret@h/?sig=s3cret", fields: secrets),
                    body: body,
                    trailers: secrets),
                response: Exchange.Response(
                    interim: [ResponseHead(status: 103, reason: "", fields: secrets)],
                    head: ResponseHead(status: 200, reason: "OK", fields: secrets), body: body, trailers: secrets)))
        #expect(!"\(exchange)".isEmpty)
        var all = ByteBuffer(string: exchange.upstream)
        exchange.request.head.write(into: &all)
        exchange.request.trailers.write(into: &all)
        for head in (exchange.response?.interim ?? []) + (exchange.response.map { [$0.head] } ?? []) {
            head.write(into: &all)
        }
        exchange.response?.trailers.write(into: &all)
        for body in [exchange.request.body, exchange.response?.body] {
            if let bytes = body?.bytesInMemory { all.writeImmutableBuffer(bytes) }
        }
        let text = String(buffer: all)
        #expect(!text.contains("s3cret"))
        #expect(text.ranges(of: secret).count == 15)
    }

    @Test func `none changes nothing, and added names count everywhere`() {
        let target = ByteBuffer(string: "/?token=s3cret&My-Thing=s3cret")
        #expect(Redaction.none.apply(to: target) == target)
        #expect(Redaction.none.apply(toBody: ByteBuffer(string: "{\"token\":\"s\"}"), contentType: nil) == nil)
        let more = Redaction(key: Array("key".utf8), rules: .init(adding: ["my_thing"]))
        #expect(String(buffer: more.apply(to: target)) == "/?token=\(secret)&My-Thing=\(secret)")
    }

    @Test(arguments: [
        ("REDACTED-0123456789ab", true), ("REDACTED-0123456789AB", false), ("REDACTED-0123456789a", false),
        ("redacted-0123456789ab", false), ("REDACTED-0123456789abc", false), ("", false),
    ])
    func `a placeholder is recognised`(text: String, expected: Bool) {
        #expect(Redaction.isPlaceholder(Array(text.utf8)) == expected)
    }
}
