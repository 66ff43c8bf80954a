import Foundation
import Synchronization

/// A program under test, with its output line by line and a deadline on every wait. Ended at the latest with the object.
public final class ChildProcess: Sendable {
    private struct Output {
        var pending: [UInt8] = []
        var lines: [String] = []
        var openPipes = 2
    }

    /// `@unchecked Sendable`: configured before the start; afterwards only `isRunning`, `terminationStatus` and the
    /// number are read, which Foundation guards itself.
    private struct Box: @unchecked Sendable { let process: Process }

    private let box: Box
    private let output = Mutex(Output())
    public let processIdentifier: Int32

    /// Starts `executable` (a path). `environment` replaces the inherited one when given.
    public init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String]? = nil, folder: String? = nil
    )
        throws
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        if let environment { process.environment = environment }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = FileHandle.nullDevice
        let pipes = [Pipe(), Pipe()]
        process.standardOutput = pipes[0]
        process.standardError = pipes[1]
        try Self.withoutBlockedSignals { try process.run() }
        box = Box(process: process)
        processIdentifier = process.processIdentifier
        for pipe in pipes {
            let reader = pipe.fileHandleForReading
            Thread.detachNewThread { [weak self] in
                var pending: [UInt8] = []
                while true {
                    let data = reader.availableData
                    pending += data
                    while let end = pending.firstIndex(of: 0x0A) {
                        let line = String(decoding: pending[..<end], as: UTF8.self)
                        pending.removeSubrange(...end)
                        self?.output.withLock { $0.lines.append(line) }
                    }
                    if data.isEmpty { break }
                }
                self?.output.withLock { output in
                    if !pending.isEmpty { output.lines.append(String(decoding: pending, as: UTF8.self)) }
                    output.openPipes -= 1
                }
            }
        }
    }

    /// Dispatch's threads block signals and a child inherits that: it would be deaf to SIGTERM, unlike in a shell.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var (none, old) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &old)
        defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
        try body()
    }

    deinit {
        guard box.process.isRunning else { return }
        kill(processIdentifier, SIGKILL)
        // Its folder goes next, and is not to be written to meanwhile.
        _ = eventually(within: 2) { !box.process.isRunning }
    }

    /// Standard output and standard error so far, in the order in which their lines were complete.
    public var lines: [String] { output.withLock { $0.lines } }
    public var isRunning: Bool { box.process.isRunning }

    /// The first line, past or future, that satisfies `matches`.
    public func waitForLine(within seconds: Double = 10, _ matches: (String) -> Bool) throws -> String {
        var found: String?
        let ended = eventually(within: seconds) {
            // Asked before the lines are looked at: what an ended process wrote is all there.
            let isOver = output.withLock { $0.openPipes == 0 }
            found = lines.first(where: matches)
            return found != nil || isOver
        }
        if let found { return found }
        let what = ended ? "a line, but it exited" : "a line"
        throw RawFailure.timedOut(waitingFor: what, received: Array(lines.joined(separator: "\n").utf8))
    }

    /// By number, to this process alone.
    public func send(signal: Int32) { if box.process.isRunning { kill(processIdentifier, signal) } }

    /// The exit status, or the signal's number negated. All output has been read then.
    @discardableResult public func waitForExit(within seconds: Double = 10) throws -> Int32 {
        guard eventually(within: seconds, { !box.process.isRunning && output.withLock { $0.openPipes == 0 } }) else {
            throw RawFailure.timedOut(waitingFor: "exit", received: Array(lines.joined(separator: "\n").utf8))
        }
        let status = box.process.terminationStatus
        return box.process.terminationReason == .uncaughtSignal ? -status : status
    }
}
