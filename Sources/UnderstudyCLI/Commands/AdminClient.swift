import Curl
import NIOCore
import UnderstudyCore
import UnderstudyStore

/// Talks to the server that serves a folder, which its lock file names.
struct AdminClient {
    /// The server is on this machine: it answers at once or not at all.
    static let timeout = Duration.seconds(30)

    /// Host and port.
    let address: String
    private let token: String

    init(folder: String) throws(CommandFailure) {
        guard let instance = Workspace.runningInstance(in: folder) else {
            throw .usage(
                "no server is running on \(folder): start one, such as 'understudy serve', or name its folder with --dir"
            )
        }
        guard let address = instance.admin, let token = instance.adminToken else {
            throw .usage("the server on \(folder) (process \(instance.pid)) is still starting")
        }
        self.address = address
        self.token = token
    }

    func call(_ method: String, _ path: String, body: JSONValue? = nil) throws(CommandFailure) -> JSONValue {
        var headers = [(name: "Authorization", value: "Bearer \(token)")]
        if body != nil { headers.append((name: "Content-Type", value: "application/json")) }
        let bytes = body.map { Array(JSONWriter.bytes($0, style: .compact).readableBytesView) }
        let answer: (status: Int, body: [UInt8])
        do {
            answer = try CurlOnce.perform(
                method: method, url: "http://\(address)\(path)", headers: headers, body: bytes, timeout: Self.timeout)
        } catch {
            throw .usage("the server at \(address) does not answer: \(error)")
        }
        let value = try? JSONValue(parsing: ByteBuffer(bytes: answer.body))
        guard let value, answer.status < 300 else {
            throw .usage(value?["detail"]?.text ?? "the server at \(address) answered \(answer.status)")
        }
        return value
    }
}
