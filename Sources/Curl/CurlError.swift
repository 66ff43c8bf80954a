import CCurl

/// What libcurl said when it refused a call: its own number and words.
///
/// A transfer that fails does not throw; it ends in a `CurlResult`. This is for what happens before there is a transfer
/// (no memory, no thread) and for `CurlOnce`. Numbers: libcurl-errors(3).
public struct CurlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A `CURLcode`; negative for a `CURLMcode`; 0 when the operating system refused, which `text` then explains.
    public let code: Int32
    /// One sentence, from libcurl or the operating system.
    public let text: String

    public init(code: Int32, text: String) {
        self.code = code
        self.text = text
    }

    init(_ code: CURLcode) {
        self.init(code: Int32(code.rawValue), text: String(cString: curl_easy_strerror(code)))
    }

    init(_ code: CURLMcode) {
        self.init(code: -abs(code.rawValue), text: String(cString: curl_multi_strerror(code)))
    }

    public var description: String { "\(text) (libcurl \(code))" }
}

extension CURLcode {
    /// Checks a call's answer where it was made.
    func check() throws(CurlError) {
        guard self == CURLE_OK else { throw CurlError(self) }
    }
}

extension CURLMcode {
    func check() throws(CurlError) {
        guard self == CURLM_OK else { throw CurlError(self) }
    }
}
