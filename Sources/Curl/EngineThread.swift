import CCurl
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A POSIX thread that owns an `EngineLoop` from its first turn to its release.
///
/// `@unchecked Sendable`: `handle` is immutable; on Darwin it is a pointer, which threads may share.
final class EngineThread: @unchecked Sendable {
    private let handle: pthread_t
    private let isJoined = Mutex(false)

    /// Starts it. The caller must not touch `loop` again: it is not Sendable, and from here on the thread's.
    init(name: String, loop: EngineLoop) throws(CurlError) {
        handle = try Self.spawn {
            #if os(Linux)
                ccurl_name_thread(name)
            #else
                pthread_setname_np(name)
            #endif
            loop.run()
        }
    }

    deinit {
        // Only when the engine was let go by its own thread: nobody can wait for it any more.
        if !isJoined.withLock({ $0 }) { pthread_detach(handle) }
    }

    /// Waits for the thread's end; at once when called by that thread, or after a first call.
    func join() {
        guard pthread_equal(pthread_self(), handle) == 0 else { return }
        isJoined.withLock { isJoined in
            if !isJoined { pthread_join(handle, nil) }
            isJoined = true
        }
    }

    /// Tells a transfer that came too late, without calling its sink from inside `start`.
    static func refuse(_ transfer: TransferState) {
        func finish() { transfer.finish(CurlResult(kind: .cancelled)) }
        do {
            pthread_detach(try spawn(finish))
        } catch {
            finish()  // no threads left: a call from inside `start` is better than none
        }
    }

    /// What a new thread does, once.
    private final class Work {
        private let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
        func run() { body() }
    }

    private static func spawn(_ body: @escaping () -> Void) throws(CurlError) -> pthread_t {
        let work = Unmanaged.passRetained(Work(body)).toOpaque()  // taken back by the thread, or below if there is none
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let code = pthread_create(&thread, nil, threadMain, work)
        if code != 0 { Unmanaged<Work>.fromOpaque(work).release() }
        #if canImport(Darwin)
            guard code == 0, let thread else { throw failure(code) }
        #else
            guard code == 0 else { throw failure(code) }
        #endif
        return thread
    }

    private static func failure(_ code: Int32) -> CurlError {
        CurlError(code: 0, text: "pthread_create: \(String(cString: strerror(code)))")
    }

    fileprivate static func run(_ work: UnsafeMutableRawPointer) {
        Unmanaged<Work>.fromOpaque(work).takeRetainedValue().run()
    }
}

#if canImport(Darwin)
    private func threadMain(_ work: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        EngineThread.run(work)
        return nil
    }
#else
    private func threadMain(_ work: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let work { EngineThread.run(work) }
        return nil
    }
#endif
