#if os(Linux)
    import CCurl

    #if canImport(Glibc)
        import Glibc
    #else
        import Musl
    #endif

    /// epoll(7), level-triggered. The waker is edge-triggered instead: it then needs no read to be quiet again.
    final class EpollSocketSet: SocketSet {
        let waker: Waker
        private let queue: Int32
        /// 128 a turn: more come with the next turn, which does not block.
        private var buffer = [epoll_event](repeating: epoll_event(), count: 128)

        init() throws(CurlError) {
            waker = try Waker()
            queue = epoll_create1(Int32(EPOLL_CLOEXEC))
            guard queue >= 0 else { throw .system("epoll_create1") }
            var event = epoll_event(events: EPOLLIN.rawValue | EPOLLET.rawValue, data: epoll_data(fd: waker.readEnd))
            guard epoll_ctl(queue, EPOLL_CTL_ADD, waker.readEnd, &event) == 0 else {
                defer { close(queue) }
                throw .system("epoll_ctl")
            }
        }

        deinit { close(queue) }

        func update(_ descriptor: Int32, from previous: SocketInterest, to interest: SocketInterest) -> Bool {
            guard !interest.isEmpty else { return epoll_ctl(queue, EPOLL_CTL_DEL, descriptor, nil) == 0 }
            var mask: UInt32 = 0
            if interest.contains(.read) { mask |= EPOLLIN.rawValue }
            if interest.contains(.write) { mask |= EPOLLOUT.rawValue }
            var event = epoll_event(events: mask, data: epoll_data(fd: descriptor))
            let operation = previous.isEmpty ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
            if epoll_ctl(queue, operation, descriptor, &event) == 0 { return true }
            // Our book and the kernel's differ only if a descriptor was closed behind our back.
            switch errno {
            case ENOENT: return epoll_ctl(queue, EPOLL_CTL_ADD, descriptor, &event) == 0
            case EEXIST: return epoll_ctl(queue, EPOLL_CTL_MOD, descriptor, &event) == 0
            default: return false
            }
        }

        func wait(milliseconds: Int32, events: inout [SocketEvent]) {
            events.removeAll(keepingCapacity: true)
            let count = epoll_wait(queue, &buffer, Int32(buffer.count), milliseconds)
            guard count > 0 else { return }  // EINTR: the caller's loop comes back
            for index in 0..<Int(count) where buffer[index].data.fd != waker.readEnd {
                let mask = buffer[index].events
                var happened: SocketInterest = []
                if mask & EPOLLIN.rawValue != 0 { happened.insert(.read) }
                if mask & EPOLLOUT.rawValue != 0 { happened.insert(.write) }
                if mask & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { happened.insert(.failure) }
                events.append(SocketEvent(descriptor: buffer[index].data.fd, happened: happened))
            }
        }
    }
#endif
