public import UnderstudyCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Who may hold how many of the process' descriptors, so that clients never take those that answering them needs.
public struct DescriptorBudget: Sendable, Equatable {
    /// For what is open under any load: listeners, pollers, the history and its readers, the terminal, collections.
    public static let reserve = 48

    /// Client connections that may be open; more wait to be accepted.
    public var clients: Int
    /// Upstream connections of one loop's engine, idle ones too; more wait in libcurl.
    public var upstreamPerLoop: Int

    /// Half of what the reserve leaves is the clients', a quarter upstream's, a quarter is for large bodies in files; none
    /// gets more than its own limit.
    ///
    /// - Parameter limit: what the system allows the process.
    public init(limit: Int, limits: Limits, loopCount: Int) {
        let rest = max(4, limit - Self.reserve)
        clients = max(1, min(limits.clientConnections, rest / 2))
        upstreamPerLoop = max(1, min(limits.upstreamConnections, rest / 4 / max(1, loopCount)))
    }

    /// How many descriptors it takes for nobody to get less than its limit.
    public static func needed(_ limits: Limits, loopCount: Int) -> Int {
        reserve + 2 * max(limits.clientConnections, 2 * limits.upstreamConnections * max(1, loopCount))
    }
}

/// How many descriptors the system lets this process have. getrlimit(2)
public enum DescriptorLimit {
    public static var current: Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 256 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Asks for so many, as far as the process may: shells mostly give 1024 of the many that are allowed.
    public static func raise(to wanted: Int) {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < rlim_t(wanted) else { return }
        limit.rlim_cur = min(rlim_t(wanted), limit.rlim_max)
        // Refused is as before.
        _ = setrlimit(resource, &limit)
    }

    #if os(Linux) && canImport(Glibc)
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let resource = RLIMIT_NOFILE
    #endif
}
