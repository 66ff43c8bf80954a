import Crypto
import NIOCore

/// The opening handshake of RFC 6455.
public enum WebSocketHandshake {
    /// What `Sec-WebSocket-Accept` must be for a key (§4.2.2).
    public static func accept(for key: some Sequence<UInt8>) -> String {
        var hash = Insecure.SHA1()
        hash.update(data: Array(key))
        hash.update(data: Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
        return Base64.encode(.init(bytes: hash.finalize()))
    }

    /// Whether the upgrade asked for is this one.
    public static func isWanted(_ fields: Fields) -> Bool {
        fields.list("upgrade", contains: "websocket") && fields.contains("sec-websocket-key")
    }
}

extension RequestHead {
    /// Whether the connection shall become another protocol's. `h2c` does not count: RFC 9113 has taken it back.
    public var wantsUpgrade: Bool {
        guard version == .http11, fields.contains("upgrade"), fields.list("connection", contains: "upgrade") else {
            return false
        }
        return fields.all("upgrade").contains { field in
            field.listElements.contains { !$0.isEmpty && !$0.equalsIgnoringCase("h2c") }
        }
    }
}
