import Foundation
import TestSupport
import Testing

/// A program under `understudy run` and its signals, terminal and descriptors.
@Suite struct `A program that is run keeps` {
    private let bench: Workbench
    init() throws { bench = try Workbench() }

    private func start(_ script: String) throws -> ChildProcess {
        try ChildProcess(
            BuiltProduct.understudy, ["run", "-q", "--", "sh", "-c", script], environment: bench.environment(),
            folder: bench.folder.path)
    }

    /// Says each signal once and ends by itself.
    private static let listener = """
        for name in INT TERM HUP QUIT USR1; do trap "echo got $name; count=\\$((count+1))" $name; done
        count=0; echo ready
        while [ $count -lt 1 ]; do sleep 0.05; done
        sleep 0.3; exit $((40 + count))
        """

    @Test(arguments: [(SIGINT, "INT"), (SIGTERM, "TERM"), (SIGHUP, "HUP"), (SIGQUIT, "QUIT"), (SIGUSR1, "USR1")])
    func `signals that somebody sends to us`(number: Int32, name: String) throws {
        let child = try start(Self.listener)
        _ = try child.waitForLine { $0 == "ready" }
        child.send(signal: number)
        #expect(try child.waitForExit(within: 30) == 41, "\(child.lines)")
        #expect(child.lines == ["ready", "got \(name)"])
    }

    @Test func `a death by signal as its status`() throws {
        let child = try start("echo ready; exec sleep 60")
        _ = try child.waitForLine { $0 == "ready" }
        child.send(signal: SIGTERM)
        #expect(try child.waitForExit(within: 30) == 143)
    }

    @Test func `signals ignored that nohup ignores`() throws {
        let child = try ChildProcess(
            "/bin/sh",
            [
                "-c",
                "trap '' HUP; exec '\(BuiltProduct.understudy)' run -q -- sh -c 'kill -HUP $PPID; kill -HUP $$; echo alive'",
            ], environment: bench.environment(), folder: bench.folder.path)
        #expect(try child.waitForExit(within: 30) == 0)
        #expect(child.lines == ["alive"])
    }

    #if os(Linux)
        @Test func `the descriptors that we were given and no other`() throws {
            let file = try bench.folder.write("from nine\n", to: "given")
            // The first `ls` says what anything gets here.
            let list = "ls -l /proc/self/fd | sed -n 's/.* \\([0-9]*\\) -> .*/\\1/p' | sort -n | tr '\\n' ' '"
            let script =
                "\(list); echo; '\(BuiltProduct.understudy)' run -q -- sh -c \"cat <&9; \(list.replacing("\\1", with: "\\\\1"))\""
            let child = try ChildProcess(
                "/bin/sh", ["-c", "exec 9<'\(file)'; \(script)"], environment: bench.environment(),
                folder: bench.folder.path)
            #expect(try child.waitForExit(within: 30) == 0)
            let lines = child.lines
            #expect(lines.count == 3 && lines[1] == "from nine" && lines[2] == lines[0], "\(lines)")
            #expect(lines.first?.split(separator: " ").contains("9") == true)
        }
    #endif

    private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Runs a command on a terminal of its own, types Ctrl-C when it is ready, and prints what came and the status.
    private static let terminal = """
        import os, pty, sys, signal
        pid, fd = pty.fork()
        if pid == 0:
            os.execv(sys.argv[1], sys.argv[1:])
        signal.alarm(30)
        text, typed = b"", False
        while True:
            try:
                data = os.read(fd, 4096)
            except OSError:
                break
            if not data:
                break
            text += data
            if b"ready" in text and not typed:
                typed = True
                os.write(fd, b"\\x03")
        print(text.decode().replace("\\r", ""), end="")
        print("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """

    @Test(.enabled(if: python != nil)) func `its terminal, where Ctrl-C reaches it once`() throws {
        let script = try bench.folder.write(Self.terminal, to: "terminal.py")
        let listener = try bench.folder.write(
            """
            import os, signal
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            print("on a terminal" if all(os.isatty(number) for number in range(3)) else "not on a terminal")
            print("ready", flush=True)
            # Blocked and waited for: two that come one behind the other are two.
            signal.sigtimedwait({signal.SIGINT}, 20)
            print("once" if signal.sigtimedwait({signal.SIGINT}, 0.5) is None else "twice")
            raise SystemExit(41)
            """, to: "listener.py")
        let python = try #require(Self.python)
        let child = try ChildProcess(
            python, [script, BuiltProduct.understudy, "run", "-q", "--", python, listener],
            environment: bench.environment(), folder: bench.folder.path)
        #expect(try child.waitForExit(within: 40) == 0, "\(child.lines)")
        #expect(child.lines == ["on a terminal", "ready", "^Conce", "status 41"], "\(child.lines)")
    }
}
