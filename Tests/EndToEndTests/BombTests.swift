import Foundation
import TestSupport
import Testing

#if os(Linux)
    extension EndToEnd {
        /// Small on the wire, large when opened.
        @Suite struct `Bodies that blow up` {
            private static let plainByteCount = 256 << 20

            @Test(.timeLimit(.minutes(2))) func `D62 a gzip bomb passes untouched and is opened within bounds`() throws
            {
                let folder = try TemporaryFolder()
                let maker = try ChildProcess(
                    "/bin/sh", ["-c", "head -c \(Self.plainByteCount) /dev/zero | gzip -9n > bomb"], folder: folder.path
                )
                #expect(try maker.waitForExit(within: 60) == 0)
                let bomb = Array(try Data(contentsOf: URL(fileURLWithPath: folder.file("bomb"))))
                #expect(bomb.count < 300_000)
                let answer =
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n"
                    + bomb.latin1
                let origin = try RawOrigin { (request: RawMessage) in
                    request.startLine.contains("/bomb") ? answer : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                }
                let proxy = try Understudy(recording: origin, in: folder)
                var honest = HonestClient(proxy)
                for _ in 1...10 { try honest.ask() }
                let before = try proxy.peakMemory
                for number in 1...5 { #expect(try proxy.get("/bomb/\(number)").body == bomb) }
                let after = try proxy.peakMemory
                #expect(after - before < 128)

                // Opened on the command line, in every form. The first number is that of the first bomb.
                let id = "11"
                var peaks: [String] = []
                let small = try MeasuredRun(["history", "show", "1"], in: folder)
                for form in [["--json"], ["--raw"], ["--body"], []] {
                    let run = try MeasuredRun(["history", "show", id] + form, in: folder)
                    #expect(run.status == 0)
                    peaks.append("\(form.first ?? "text") \(run.peakMemory) MB")
                    // Less than it would take to hold it opened; the kernel counts what this process held at the spawn.
                    #expect(run.peakMemory < Self.plainByteCount >> 20, "\(form)")
                    let isExact = form == ["--raw"] || form == ["--body"]
                    #expect(run.output.count < (isExact ? bomb.count + 1000 : 500_000), "\(form)")
                    if form == ["--body"] { #expect(run.output == bomb) }
                }
                let list = try MeasuredRun(["history", "ls", "--search", "gzip"], in: folder)
                #expect(list.status == 0 && list.peakMemory < Self.plainByteCount >> 20)
                #expect(try proxy.stop().status == 0)

                // In replay, for clients that take gzip and for those that do not.
                let replay = try Understudy(["replay"], in: folder)
                #expect(try replay.get("/honest").status == 200)
                let quiet = try replay.peakMemory
                for fields in [["Accept-Encoding: gzip"], [], ["Accept-Encoding: identity"], ["Accept-Encoding: br"]] {
                    let answer = try replay.get("/bomb/1", fields)
                    #expect(answer.status == 200 && answer.body == bomb, "\(fields)")
                    #expect(answer["Content-Encoding"] == "gzip", "\(fields)")
                }
                #expect(try replay.get("/honest").status == 200)
                let opened = try replay.peakMemory
                print(
                    "256 MiB in \(bomb.count) bytes: recording \(before) MB before, \(after) MB after; replay \(quiet) and \(opened) MB; history show \(peaks.joined(separator: ", ")) (of a small exchange \(small.peakMemory) MB)"
                )
                #expect(opened - quiet < 128)
                #expect(try replay.stop().status == 0)
            }
        }
    }

    /// A run of the program to its end, with the most memory that it ever held: no less than the tests' own at its start.
    struct MeasuredRun {
        var status: Int32
        var output: [UInt8]
        /// Megabytes.
        var peakMemory: Int

        /// - Parameter arguments: standard output goes to a file, standard error nowhere.
        init(_ arguments: [String], in folder: TemporaryFolder) throws {
            let file = folder.file("measured-output")
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
            var pid = pid_t()
            let words = ([Program.path] + arguments + ["--dir", folder.file("recordings")]).map { strdup($0) }
            defer { for word in words { free(word) } }
            let environment = Program.environment(home: folder.path).map { strdup("\($0.key)=\($0.value)") }
            defer { for word in environment { free(word) } }
            let code = posix_spawn(&pid, Program.path, &actions, nil, words + [nil], environment + [nil])
            guard code == 0 else { throw RawFailure.system(call: "posix_spawn", errno: code) }
            var (state, usage) = (Int32(0), rusage())
            guard wait4(pid, &state, 0, &usage) == pid else { throw RawFailure.system(call: "wait4", errno: errno) }
            status = state & 0x7F == 0 ? state >> 8 & 0xFF : -(state & 0x7F)
            peakMemory = Int(usage.ru_maxrss) / 1024
            output = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        }
    }
#endif
