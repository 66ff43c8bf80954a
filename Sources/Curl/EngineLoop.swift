import CCurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What runs on an engine's thread: turns of *wait, hand events to libcurl, deliver ends, take mail, mind the clock*.
///
/// Everything here is confined to that thread. The order inside a turn makes ended transfers' connections and handles
/// free before new transfers look for them.
final class EngineLoop {
    let multi: UnsafeMutableRawPointer
    let sockets: any SocketSet
    let mailbox: Mailbox
    private let turnEnded: @Sendable () -> Void
    /// See `makeDeadEnd`.
    let deadEnd: Int32

    /// Milliseconds of the monotonic clock, read once per turn and after a wait.
    private(set) var now: Int64 = 0
    /// A sink or source was called in this turn.
    var wasSinkCalled = false
    /// Transfers whose body may go on, noted inside a callback, where libcurl must not be called.
    var releases: [TransferState] = []
    /// Transfers that are complete although libcurl waits for more, noted likewise.
    var completions: [TransferState] = []
    /// One per descriptor, see `EngineLoop+Sockets`.
    var watches: [Watch] = []
    /// Connections that libcurl has handed over, by descriptor, see `EngineLoop+Streams`.
    var streams: [Int32: TransferState] = [:]
    /// Streams that may have more to read although their sockets do not say so.
    var unread: [TransferState] = []
    /// What streams read into; none before the first.
    var streamBuffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    private var active: [TransferState] = []
    private var pool: [EasyHandle] = []
    /// Kept handles. Each has buffers of some 20 KB; a new one costs 1–3 µs more than a kept one.
    private let poolLimit = 256
    /// When libcurl wants to be called; nil for not at all, at or before `now` for at once.
    var libraryDeadline: Int64?
    /// No active transfer fails before this.
    private var nextScan = Int64.max
    private var isMultiplexing = false
    private var isStopping = false
    private var isClosed = false
    private var mail: [Mailbox.Message] = []
    private var events: [SocketEvent] = []

    init(
        _ configuration: CurlEngine.Configuration, sockets: any SocketSet, mailbox: Mailbox,
        turnEnded: @escaping @Sendable () -> Void
    ) throws(CurlError) {
        deadEnd = try Self.makeDeadEnd()
        guard let multi = curl_multi_init() else {
            closeDescriptor(deadEnd)
            throw CurlError(CURLE_FAILED_INIT)
        }
        self.multi = multi
        self.sockets = sockets
        self.mailbox = mailbox
        self.turnEnded = turnEnded
        events.reserveCapacity(128)
        try setUp(configuration)
    }

    deinit { if !isClosed { close() } }

    /// Frees what libcurl holds and closes the pooled connections, through `closeSocket`. Nothing may follow.
    private func close() {
        isClosed = true
        pool.removeAll()
        streamBuffer.deallocate()
        curl_multi_cleanup(multi)
        closeDescriptor(deadEnd)
    }

    private func setUp(_ configuration: CurlEngine.Configuration) throws(CurlError) {
        let this = Unmanaged.passUnretained(self).toOpaque()  // the multi handle dies in our deinit
        try ccurl_multi_setopt_socket(
            multi,
            { _, descriptor, what, loop, _ in
                EngineLoop.at(loop).watch(descriptor, what)
                return 0
            }, this
        ).check()
        try ccurl_multi_setopt_timer(
            multi,
            { _, milliseconds, loop in
                let loop = EngineLoop.at(loop)
                loop.libraryDeadline = milliseconds < 0 ? nil : loop.now + Int64(milliseconds)
                return 0
            }, this
        ).check()
        try set(CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maxConnectionsPerHost)
        try set(CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.maxConnections)
        // Counts busy connections too: a smaller number would close idle ones whenever many are busy.
        try set(CURLMOPT_MAXCONNECTS, configuration.maxConnections)
        try set(CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    }

    private func set(_ option: CURLMoption, _ value: Int) throws(CurlError) {
        try ccurl_multi_setopt_long(multi, option, value).check()
    }

    /// The loop behind a callback's pointer: never nil, `setUp` and `EasyHandle.setCallbacks` gave it.
    static func at(_ pointer: UnsafeMutableRawPointer?) -> EngineLoop {
        Unmanaged<EngineLoop>.fromOpaque(pointer!).takeUnretainedValue()
    }

    /// Runs until told to stop; every sink has its `finished` then.
    func run() {
        readClock()
        while !isStopping { turn() }
        for message in mailbox.close() {
            if case .start(let transfer) = message { finish(transfer, CurlResult(kind: .cancelled)) }
        }
        for transfer in active { cancel(transfer) }
        endTurn()
        close()
    }

    private func turn() {
        sockets.wait(milliseconds: patience(), events: &events)
        readClock()
        for event in events { handle(event) }
        if !events.isEmpty { settle() }
        takeMail()
        // Fresh transfers want to be called at once; more than two rounds mean more waiting sockets, so back to those.
        for _ in 0..<2 {
            guard let deadline = libraryDeadline, deadline <= now else { break }
            libraryDeadline = nil
            act(on: CURL_SOCKET_TIMEOUT, 0)
        }
        settle()
        readUnread()
        if now >= nextScan { scan() }
        endTurn()
    }

    private func endTurn() {
        guard wasSinkCalled else { return }
        wasSinkCalled = false
        turnEnded()
    }

    func act(on descriptor: curl_socket_t, _ bits: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, descriptor, bits, &running)  // fails only for a broken handle
    }

    private func readClock() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        now = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// How long the next wait may last, in milliseconds; -1 for ever.
    private func patience() -> Int32 {
        let next = min(libraryDeadline ?? .max, nextScan)
        if next <= now || !unread.isEmpty { return 0 }
        guard mailbox.mayBlock() else { return 0 }
        if active.isEmpty { trimPool() }
        return next == .max ? -1 : Int32(min(next - now, 60_000))
    }

    // MARK: Mail

    private func takeMail() {
        mailbox.take(into: &mail)
        for message in mail {
            switch message {
            case .start(let transfer): start(transfer)
            case .resumeReceiving(let transfer): resume(transfer, receiving: true)
            case .resumeSending(let transfer): resume(transfer, receiving: false)
            case .output(let transfer): sendStream(transfer)
            case .cancel(let transfer): cancel(transfer)
            case .stop: isStopping = true
            }
        }
        mail.removeAll(keepingCapacity: true)
    }

    private func start(_ transfer: TransferState) {
        guard let request = transfer.request, transfer.phase != .finished else { return }
        guard request.isValid else {
            var result = CurlResult(kind: .invalidRequest)
            result.text = "the method, the target or a field cannot be written as one line"
            return finish(transfer, result)
        }
        if request.options.http2, !isMultiplexing {
            isMultiplexing = ccurl_multi_setopt_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX)) == CURLM_OK
        }
        do throws(CurlError) {
            let easy = if let kept = pool.popLast() { kept } else { try EasyHandle(loop: self) }
            try easy.prepare(transfer, request)
            transfer.started = now
            transfer.lastActivity = now
            transfer.place = active.count
            active.append(transfer)
            scan(for: transfer)
            try curl_multi_add_handle(multi, easy.handle).check()
        } catch {
            end(transfer, error)
        }
    }

    private func resume(_ transfer: TransferState, receiving: Bool) {
        guard let easy = transfer.easy, transfer.phase != .finished else { return }
        if transfer.stream != nil { return resumeStream(transfer) }
        if receiving {
            guard transfer.isReceivingPaused else { return }
            transfer.isReceivingPaused = false
        } else {
            // A body that waits for `100 Continue` is not the source's to resume.
            guard transfer.isSendingPaused, transfer.continueDeadline == 0 else { return }
            transfer.isSendingPaused = false
        }
        transfer.lastActivity = now
        easy.applyPauses(transfer)
        scan(for: transfer)
    }

    private func cancel(_ transfer: TransferState) {
        guard transfer.phase != .finished else { return }
        guard let easy = transfer.easy else { return finish(transfer, CurlResult(kind: .cancelled)) }
        end(transfer, easy.result(of: transfer, ended: .cancelled))
    }

    /// Whether a transfer that our side has paused uses the connection from `localPort`: libcurl does not listen there
    /// then either. Asked rarely, as it looks at every transfer.
    func isHeldBack(localPort: Int32) -> Bool {
        active.contains { ($0.isReceivingPaused || $0.isSendingPaused) && $0.localPort == localPort }
    }

    // MARK: Ends

    /// Lets waiting bodies go and delivers what libcurl has finished.
    private func settle() {
        while let transfer = releases.popLast() {
            guard transfer.phase != .finished, transfer.isSendingPaused, let easy = transfer.easy else { continue }
            transfer.isSendingPaused = false
            easy.applyPauses(transfer)
        }
        while let transfer = completions.popLast() {
            guard let easy = transfer.easy else { continue }
            end(transfer, easy.result(of: transfer, ended: .complete))
        }
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            let code = ccurl_message_result(message)  // the message is gone once its handle is removed
            var pointer: UnsafeMutableRawPointer?
            guard ccurl_getinfo_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &pointer) == CURLE_OK,
                let transfer = EasyHandle.at(pointer).transfer, let easy = transfer.easy
            else { continue }
            if transfer.stream != nil, code == CURLE_OK {
                beginStream(transfer)
            } else {
                end(transfer, easy.result(of: transfer, code))
            }
        }
    }

    private func end(_ transfer: TransferState, _ error: CurlError) {
        var result = CurlResult(kind: .init(CURLcode(UInt32(max(0, error.code))), transfer))
        (result.code, result.text) = (error.code, error.text)
        end(transfer, result)
    }

    /// Teardown in the order libcurl needs: out of the multi handle, then the header list may be reused.
    func end(_ transfer: TransferState, _ result: CurlResult) {
        if transfer.phase == .streaming { endStream(transfer, result.kind) }
        if let easy = transfer.easy {
            curl_multi_remove_handle(multi, easy.handle)
            easy.release()
            // libcurl counts the repeats of a handle's whole life and refuses the sixth: so one that repeated is not kept.
            let isKept =
                transfer.attempts < 2 && transfer.stream == nil && easy.isLightweight(after: transfer.bodyBytesReceived)
            if isKept, pool.count < poolLimit { pool.append(easy) }
        }
        if transfer.place >= 0 {
            let last = active.removeLast()
            if last !== transfer {
                active[transfer.place] = last
                last.place = transfer.place
            }
            transfer.place = -1
            if active.isEmpty { nextScan = .max }
        }
        finish(transfer, result)
    }

    private func finish(_ transfer: TransferState, _ result: CurlResult) {
        guard transfer.phase != .finished else { return }
        wasSinkCalled = true
        transfer.finish(result)
    }

    /// An idle engine keeps a few handles only.
    private func trimPool() {
        if pool.count > 16 { pool.removeLast(pool.count - 16) }
    }

    // MARK: Time limits

    /// Called when a limit begins that may be nearer than all others. Limits that only move away need no call.
    func scan(for transfer: TransferState) {
        if let deadline = transfer.deadline() { nextScan = min(nextScan, deadline.at) }
    }

    func scan(noLaterThan time: Int64) { nextScan = min(nextScan, time) }

    /// Ends what is overdue, and finds out when to look again: rarely, as every transfer's limit moves with its bytes.
    private func scan() {
        nextScan = .max
        var overdue: [(TransferState, CurlResult.Kind)] = []
        for transfer in active {
            if transfer.continueDeadline > 0 {
                if transfer.continueDeadline <= now {
                    transfer.continueDeadline = 0
                    releases.append(transfer)
                } else {
                    nextScan = min(nextScan, transfer.continueDeadline)
                }
            }
            guard let deadline = transfer.deadline() else { continue }
            if deadline.at > now {
                nextScan = min(nextScan, deadline.at)
            } else {
                overdue.append((transfer, deadline.kind))
            }
        }
        for (transfer, kind) in overdue where transfer.phase != .finished {
            guard let easy = transfer.easy else { continue }
            end(transfer, easy.result(of: transfer, ended: kind))
        }
        settle()
    }
}
