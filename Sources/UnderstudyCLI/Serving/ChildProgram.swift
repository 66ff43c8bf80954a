import Foundation
import Synchronization

/// A program started in our place: the same terminal, process group, streams and folder, so that it and its shell hardly
/// notice us.
///
/// It gets the descriptors that we were given and none of our own, no signal ignored that we ignore ourselves, and none
/// blocked. posix_spawn(3)
final class ChildProgram: Sendable {
    /// Why it did not start, with the exit status that shells have for it.
    struct Failure: Error {
        let status: Int32
        let message: String
    }

    /// `nil` once it was waited for: the number may be another's then.
    private let number: Mutex<pid_t?>
    private let pid: pid_t

    /// - Parameters:
    ///   - words: the program and its arguments.
    ///   - inherited: descriptors it gets besides the three standard ones.
    init(
        _ words: [String], environment: [String: String], inherited: Set<Int32>, ignoring ignored: Set<Int32>
    ) throws(Failure) {
        let name = words.first ?? ""
        let program: String
        switch ProgramSearch.find(name, path: environment["PATH"] ?? "/usr/bin:/bin") {
        case .found(let path): program = path
        case .notExecutable(let path): throw Failure(status: 126, message: "\(path) is no program that can be run")
        case .missing: throw Failure(status: 127, message: "\(name): command not found")
        }
        Descriptors.closeOnExecution(allBut: inherited)
        let variables = environment.map { "\($0.key)=\($0.value)" }
        var (code, pid) = Self.spawn(program, words, variables, ignored)
        // A script without a first line that says who runs it is the shell's, as execvp(3) has it.
        if code == ENOEXEC {
            (code, pid) = Self.spawn("/bin/sh", ["/bin/sh", program] + words.dropFirst(), variables, ignored)
        }
        guard code == 0 else {
            throw Failure(status: code == ENOENT ? 127 : 126, message: "\(program): \(String(cString: strerror(code)))")
        }
        self.pid = pid
        number = Mutex(pid)
    }

    private static func spawn(
        _ program: String, _ words: [String], _ variables: [String], _ ignored: Set<Int32>
    ) -> (code: Int32, pid: pid_t) {
        #if canImport(Darwin)
            var attributes: posix_spawnattr_t?
        #else
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (defaults, none) = (sigset_t(), sigset_t())
        sigemptyset(&defaults)
        sigemptyset(&none)
        for number in Int32(1)...31 where ![SIGKILL, SIGSTOP].contains(number) && !ignored.contains(number) {
            sigaddset(&defaults, number)
        }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, nil, &attributes, &arguments, &environment)
        return (code, pid)
    }

    func send(signal: Int32) {
        number.withLock { number in
            if let number { kill(number, signal) }
        }
    }

    /// Its exit status, or 128 and the number of the signal that ended it, as shells have it.
    func waitForExit() async -> Int32 {
        await withCheckedContinuation { continuation in
            // A thread of its own: this takes as long as the program.
            Thread.detachNewThread { continuation.resume(returning: self.wait()) }
        }
    }

    private func wait() -> Int32 {
        // First without taking the number away, so that no signal goes to whoever gets it next.
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        number.withLock { $0 = nil }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}

/// Our process' open files, by number.
enum Descriptors {
    #if canImport(Darwin)
        private static let folder = "/dev/fd"
    #else
        private static let folder = "/proc/self/fd"
    #endif

    private static var open: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { Int32($0) }
    }

    /// Those that a program we start would get. Asked at the beginning, they are what we were given: a shell's
    /// `<(command)`, make's job server.
    static func inherited() -> Set<Int32> {
        Set(
            open.filter { descriptor in
                let flags = fcntl(descriptor, F_GETFD)
                return descriptor > 2 && flags >= 0 && flags & FD_CLOEXEC == 0
            })
    }

    /// Whatever a library has opened without saying so stays ours.
    static func closeOnExecution(allBut kept: Set<Int32>) {
        for descriptor in open where descriptor > 2 && !kept.contains(descriptor) {
            let flags = fcntl(descriptor, F_GETFD)
            if flags >= 0 { _ = fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) }
        }
    }
}
