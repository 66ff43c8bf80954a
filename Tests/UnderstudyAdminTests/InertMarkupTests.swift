import NIOCore
import Testing

@testable import UnderstudyAdmin

@Suite struct `Markup that opens no connection` {
    @Test(arguments: [
        ("<p>text</p>", "<p>text</p>"), ("<iframe src=//a>", "<x-iframe src=//a>"), ("a<IFrAme\n>b", "a<x-IFrAme\n>b"),
        ("<svg><html:iframe/></svg>", "<svg><html:x-iframe/></svg>"),
        ("<<link rel=preconnect>", "<<x-link rel=preconnect>"),
        ("<linked>", "<linked>"), ("<link", "<x-link"), ("<", "<"), ("", ""),
        ("<meta http-equiv=refresh>", "<x-meta http-equiv=refresh>"),
        ("<objects><object><embed/x>", "<objects><x-object><x-embed/x>"), ("</iframe>", "</iframe>"),
    ])
    func `elements that connect have names that mean nothing`(markup: String, inert: String) {
        #expect(String(buffer: InertMarkup.of(ByteBuffer(string: markup))) == inert)
    }

    @Test func `encodings in which a tag could hide are not shown`() {
        let text = ByteBuffer(string: "<p>")
        #expect(InertMarkup.isReadable(text, charset: nil) && InertMarkup.isReadable(text, charset: "utf-8"))
        #expect(InertMarkup.isReadable(text, charset: "windows-1252"))
        #expect(
            !InertMarkup.isReadable(text, charset: "UTF-16LE") && !InertMarkup.isReadable(text, charset: "iso-2022-jp"))
        #expect(!InertMarkup.isReadable(ByteBuffer(bytes: [0xFF, 0xFE, 0x3C, 0x00]), charset: "utf-8"))
        #expect(!InertMarkup.isReadable(ByteBuffer(bytes: [0xFE, 0xFF, 0x00, 0x3C]), charset: nil))
    }
}
