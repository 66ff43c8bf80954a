import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

// AsyncHTTPClient reads no proxy variable and trusts only what it is told to, so a program that uses it has to hand over
// both: asynchttpclient-client HTTP-BASE HTTPS-BASE.

let environment = ProcessInfo.processInfo.environment
var configuration = HTTPClient.Configuration()
if let proxy = environment["HTTPS_PROXY"].flatMap(URL.init(string:)), let host = proxy.host, let port = proxy.port {
    configuration.proxy = .server(host: host, port: port)
}
if let authorities = environment["SSL_CERT_FILE"] {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .file(authorities)
    configuration.tlsConfiguration = tls
}
let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)

func ask(_ name: String, _ request: HTTPClientRequest) async throws {
    let response = try await client.execute(request, timeout: .seconds(30))
    let body = try await response.body.collect(upTo: 1 << 24)
    let digest = SHA256.hash(data: Array(body.readableBytesView)).map { String(format: "%02x", $0) }.joined()
    let type = response.headers.first(name: "Content-Type") ?? "-"
    print(name, response.status.code, response.version, type, body.readableBytes, digest)
}

for base in CommandLine.arguments.dropFirst() {
    for path in ["/text", "/gzip", "/chunked", "/large", "/redirect", "/counter", "/counter", "/missing?q=%C3%A4"] {
        try await ask(path, HTTPClientRequest(url: base + path))
    }
    var upload = HTTPClientRequest(url: base + "/upload")
    upload.method = .PUT
    upload.body = .bytes(ByteBuffer(repeating: 0x61, count: 5_000_000))
    try await ask("upload", upload)
    // Of unknown length: sent in chunks.
    var stream = HTTPClientRequest(url: base + "/upload?by=stream")
    stream.method = .POST
    let chunks = (0..<20).map { ByteBuffer(repeating: UInt8(ascii: "a") + UInt8($0), count: 10_000) }
    stream.body = .stream(
        AsyncStream { continuation in
            for chunk in chunks { continuation.yield(chunk) }
            continuation.finish()
        }, length: .unknown)
    try await ask("stream", stream)
}
try await client.shutdown().get()
