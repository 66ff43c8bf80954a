import NIOCore
import UnderstudyCore

/// What clients get at `http://understudy.test/`, which they reach through us only.
enum Page {
    case home, authority, unknown

    init(_ head: RequestHead) {
        let target = head.target.readableBytesView
        let path = target.prefix { $0 != UInt8(ascii: "?") }
        if path.elementsEqual("/ca.pem".utf8) {
            self = .authority
        } else if path.elementsEqual("/".utf8) {
            self = .home
        } else {
            self = .unknown
        }
    }

    /// Waits for the disk the first time that the authority is asked for.
    func content(_ certificates: TunnelCertificates) -> (status: Int, type: String, bytes: ByteBuffer) {
        switch self {
        case .home: return (200, "text/html; charset=utf-8", ByteBuffer(string: Self.homeText))
        case .unknown:
            return (404, "text/plain; charset=utf-8", ByteBuffer(string: "There are only / and /ca.pem here.\n"))
        case .authority:
            do {
                // The type by which browsers and phones offer to install it.
                return (200, "application/x-x509-ca-cert", ByteBuffer(string: try certificates.authorityPEM()))
            } catch {
                return (500, "text/plain; charset=utf-8", ByteBuffer(string: "\(error)\n"))
            }
        }
    }

    private static let homeText = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>Understudy</title>
        <style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}code{background:#8882;padding:.1em .3em}</style>
        <h1>You are going through Understudy</h1>
        <p>For https, programs must trust its certificate authority, which is this installation's own:
        <a href="/ca.pem">ca.pem</a>.</p>
        <p>One program: start it with <code>understudy run -- PROGRAM</code>, which sets all it needs, or
        <code>eval "$(understudy ca env)"</code> in its shell.<br>
        The whole system: <code>understudy ca install</code>, and <code>understudy ca uninstall</code> afterwards.</p>
        </html>

        """
}
