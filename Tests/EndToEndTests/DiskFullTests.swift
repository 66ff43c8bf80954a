import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// A full disk stops recording, never traffic, and recording resumes by itself.
    @Suite(.enabled(if: SmallDisk.isAvailable, Comment(rawValue: SmallDisk.advice)))
    struct `Full disk` {
        @Test(.timeLimit(.minutes(2))) func `traffic goes on, the gap is counted, recording resumes`() throws {
            let folder = try TemporaryFolder()
            let disk = try SmallDisk(in: folder)
            // Each its own: one that comes again would need no room.
            @Sendable func body(_ target: Substring) -> String {
                target + String(repeating: "0123456789abcdef", count: 4096)
            }
            let origin = try RawOrigin { (request: RawMessage) in
                let text = body(request.startLine.split(separator: " ")[1])
                return
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
            }
            let proxy = try Understudy(recording: origin, dir: disk.path + "/recordings", in: folder)
            var sent = 0
            func request() throws -> Bool {
                sent += 1
                let answer = try proxy.get("/item/\(sent)")
                return answer.status == 200 && answer.endedCleanly && answer.body.latin1 == body("/item/\(sent)")
            }
            for _ in 1...10 { #expect(try request()) }
            #expect(try proxy.status().recording == "ok")

            try disk.fill()
            let isDegraded = try eventually(within: 20) {
                #expect(try request(), "traffic while the disk fills")
                return try proxy.status().recording == "degraded"
            }
            #expect(isDegraded, "\(proxy.child.lines.suffix(3))")
            for _ in 1...20 { #expect(try request(), "traffic while the disk is full") }
            // Larger than what is kept in memory: its file cannot be written either.
            let upload = String(repeating: "x", count: 3 << 20)
            #expect(try proxy.send("POST", "/upload", body: upload).status == 200)
            sent += 1
            let full = try proxy.status()
            #expect(full.notRecorded > 0)
            #expect(
                full.degraded?.contains("full") == true || full.degraded?.contains("space") == true,
                "\(full.degraded ?? "")")
            #expect(
                proxy.child.lines.filter { $0.contains("recording is degraded") }.count == 1, "\(proxy.child.lines)")

            try disk.makeRoom()
            let hasRecovered = try eventually(within: 10) { try proxy.status().recording == "ok" }
            #expect(hasRecovered, "\(proxy.child.lines.suffix(3))")
            let recorded = try proxy.status().recorded
            for _ in 1...10 { #expect(try request()) }
            #expect(try proxy.status().recorded == recorded + 10)

            let stopped = try proxy.stop()
            #expect(stopped.status == 0)
            #expect(try proxy.history.integrity() == "ok")
            let lost = stopped.summary?.notRecorded ?? 0
            #expect(lost > 0)
            #expect(try proxy.history.count() + lost == sent, "stored, lost and sent add up")
            for (_, bytes) in try proxy.collections() { _ = try JSONSerialization.jsonObject(with: bytes) }
            print("full disk: \(sent) exchanges, \(lost) not recorded while the disk was full, none failed")
        }
    }
}
