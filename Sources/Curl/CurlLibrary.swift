import CCurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The linked libcurl.
public enum CurlLibrary {
    /// For example `7.88.1`.
    public static var version: String { String(cString: curl_version_info(CURLVERSION_FIRST).pointee.version) }

    /// Once per process, before the first handle: libcurl's own tables, and SIGPIPE off, which OpenSSL raises when it
    /// writes to a closed connection and which `CURLOPT_NOSIGNAL` stops libcurl from masking.
    static let started: CURLcode = {
        signal(SIGPIPE, SIG_IGN)
        #if os(Linux)
            ccurl_keep_freed_memory()
        #endif
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    }()
}
