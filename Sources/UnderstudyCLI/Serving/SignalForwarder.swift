import Foundation

/// Signals while a program runs in our place. What the terminal sends (Ctrl-C) goes to all of its foreground group, the
/// program in it; what somebody sends to us alone (`kill`) is passed on. We end when the program does.
///
/// Which of the two it was is in `si_code`: the kernel's own, or a process'. sigaction(2)
final class SignalForwarder: Sendable {
    private static let forwarded = [SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2]

    /// Those that we were started to ignore, as `nohup` does. They stay ignored, by the program too.
    let ignored: Set<Int32>
    private let reader: Int32

    /// From now on none of them ends us.
    init() {
        var pipes: [Int32] = [-1, -1]
        pipe(&pipes)
        for descriptor in pipes { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        // A signal must never wait for room.
        _ = fcntl(pipes[1], F_SETFL, O_NONBLOCK)
        reader = pipes[0]
        signalPipe = pipes[1]
        var ignored: Set<Int32> = []
        for number in Self.forwarded {
            var old = sigaction()
            sigaction(number, nil, &old)
            if Self.isIgnored(old) {
                ignored.insert(number)
            } else {
                var new = Self.noting
                sigaction(number, &new, nil)
            }
        }
        self.ignored = ignored
    }

    /// Passes on what came since `init`, and what comes.
    func forward(to child: ChildProgram) {
        let reader = reader
        Thread.detachNewThread {
            var number: UInt8 = 0
            while true {
                let count = read(reader, &number, 1)
                if count == 1 {
                    child.send(signal: Int32(number))
                } else if count == 0 || errno != EINTR {
                    return
                }
            }
        }
    }

    #if canImport(Darwin)
        private static func isIgnored(_ action: sigaction) -> Bool {
            unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        }

        private static var noting: sigaction {
            var action = sigaction()
            action.sa_flags = SA_SIGINFO | SA_RESTART
            action.__sigaction_u.__sa_sigaction = { number, info, _ in
                if let info, info.pointee.si_pid != 0 { note(number) }
            }
            return action
        }
    #else
        private static func isIgnored(_ action: sigaction) -> Bool {
            unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        }

        private static var noting: sigaction {
            var action = sigaction()
            action.sa_flags = SA_SIGINFO | SA_RESTART
            // SI_USER and the others from processes are 0 and less; SI_KERNEL is the terminal's.
            action.__sigaction_handler.sa_sigaction = { number, info, _ in
                if let info, info.pointee.si_code <= 0 { note(number) }
            }
            return action
        }
    #endif
}

/// Where the handler writes: a handler has nothing but globals. Written once, before it is installed.
nonisolated(unsafe) private var signalPipe: Int32 = -1

/// All that a handler may do: one system call. signal-safety(7)
private func note(_ number: Int32) {
    let saved = errno
    var byte = UInt8(number)
    _ = write(signalPipe, &byte, 1)
    errno = saved
}
