import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

/// What a body's mode says beyond its octets: the media type, and a boundary by which a form can be taken apart.
@Suite struct `Bodies made in Postman` {
    @Test(arguments: [
        (#"{"mode":"urlencoded","urlencoded":[{"key":"a","value":"b"}]}"#, "application/x-www-form-urlencoded"),
        (
            #"{"mode":"formdata","formdata":[{"key":"a","value":"b"}]}"#,
            "multipart/form-data; boundary=understudy-form-boundary"
        ),
        (#"{"mode":"graphql","graphql":{"query":"{a}"}}"#, "application/json"),
        (#"{"mode":"raw","raw":"{}"}"#, "-"), (#"{"mode":"urlencoded","urlencoded":[]}"#, "-"),
        (#"{"mode":"formdata","formdata":[{"key":"a","disabled":true}]}"#, "-"),
        (#"{"mode":"file","file":{"src":"x"}}"#, "-"),
    ])
    func `imply a Content-Type where the request names none`(mode: String, implied: String) throws {
        let fields = #"[{"key":"Content-Type","value":"text/x","disabled":true}]"#
        for header in ["null", fields] {
            let example = try example(request: #"{"url":"/","method":"POST","header":\#(header),"body":\#(mode)}"#)
            #expect(example.impliedContentType ?? "-" == implied)
        }
        for header in [#"[{"key":"content-type","value":"text/x"}]"#, #""CONTENT-TYPE: text/x""#] {
            let example = try example(request: #"{"url":"/","method":"POST","header":\#(header),"body":\#(mode)}"#)
            #expect(example.impliedContentType == nil)
            #expect(example.request.head.fields.text("Content-Type") == "text/x")
        }
    }

    @Test func `a form becomes parts; files are never read`() throws {
        let form = #"""
            {"mode":"formdata","formdata":[
              {"key":"a","value":"1","type":"text"}, {"key":"off","value":"x","disabled":true},
              {"key":"q\"\n","value":"{{v}}","contentType":"application/json"},
              {"key":"f","type":"file","src":"/home/me/a b.txt"}, {"key":"g","type":"file","src":["C:\\x\\1.png","2.png"],"contentType":"image/png"},
              {"key":"h","type":"file","src":null}, {"key":"n","value":5}
            ]}
            """#
        let example = try example(request: #"{"url":"/","method":"POST","body":\#(form)}"#, variables: ["v": "[1]"])
        let part = { (head: String, content: String) in "--understudy-form-boundary\r\n\(head)\r\n\r\n\(content)\r\n" }
        let name = { (name: String) in "Content-Disposition: form-data; name=\"\(name)\"" }
        let expected =
            part(name("a"), "1") + part(name("q%22%0A") + "\r\nContent-Type: application/json", "[1]")
            + part(name("f") + "; filename=\"a b.txt\"", "{{any}}")
            + part(name("g") + "; filename=\"1.png\"\r\nContent-Type: image/png", "{{any}}")
            + part(name("g") + "; filename=\"2.png\"\r\nContent-Type: image/png", "{{any}}")
            + part(name("h") + "; filename=\"file\"", "{{any}}")
            + part(name("n"), "5") + "--understudy-form-boundary--\r\n"
        #expect(body(example) == expected)
    }

    /// The field as it was saved, the value in it, and the field as it is read.
    @Test(arguments: [
        ("multipart/form-data", "x", "multipart/form-data; boundary=understudy-form-boundary"),
        ("multipart/form-data; boundary=\"abc\"", "x", "multipart/form-data; boundary=\"abc\""),
        ("multipart/form-data;charset=utf-8; Boundary = abc", "x", "multipart/form-data;charset=utf-8; Boundary = abc"),
        ("multipart/form-data; boundary=abc", "xabcx", "multipart/form-data; boundary=understudy-"),
        ("multipart/form-data; boundary=", "x", "multipart/form-data; boundary=understudy-form-boundary"),
        ("multipart/form-data", "understudy-form-boundary", "multipart/form-data; boundary=understudy-"),
        ("application/json", "x", "application/json"),
    ])
    func `the Content-Type has the boundary of the form`(written: String, value: String, read: String) throws {
        let request: JSONValue = [
            "url": "/", "method": "POST",
            "header": [["key": "Content-Type", "value": .string(written)], ["key": "B", "value": "b"]],
            "body": ["mode": "formdata", "formdata": [["key": "a", "value": .string(value)]]],
        ]
        let example = try example(request: JSONWriter.text(request))
        let type = example.request.head.fields.text("Content-Type") ?? ""
        #expect(type.hasPrefix(read))
        #expect(example.request.head.fields.text("B") == "b")
        guard read != "application/json" else { return }
        let boundary = type.split(separator: "=").last?.filter { $0 != "\"" && $0 != " " } ?? ""
        #expect(body(example).hasPrefix("--\(boundary)\r\n") && body(example).hasSuffix("--\(boundary)--\r\n"))
        #expect(body(example).components(of: boundary) == 2)
    }
}

extension String {
    fileprivate func components(of word: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.firstRange(of: word) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
