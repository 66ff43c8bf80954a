import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Files that something else has broken: kept, named, and the rest goes on.
    @Suite struct Damage {
        let folder: TemporaryFolder
        let origin: RawOrigin
        init() throws {
            folder = try TemporaryFolder()
            origin = try RawOrigin { (request: RawMessage) in
                let path = request.startLine.split(separator: " ")[1]
                return
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)"
            }
        }

        private var dir: String { folder.file("recordings") }

        private func record(_ paths: [String]) throws -> [Data] {
            let proxy = try Understudy(recording: origin, in: folder)
            for path in paths { #expect(try proxy.get(path).status == 200) }
            #expect(try proxy.stop().status == 0)
            return try proxy.collections().sorted { $0.key < $1.key }.map(\.value)
        }

        enum Harm: String, CaseIterable { case garbage, truncated, overwritten, empty, text }

        @Test(arguments: Harm.allCases) func `a corrupt history is kept aside and a new one begins`(harm: Harm) throws {
            _ = try record((1...200).map { "/item/\($0)" })
            let path = dir + "/history.sqlite"
            var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            #expect(bytes.count > 40_000)
            switch harm {
            case .garbage:
                for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index &* 31 &+ index >> 8) }
            case .truncated: bytes.removeLast(bytes.count / 2)
            case .overwritten: for index in 8192..<12288 { bytes[index] = UInt8(truncatingIfNeeded: index &* 7 &+ 13) }
            case .empty: bytes = []
            case .text: bytes = Array("not a database\n".utf8)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: path))

            let proxy = try Understudy(recording: origin, in: folder)
            if harm != .empty {
                let aside = try Snapshot(dir).names.filter {
                    $0.hasPrefix("history.sqlite.corrupt-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
                }
                #expect(aside.count == 1)
                for name in aside {
                    #expect(
                        try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(dir)/\(name)"))) == bytes, "kept as it was"
                    )
                    #expect(
                        proxy.child.lines.filter { $0.contains(name) && $0.contains("history.sqlite was") }.count == 1,
                        "\(proxy.child.lines)")
                }
            }
            #expect(try proxy.get("/after").status == 200)
            #expect(try proxy.stop().status == 0)
            #expect(try proxy.history.integrity() == "ok")
            #expect(try proxy.history.paths() == ["/after": 1])
            // The examples are files of their own.
            let replay = try Understudy(["replay"], in: folder)
            #expect(try replay.get("/item/7").body.latin1 == "/item/7")
        }

        @Test func `commands that only read a corrupt history say so and touch nothing`() throws {
            _ = try record(["/a"])
            try Data(repeating: 0x41, count: 50_000).write(to: URL(fileURLWithPath: dir + "/history.sqlite"))
            let before = try Snapshot(dir)
            let outcome = try Program.run(["history", "ls", "--dir", "recordings"], in: folder)
            #expect(outcome.status != 0)
            #expect(outcome.lines.count == 1 && outcome.lines[0].contains("history.sqlite"), "\(outcome.lines)")
            #expect(before.changes(to: try Snapshot(dir)) == [])
        }

        @Test func `a collection that is not JSON is named, and others serve`() throws {
            let collection = try record(["/a"])[0]
            try collection.write(to: URL(fileURLWithPath: dir + "/collections/other.postman_collection.json"))
            let path = try #require(try Snapshot(dir).names.first { $0.hasPrefix("collections/127") })
            let text = String(decoding: collection, as: UTF8.self)
            let broken = text.replacingOccurrences(of: "\"item\": [", with: "\"item\": [,")
            #expect(broken != text)
            try folder.write(broken, to: "recordings/" + path)
            let before = try Data(contentsOf: URL(fileURLWithPath: folder.file("recordings/" + path)))
            let replay = try Understudy(["replay"], in: folder)
            #expect(
                replay.child.lines.filter { $0.contains(path) && $0.contains("line") }.count == 1,
                "\(replay.child.lines)")
            #expect(try replay.get("/a").body.latin1 == "/a")
            #expect(try replay.stop().status == 0)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("recordings/" + path))) == before)
        }

        @Test func `one bad example is named with its place, the others serve`() throws {
            let collection = try record(["/a", "/b", "/c"])[0]
            let path = try #require(try Snapshot(dir).names.first { $0.hasPrefix("collections/127") })
            let text = String(decoding: collection, as: UTF8.self)
            let good = text.components(separatedBy: "\"code\": 200")
            #expect(good.count == 4)
            let broken =
                good[0] + "\"code\": 200" + good[1] + "\"code\": \"many\"" + good[2] + "\"code\": 200" + good[3]
            try folder.write(broken, to: "recordings/" + path)
            let replay = try Understudy(["replay"], in: folder)
            let complaints = replay.child.lines.filter { $0.contains(path) }
            #expect(
                complaints.count == 1 && complaints[0].contains("item[1]") && complaints[0].contains("code"),
                "\(replay.child.lines)")
            let statuses = try ["/a", "/b", "/c"].map { try replay.get($0).status }
            #expect(statuses == [200, 404, 200])
        }

        @Test func `recording into a collection that is broken keeps it and what was recorded`() throws {
            let collection = try record(["/a"])[0]
            let path = try #require(try Snapshot(dir).names.first { $0.hasPrefix("collections/127") })
            let broken = "{" + String(decoding: collection, as: UTF8.self)
            try folder.write(broken, to: "recordings/" + path)
            let proxy = try Understudy(recording: origin, in: folder)
            #expect(try proxy.get("/b").status == 200)
            #expect(try proxy.stop().status == 0)
            #expect(
                try String(contentsOfFile: folder.file("recordings/" + path), encoding: .utf8) == broken,
                "never overwritten")
            #expect(proxy.child.lines.contains { $0.contains(path) }, "\(proxy.child.lines)")
            // Mended, the next start folds what waited in the history.
            try collection.write(to: URL(fileURLWithPath: folder.file("recordings/" + path)))
            let replay = try Understudy(["replay"], in: folder)
            #expect(try ["/a", "/b"].map { try replay.get($0).status } == [200, 200])
        }

        @Test func `what a killed process left half-written is removed`() throws {
            _ = try record(["/a"])
            // No process has this number: it is above the highest that Linux and macOS give.
            try folder.write("half", to: "recordings/collections/.understudy-999999999-1.tmp")
            let replay = try Understudy(["replay"], in: folder)
            #expect(try !Snapshot(dir).names.contains { $0.hasSuffix(".tmp") })
            #expect(try replay.stop().status == 0)
        }
    }
}
