import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// libcurl lets most of these through.
@Suite struct `Judging upstream's heads` {
    /// `refused`, or each head as `200 X=1`, interim ones in brackets, `;` between.
    private func read(_ lines: [String]) -> String {
        var reader = ResponseHeadReader()
        var words: [String] = []
        func word(_ head: ResponseHead) -> String {
            ([String(head.status)] + head.fields.map { "\($0.nameText)=\($0.valueText)" }).joined(separator: " ")
        }
        for line in lines {
            let outcome = (line + "\r\n").latin1Bytes.withUnsafeBytes { reader.read($0) }
            switch outcome {
            case .more: break
            case .interim(let head): words.append("[\(word(head))]")
            case .final(let head): words.append(word(head))
            case .refused: return "refused"
            }
        }
        if !reader.trailers.isEmpty { words.append("trailers \(reader.trailers.count)") }
        return words.joined(separator: "; ")
    }

    @Test(arguments: [
        (
            "C47 two codings of length: chunked wins", ["Content-Length: 5", "Transfer-Encoding: chunked"],
            "200 Transfer-Encoding=chunked"
        ),
        ("C47 two lengths", ["Content-Length: 5", "Content-Length: 6"], "refused"),
        ("C47 two equal lengths become one", ["Content-Length: 5", "content-length: 5"], "200 Content-Length=5"),
        ("C47 negative", ["Content-Length: -5"], "refused"),
        ("C47 plus", ["Content-Length: +5"], "refused"),
        ("C47 hexadecimal", ["Content-Length: 0x5"], "refused"),
        ("C47 too large", ["Content-Length: 18446744073709551621"], "refused"),
        ("C47 empty", ["Content-Length:"], "refused"),
        ("C47 another coding", ["Transfer-Encoding: gzip, chunked"], "refused"),
        ("C47 chunked twice", ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], "refused"),
        ("C50 NUL", ["X: a\0b"], "refused"),
        ("C50 bare CR", ["X: a\rb"], "refused"),
        ("C50 NUL in a name", ["X\0: b"], "refused"),
        ("C50 folded", ["X: a", "  b", "\tc"], "200 X=a b c"),
        ("C50 folded behind nothing", ["X:", "  b", " ", "Y:", "\t"], "200 X=b Y="),
        ("C50 a folded length is one", ["Content-Length:", " 5"], "200 Content-Length=5"),
        ("C50 first line folded", [" X: a"], "refused"),
        ("C50 space before the colon is taken off", ["Name : v"], "200 Name=v"),
        ("C50 no colon", ["Name"], "refused"),
        ("C50 no name", [": v"], "refused"),
        ("C50 8-bit name", ["N\u{E9}: v"], "refused"),
        (
            "C51 60 KB", ["X: " + String(repeating: "x", count: 60_000)],
            "200 X=" + String(repeating: "x", count: 60_000)
        ),
        ("odd but legal", ["X-Empty:", "X: caf\u{E9}", "x: 2"], "200 X-Empty= X=caf\u{E9} x=2"),
    ])
    func `field lines`(name: String, lines: [String], expected: String) {
        #expect(read(["HTTP/1.1 200 OK"] + lines + [""]) == expected, "\(name)")
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK", "200"), ("HTTP/1.1 200", "200"), ("HTTP/1.1 200 ", "200"), ("HTTP/1.0 200 OK", "200"),
        ("HTTP/2 200", "200"), ("HTTP/1.1 599 Odd", "599"), ("HTTP/1.1 20 OK", "refused"),
        ("HTTP/1.1 000 OK", "refused"),
        ("HTTP/1.1 2000 OK", "refused"), ("HTTP/1.1 +20 OK", "refused"), ("HTTP/1.1 099 OK", "refused"),
        ("ICY 200 OK", "refused"), ("<html>", "refused"), ("HTTP/1.1 200 a\u{01}b", "refused"),
        ("HTTP/1.1 200 caf\u{E9}", "200"),
    ])
    func `status lines, C48`(line: String, expected: String) {
        #expect(read([line, ""]) == expected)
    }

    @Test func `interim heads are told apart from the final one and its trailers`() {
        let lines = [
            "HTTP/1.1 100 Continue", "", "HTTP/1.1 103 Early Hints", "Link: </a>", "", "HTTP/1.1 200 OK", "A: b", "",
            "Sum: 1",
        ]
        #expect(read(lines) == "[103 Link=</a>]; 200 A=b; trailers 1")
    }

    @Test func `interim heads announce no content`() {
        let interim = ["HTTP/1.1 103 Early Hints", "Content-Length: 00x", "A: b", "Transfer-Encoding: chunked", ""]
        #expect(read(interim + ["HTTP/1.1 204 None", ""]) == "[103 A=b]; 204")
    }

    @Test func `C52 interim heads without end are refused`() {
        let interim = ["HTTP/1.1 102 Processing", ""]
        #expect(read(Array(repeating: interim, count: 100).flatMap { $0 } + ["HTTP/1.1 200 OK", ""]).hasSuffix("200"))
        #expect(read(Array(repeating: interim, count: 101).flatMap { $0 }) == "refused")
    }

    @Test func `an unasked switch of protocols is refused`() {
        #expect(read(["HTTP/1.1 101 Switching Protocols", "Upgrade: x", ""]) == "refused")
    }
}
