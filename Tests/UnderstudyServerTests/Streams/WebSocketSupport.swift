import NIOCore
import TestSupport
import UnderstudyCore

@testable import UnderstudyServer

typealias Frame = RawFrame

extension RawOrigin {
    /// A WebSocket server: shakes hands, then does what `script` says.
    static func webSocket(_ script: @escaping @Sendable (RawConnection) throws -> Void) throws -> RawOrigin {
        try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send(.switching)
            try script(connection)
        }
    }
}

extension Proxy {
    /// A client that has asked for a WebSocket; its response's head.
    func webSocket(_ target: String = "/ws", _ fields: String = "") throws -> (connection: RawConnection, head: String)
    {
        let client = try client()
        try client.send(.get(target, .handshake + fields))
        let head = try client.connection.readHead().latin1
        // The client object may go, the connection stays.
        return (client.connection, head)
    }

    func transcript(_ index: Int = 0) throws -> [StreamEntry] {
        let entry = try recorder.entry(index)
        return try Transcript.entries(entry.exchange.response?.body.bytesInMemory ?? ByteBuffer())
    }
}

extension StreamEntry {
    /// Without its time.
    var short: String {
        let mark = from == .client ? ">" : "<"
        let content = closing.map { "\($0.code) \($0.reason)" } ?? Array(payload.readableBytesView).latin1
        return "\(mark) \(kind.rawValue)\(isFinal ? "" : "…")\(differs ? "!" : "") \(content)"
    }
}
