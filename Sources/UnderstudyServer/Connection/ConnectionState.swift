/// What one connection may do next. Facts go in, in the past tense; an action comes out. No I/O.
struct ConnectionState: Equatable {
    enum Action: Equatable {
        case none
        /// The exchange is over and the connection is good for another.
        case readNext
        /// Everything was said: close after the last write.
        case close
        /// The client may still be sending what nobody wants: end our side, then read until it stops. Closing at once
        /// would reset the connection and could destroy the answer on its way (RFC 9112 §9.6).
        case lingeringClose
    }

    private(set) var isInExchange = false
    /// No more requests: the bytes are another protocol's.
    private(set) var isRaw = false
    private(set) var mustClose = false
    private var isRequestEnded = true
    private var isResponseEnded = true

    /// Whether the request's content may still come.
    var awaitsBody: Bool { isInExchange && !isRequestEnded }

    mutating func requestBegan(keepAlive: Bool) {
        isInExchange = true
        isRequestEnded = false
        isResponseEnded = false
        if !keepAlive { mustClose = true }
    }

    mutating func requestEnded() -> Action {
        isRequestEnded = true
        return next()
    }

    mutating func responseEnded() -> Action {
        isResponseEnded = true
        // What is left of the request belongs to no one: the connection cannot be used again.
        if !isRequestEnded { mustClose = true }
        return next()
    }

    /// The response said that from here on the bytes are no longer HTTP.
    mutating func becameRaw() {
        isRaw = true
        isInExchange = true
        (isRequestEnded, isResponseEnded) = (true, false)
        mustClose = true
    }

    /// The connection ends with the current exchange, or now when there is none.
    mutating func closeWhenDone() -> Action {
        mustClose = true
        return isInExchange ? .none : .close
    }

    private mutating func next() -> Action {
        guard isInExchange, isResponseEnded else { return .none }
        isInExchange = false
        guard isRequestEnded else { return .lingeringClose }
        return mustClose ? .close : .readNext
    }
}
