#if canImport(Glibc)
    import Glibc
#endif

/// Gives memory that was freed back to the system.
///
/// Loading collections builds and drops a tree several times their size; glibc would keep it for a process that never
/// needs it again. malloc_trim(3), looked up by name because Swift's Glibc module leaves it out.
enum FreedMemory {
    static func release() {
        #if canImport(Glibc)
            guard let symbol = dlsym(nil, "malloc_trim") else { return }
            typealias Trim = @convention(c) (Int) -> Int32
            _ = unsafeBitCast(symbol, to: Trim.self)(0)
        #endif
    }
}
