import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The two standard streams. A reader that has gone away, or a full disk behind a redirection, never ends the program.
enum Console {
    /// Lines that wait for a slow reader; more are left out and counted.
    private static let lock = Mutex(())

    /// One line on the standard output.
    static func line(_ text: String = "") { write(text + "\n", to: STDOUT_FILENO) }

    /// What went wrong, on the standard error: one line that begins with the program's name.
    static func error(_ text: String) { write("understudy: \(text)\n", to: STDERR_FILENO) }

    static func errorLine(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Bytes as they are, on the standard output.
    static func bytes(_ bytes: some Sequence<UInt8>) { write(Array(bytes), to: STDOUT_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        lock.withLock { _ in
            var bytes = bytes[...]
            while !bytes.isEmpty {
                #if canImport(Glibc)
                    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                #else
                    let count = bytes.withUnsafeBytes { Darwin.write(descriptor, $0.baseAddress, $0.count) }
                #endif
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                bytes = bytes.dropFirst(count)
            }
        }
    }
}
