import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// kill -9 while a command edits a collection file.
    @Suite struct `Edits cut short` {
        @Test(.timeLimit(.minutes(1))) func `kill -9 twenty times leaves the old rules or the new ones`() throws {
            let folder = try TemporaryFolder()
            // Long enough that writing it takes a while.
            let examples = (0..<300).map { number in
                SavedExample(
                    id: "e\(number)", method: "GET", url: "/\(number)?a=1",
                    answer: String(repeating: "\(number) ", count: 400))
            }
            let path = folder.file("recordings/collections/saved.postman_collection.json")
            try FileManager.default.createDirectory(
                atPath: folder.file("recordings/collections"), withIntermediateDirectories: true)
            try SavedExample.collection(examples).write(toFile: path, atomically: true, encoding: .utf8)

            func rules() throws -> [String]? {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
                let documents = Understudy.examples(in: try JSONSerialization.jsonObject(with: bytes))
                #expect(documents.count == examples.count)
                let document = try #require(documents.first { $0["id"] as? String == "e7" })
                let match = (document["_understudy"] as? [String: Any])?["match"] as? [String: Any]
                return match?["ignore"] as? [String]
            }
            func edit(_ number: Int) -> [String] {
                ["examples", "edit", "e7", "--drop-rules", "--ignore", "query:n\(number)"]
            }

            let whole = try Program.run(edit(0), in: folder)
            #expect(whole.status == 0, "\(whole.lines)")
            #expect(try rules() == ["query:n0"])
            var old = ["query:n0"]
            var outcomes: [Bool] = []
            for round in 1...20 {
                let child = try ChildProcess(
                    Program.path, edit(round), environment: Program.environment(home: folder.path), folder: folder.path)
                // Another moment of the edit each time, from its first to behind its last.
                usleep(UInt32(whole.seconds * 1.2e6 * Double(round) / 20))
                kill(child.processIdentifier, SIGKILL)
                _ = try child.waitForExit()
                let now = try #require(try rules(), "round \(round)")
                #expect(now == old || now == ["query:n\(round)"], "round \(round)")
                outcomes.append(now != old)
                old = now
            }
            print("kill -9 during an edit: \(outcomes.count { $0 }) of 20 edits were through")
            // Nothing of the killed ones is in the way.
            let last = try Program.run(edit(99), in: folder)
            #expect(last.status == 0, "\(last.lines)")
            #expect(try rules() == ["query:n99"])
            let server = try Understudy(["replay"], in: folder)
            #expect(try server.get("/7?a=1&n99=5").status == 200)
            #expect(try server.get("/8?a=1&n99=5").status == 404)
            #expect(try server.stop().status == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("recordings/collections"))
            #expect(names == ["saved.postman_collection.json"], "temporary files are swept up")
        }
    }
}
