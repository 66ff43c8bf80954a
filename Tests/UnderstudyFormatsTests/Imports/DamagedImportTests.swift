import FoundationEssentials
import NIOCore
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats

/// The inputs of the fuzz target `imports` with bytes changed, cut and repeated: what comes in goes out and comes in again.
@Suite struct `Damaged imports` {
    private static var inputs: [[UInt8]] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fuzz/Corpus/imports")
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
        return names.compactMap { try? Array(Data(contentsOf: folder.appending(path: $0))) }
    }

    @Test func `are refused, or are the same once written and read`() throws {
        var numbers = SeededNumbers(3)
        let inputs = Self.inputs
        #expect(inputs.count > 5)
        let letters = Array(#""'\$^&|;@#=:,.*?{}[]()<>%- "#.utf8) + [0, 0x0A, 0x0D, 0x7F, 0xC3, 0xFF]
        for input in inputs {
            for _ in 0..<150 {
                var bytes = input
                for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                    let place = Int.random(in: 1..<bytes.count, using: &numbers)
                    switch Int.random(in: 0...3, using: &numbers) {
                    case 0: bytes[place] = letters.randomElement(using: &numbers) ?? 0
                    case 1: bytes.insert(letters.randomElement(using: &numbers) ?? 0, at: place)
                    case 2: bytes.remove(at: place)
                    default: bytes.insert(contentsOf: bytes[place..<min(place + 8, bytes.count)], at: 1)
                    }
                    if bytes.count < 3 { bytes += input }
                }
                check(ByteBuffer(bytes: bytes.dropFirst()), isCurl: bytes[0] == UInt8(ascii: "c"))
            }
        }
    }

    private func check(_ file: ByteBuffer, isCurl: Bool) {
        if isCurl {
            for request in CurlReader.requests(in: file).requests {
                let line = CurlLine.text(request)
                let once = CurlReader.requests(in: ByteBuffer(string: line)).requests
                let twice = once.flatMap { CurlReader.requests(in: ByteBuffer(string: CurlLine.text($0))).requests }
                #expect(once.count == 1 && twice == once, "\(line)\n\(once)\n\(twice)")
            }
        }
        guard let result = try? Import.read(file, name: "file") else { return }
        for case .collection(let collection, _) in result.items {
            let written = collection.bytes(as: .v21)
            let again = (try? Import.read(written, name: "file"))?.collections.first
            #expect(again?.bytes(as: .v21) == written, "\(String(buffer: written))")
        }
    }
}
