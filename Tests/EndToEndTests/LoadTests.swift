import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Many clients, and clients that behave badly: nobody else notices.
    @Suite struct `Many clients` {
        let folder: TemporaryFolder
        init() throws { folder = try TemporaryFolder() }

        @Test(.timeLimit(.minutes(1))) func `32 clients with 25 requests each get and leave their own`() throws {
            let origin = try RawOrigin { (request: RawMessage) in
                let body = "\(request.startLine) \(request.body.latin1)"
                return
                    "HTTP/1.1 200 OK\r\nX-For: \(request["X-Client"] ?? "")\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            }
            let proxy = try Understudy(recording: origin, in: folder)
            let port = proxy.port
            let failures = inParallel(32) { client in
                let connection = try RawClient(port: port)
                for number in 0..<25 {
                    let path = "/client/\(client)/\(number)", body = "body \(client) \(number)"
                    try connection.send(Understudy.request("POST", path, ["X-Client: \(client)"], body: body))
                    let answer = try connection.readResponse()
                    guard answer.body.latin1 == "POST \(path) HTTP/1.1 \(body)", answer["X-For"] == "\(client)" else {
                        throw RawFailure.malformed("\(path) got \(answer.body.latin1)")
                    }
                }
            }
            #expect(failures == [])
            #expect(try proxy.stop().status == 0)
            let pairs = try proxy.history.pairs()
            #expect(pairs.count == 800 && Set(pairs.map(\.path)).count == 800)
            for pair in pairs {
                #expect(
                    pair.response.hasPrefix("POST \(pair.path) ") && pair.response.hasSuffix(pair.request), "\(pair)")
            }
        }

        @Test(.timeLimit(.minutes(1))) func `a full terminal or a closed one changes nothing`() throws {
            let origin = try RawOrigin(responses: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
            // The shell's reader ends after the first line: every later write fails with EPIPE.
            let child = try ChildProcess(
                "/bin/sh",
                [
                    "-c",
                    "(\"$0\" record \"$1\" -v --port 0 --admin-port 0 --port-file port; echo $? > status) 2>&1 | head -n 1",
                    Program.path, "http://127.0.0.1:\(origin.port)",
                ], environment: Program.environment(home: folder.path), folder: folder.path)
            let portFile = folder.file("port")
            #expect(
                eventually(within: 20) {
                    (try? String(contentsOfFile: portFile, encoding: .utf8))?.hasSuffix("\n") == true
                })
            let port = Int(try String(contentsOfFile: portFile, encoding: .utf8).dropLast()) ?? 0
            for number in 1...50 {
                #expect(try RawClient.exchange(port: port, Understudy.request("GET", "/\(number)")).status == 200)
            }
            struct Lock: Decodable { var pid: Int32 }
            let lock = try Data(contentsOf: URL(fileURLWithPath: folder.file("recordings/.lock")))
            kill(try JSONDecoder().decode(Lock.self, from: lock).pid, SIGINT)
            #expect(try child.waitForExit() == 0)
            #expect(try String(contentsOfFile: folder.file("status"), encoding: .utf8) == "0\n")
            #expect(try HistoryFile(path: folder.file("recordings/history.sqlite")).count() == 50)
        }

        #if os(Linux)
            @Test(.timeLimit(.minutes(1))) func `clients that leave in the middle leave nothing open`() throws {
                let piece = [UInt8](repeating: 0x2A, count: 65536)
                let origin = try RawOrigin { (connection: RawConnection) in
                    while let request = try connection.readRequestOrEnd() {
                        guard request.startLine.contains("/endless") else {
                            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                            continue
                        }
                        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
                        while true { try connection.send(piece) }
                    }
                }
                let proxy = try Understudy(recording: origin, in: folder)
                #expect(try proxy.get("/").status == 200)
                let before = try Self.descriptors(of: proxy)
                let port = proxy.port
                let downloads = inParallel(20) { number in
                    for round in 0..<5 {
                        let client = try RawClient(port: port)
                        try client.send(Understudy.request("GET", "/endless/\(number)/\(round)"))
                        _ = try client.connection.read(exactly: 1000)
                        number.isMultiple(of: 2) ? client.connection.reset() : client.connection.close()
                    }
                }
                #expect(downloads == [])
                let uploads = inParallel(20) { number in
                    for _ in 0..<3 {
                        let client = try RawClient(port: port)
                        try client.send("POST /upload/\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
                        try client.send([UInt8](repeating: 0x61, count: 5000))
                        number.isMultiple(of: 2) ? client.connection.reset() : client.connection.close()
                    }
                }
                #expect(uploads == [])
                // The first connection may be kept for the next request.
                let isBack = try eventually(within: 10) { try Self.descriptors(of: proxy) <= before + 8 }
                #expect(isBack, "\(before) descriptors before, \(try? Self.descriptors(of: proxy)) after")
                #expect(eventually(within: 10) { origin.openConnectionCount <= 8 }, "transfers are cancelled upstream")
                #expect(try proxy.get("/").status == 200)
                #expect(try proxy.stop().status == 0)
                #expect(try proxy.history.count("path LIKE '/endless%' AND flags & 1 AND example_state <> 2") == 100)
            }

            @Test(.timeLimit(.minutes(1))) func `readers that stand still hold up their own download only`() throws {
                let piece = [UInt8](repeating: 0x2A, count: 1 << 20)
                let origin = try RawOrigin { (connection: RawConnection) in
                    connection.patience = 60
                    while let request = try connection.readRequestOrEnd() {
                        let size = request.startLine.contains("/large") ? 40 : 1
                        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size << 20)\r\n\r\n")
                        for _ in 0..<size { try connection.send(piece) }
                    }
                }
                let proxy = try Understudy(recording: origin, in: folder)
                #expect(try proxy.get("/one").status == 200)
                let before = try Self.memory(of: proxy)
                let readers = try (1...5).map { number in
                    let client = try RawClient(port: proxy.port)
                    try client.send(Understudy.request("GET", "/large/\(number)"))
                    _ = try client.connection.readHead()
                    return client
                }
                // Others are served meanwhile, and what the stalled ones can hold has had time to arrive.
                for number in 1...20 { #expect(try proxy.get("/one/\(number)").status == 200) }
                let stalled = try Self.memory(of: proxy)
                for reader in readers { #expect(try reader.connection.read(exactly: 40 << 20).count == 40 << 20) }
                let after = try Self.memory(of: proxy)
                print(
                    "5 stalled readers of 40 MB: memory \(before) MB before, \(stalled) MB stalled, \(after) MB after")
                #expect(stalled - before < 96)
                #expect(after - before < 150, "less than the 200 MB that went through")
                #expect(try proxy.stop().status == 0)
            }

            private static func descriptors(of proxy: Understudy) throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/\(proxy.child.processIdentifier)/fd").count
            }

            private static func memory(of proxy: Understudy) throws -> Int {
                try ProcessMemory.peak(of: proxy.child.processIdentifier)
            }
        #endif
    }
}
