import Crypto
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

// Foundation's client: urlsession-client HTTP-BASE HTTPS-BASE. Neither proxy nor authorities are named here: both come
// from the environment, as far as Foundation reads it.

func ask(_ name: String, _ request: URLRequest) async throws {
    let (body, response) = try await URLSession.shared.data(for: request)
    guard let response = response as? HTTPURLResponse else { return print(name, "no HTTP response") }
    let digest = SHA256.hash(data: body).map { String(format: "%02x", $0) }.joined()
    print(name, response.statusCode, response.value(forHTTPHeaderField: "Content-Type") ?? "-", body.count, digest)
}

for base in CommandLine.arguments.dropFirst() {
    func request(_ path: String, _ method: String = "GET", body: Data? = nil) -> URLRequest {
        guard let url = URL(string: base + path) else { fatalError("not a URL: \(base)\(path)") }
        var request = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData, timeoutInterval: 30)
        request.httpMethod = method
        request.httpBody = body
        return request
    }
    for path in ["/text", "/gzip", "/chunked", "/large", "/redirect", "/counter", "/counter", "/missing?q=%C3%A4"] {
        try await ask(path, request(path))
    }
    try await ask("head", request("/text", "HEAD"))
    try await ask("upload", request("/upload", "PUT", body: Data(repeating: 0x73, count: 5_000_000)))
    var json = request("/upload", "POST", body: Data(#"{"title": "Ω"}"#.utf8))
    json.setValue("application/json", forHTTPHeaderField: "Content-Type")
    try await ask("json", json)
}
