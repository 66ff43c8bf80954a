import NIOCore
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats

/// A collection file is input like any other: whatever it holds, reading it ends.
@Suite struct `A damaged collection` {
    @Test func `is refused or read, never a crash, and what was read is written as JSON`() throws {
        let files = MemoryFiles()
        let whole = Array(
            try fold(sampleTraffic + [exchange("GET", "/x", answer: "\u{0}")], files: files)
                .bytes().readableBytesView)
        var generator = SeededNumbers(42)
        var readable = 0
        for _ in 0..<200 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes[index] = Array("{}[]\",:0\\n".utf8).randomElement(using: &generator) ?? 0
                }
            }
            guard let collection = try? PostmanCollection(parsing: ByteBuffer(bytes: bytes), slug: "x", file: "x")
            else { continue }
            readable += 1
            let (examples, problems) = collection.examples(files: files)
            #expect(examples.count + problems.count <= sampleTraffic.count + 3)
            let folded = try fold(sampleTraffic, into: collection, policy: .replace, files: files)
            #expect(throws: Never.self) { try JSONValue(parsing: folded.bytes()) }
        }
        #expect(readable > 30)
    }
}
