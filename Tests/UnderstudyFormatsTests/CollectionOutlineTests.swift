import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

/// The fast way from a file to its examples finds what the document finds.
@Suite struct `Reading examples without a document` {
    private func compare(_ bytes: ByteBuffer, files: MemoryFiles? = nil) throws {
        let document = Result { try PostmanCollection(parsing: bytes, slug: "x", file: "x") }
        let fast = Result { try PostmanCollection.examples(parsing: bytes, slug: "x", file: "x", files: files) }
        switch (document, fast) {
        case (.failure(let left), .failure(let right)): #expect("\(left)" == "\(right)")
        case (.success(let collection), .success(let fast)):
            let slow = collection.examples(files: files)
            #expect(fast.examples.map(description) == slow.examples.map(description))
            #expect(fast.problems == slow.problems)
        default: #expect(Bool(false), "\(document) \(fast) \(String(buffer: bytes))")
        }
    }

    @Test(arguments: [
        "", "[]", "{", "{}", "7", "{\"item\":[}", #"{"item":[]} x"#, #"{"item":{}}"#, #"{"item":[{"request":[}]}"#,
        #"{"item":[{"event":{"a":tru}}]}"#, #"{"item":[{"response":[{"a":1,}]}]}"#, #"{"item":[{"response":["\x"]}]}"#,
        #"{"item":[{"response":[{"a":"}"}]}]}"#, #"{"item":[{"response":[{"a":"\"]}"}]}]}"#, #"{"item":[{"x":01}]}"#,
        #"{"item":[{"item":[{"request":"/a","response":[{}]}],"request":"/b","response":[{},{}]}]}"#,
        #"{"item":[{"request":"/a","response":[{}]}],"item":[{"request":"/b","response":[{}]},5]}"#,
        #"{"item":[{"item":[5,{"request":"/a","response":[{}]}],"item":[{"request":"/b","response":[{}]}]}]}"#,
        #"{"item":[{"request":"/a","response":[{}],"response":7},{"request":"/a","item":7,"response":[7]}]}"#,
        "[] x", #"{"item":[{"n\u0061me":"x","r\u0065quest":"/\u0061","response":[{"c\u006fde":404}]}]}"#,
        #"{"collection":{"item":[{"request":"/a","response":[{"code":1}]}]},"x":1}"#,
        #"{"collection":{"item":[5]},"item":[{"request":"/b","response":[{}]}]}"#,
        #"{"item":[{"response":[{"originalRequest":5}]},{"request":null,"response":[{}]},{"name":"x"}]}"#,
    ])
    func `small documents of every shape`(text: String) throws { try compare(ByteBuffer(string: text)) }

    @Test func `recordings`() throws {
        let files = MemoryFiles()
        var odd = exchange("PUT", "/x", body: "{{x}}", answer: "\u{0}")
        odd.response?.head.reason = ByteBuffer(bytes: [0xE9])
        try compare(try fold(sampleTraffic + [odd], files: files).bytes(), files: files)
    }

    @Test(arguments: [511, 512, 513, 100_000]) func `nesting has a limit, not the stack`(depth: Int) throws {
        let deep = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        for text in [
            #"{"item":[{"request":"/a","response":[{"x":\#(deep)}]}]}"#, #"{"item":[{"event":\#(deep)}]}"#, deep,
            String(repeating: #"{"item":["#, count: depth) + String(repeating: "]}", count: depth),
        ] {
            try compare(ByteBuffer(string: text))
        }
    }

    @Test func `a damaged file gives the same both ways`() throws {
        let whole = Array(try fold(sampleTraffic).bytes().readableBytesView)
        var state: UInt64 = 7
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0...random(2) {
                let index = random(bytes.count)
                switch random(3) {
                case 0: bytes[index] = UInt8(random(256))
                case 1: bytes.remove(at: index)
                default: bytes[index] = Array("{}[]\",:0\\n".utf8)[random(10)]
                }
            }
            try compare(ByteBuffer(bytes: bytes))
        }
    }

    /// More than one part, contents on both sides of what is packed together.
    @Test func `parts are read in any order`() throws {
        let sizes = [0, 1, 100, 65_535, 65_536, 65_537, 300_000]
        let items = (0..<40).map { number -> JSONValue in
            let content = String(repeating: "\u{1}ü\"", count: sizes[number % sizes.count] / 4)
            return [
                "request": .string("/\(number)"),
                "response": [["body": .string(content), "name": .string("n\(number)")]],
            ]
        }
        let bytes = JSONWriter.bytes(["item": .array(items)])
        let outline = try CollectionOutline(parsing: bytes, slug: "x", file: "x")
        #expect(outline.partCount > 2)
        let parts = (0..<outline.partCount).reversed().map {
            outline.read(part: $0, variables: .empty, files: nil)
        }
        let examples = try outline.assemble(parts.reversed()).examples
        #expect(examples.map(\.name) == (0..<40).map { "n\($0)" })
        try compare(bytes)
    }
}
