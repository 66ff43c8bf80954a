import UnderstudyCore

/// The command line with which somebody tries a mock server.
public enum MockCurlLine {
    /// - Parameters:
    ///   - address: the mock server's, without a slash at its end.
    ///   - request: a request that it has an example for; `nil` for its root.
    public static func text(
        address: String, isPrivate: Bool, request: (method: String, path: String)?
    ) -> String {
        var line = "curl -i"
        if isPrivate { line += " -H \"x-api-key: $KEY\"" }
        if let method = request?.method, method != "GET" { line += " -X \(CurlLine.word(method))" }
        // Any value will do where a name stands for one.
        let path = (request?.path ?? "/").replacing(/\{\{[^{}]*\}\}/, with: "1")
        // What a shell would take apart is quoted.
        return "\(line) '\(address)\(path.replacing("'", with: "'\\''"))'"
    }
}
