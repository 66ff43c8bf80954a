import CCurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What is waited for on a socket, or happened there.
struct SocketInterest: OptionSet, Sendable {
    let rawValue: UInt8
    static let read = SocketInterest(rawValue: 1)
    static let write = SocketInterest(rawValue: 2)
    /// Only reported: hang-up or error, whatever was asked for.
    static let failure = SocketInterest(rawValue: 4)
}

struct SocketEvent {
    let descriptor: Int32
    let happened: SocketInterest
}

/// Level-triggered readiness of many descriptors, with a way to end a wait from another thread. Confined to one thread,
/// but for its `waker`.
protocol SocketSet: AnyObject {
    var waker: Waker { get }
    /// Watches `descriptor` for `interest`; an empty one ends it. `previous` is what was set before, empty for nothing.
    /// False when the system refused, which for an ending watch means that the descriptor is closed already.
    func update(_ descriptor: Int32, from previous: SocketInterest, to interest: SocketInterest) -> Bool
    /// Waits at most `milliseconds`, -1 for ever, and replaces `events` by what happened. A wake-up is no event.
    func wait(milliseconds: Int32, events: inout [SocketEvent])
}

/// Ends a `SocketSet`'s wait. Both ends are non-blocking; a full pipe or counter means that a wake-up is on its way.
final class Waker: Sendable {
    let readEnd: Int32
    let writeEnd: Int32

    init() throws(CurlError) {
        #if os(Linux)
            readEnd = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
            writeEnd = readEnd
            guard readEnd >= 0 else { throw .system("eventfd") }
        #else
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw .system("pipe") }
            for end in ends {
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            }
            (readEnd, writeEnd) = (ends[0], ends[1])
        #endif
    }

    deinit {
        close(readEnd)
        if writeEnd != readEnd { close(writeEnd) }
    }

    func wake() {
        var one: UInt64 = 1  // eventfd takes exactly eight bytes, a pipe does not mind
        _ = write(writeEnd, &one, 8)
    }

    func drain() {
        var sink: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        while read(readEnd, &sink, 32) == 32 {}
    }
}

extension CurlError {
    /// `errno` in words, behind the call that failed.
    static func system(_ call: String) -> CurlError {
        CurlError(code: 0, text: "\(call): \(String(cString: strerror(errno)))")
    }
}
