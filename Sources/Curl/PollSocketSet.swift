#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// poll(2): everywhere, and linear in the number of descriptors.
final class PollSocketSet: SocketSet {
    let waker: Waker
    /// The waker first, then what is watched, in no order.
    private var watched: [pollfd]
    private var index: [Int32: Int] = [:]

    init() throws(CurlError) {
        waker = try Waker()
        watched = [pollfd(fd: waker.readEnd, events: Int16(POLLIN), revents: 0)]
    }

    func update(_ descriptor: Int32, from previous: SocketInterest, to interest: SocketInterest) -> Bool {
        var events: Int16 = 0
        if interest.contains(.read) { events |= Int16(POLLIN) }
        if interest.contains(.write) { events |= Int16(POLLOUT) }
        switch (index[descriptor], interest.isEmpty) {
        case (let place?, false): watched[place].events = events
        case (nil, false):
            index[descriptor] = watched.count
            watched.append(pollfd(fd: descriptor, events: events, revents: 0))
        case (let place?, true):
            index[descriptor] = nil
            let last = watched.removeLast()
            if place < watched.count {
                watched[place] = last
                index[last.fd] = place
            }
        case (nil, true): return false
        }
        return true
    }

    func wait(milliseconds: Int32, events: inout [SocketEvent]) {
        events.removeAll(keepingCapacity: true)
        guard poll(&watched, nfds_t(watched.count), milliseconds) > 0 else { return }
        if watched[0].revents != 0 { waker.drain() }
        for entry in watched.dropFirst() where entry.revents != 0 {
            let mask = Int32(entry.revents)
            var happened: SocketInterest = []
            if mask & Int32(POLLIN) != 0 { happened.insert(.read) }
            if mask & Int32(POLLOUT) != 0 { happened.insert(.write) }
            if mask & Int32(POLLERR | POLLHUP | POLLNVAL) != 0 { happened.insert(.failure) }
            events.append(SocketEvent(descriptor: entry.fd, happened: happened))
        }
    }
}
