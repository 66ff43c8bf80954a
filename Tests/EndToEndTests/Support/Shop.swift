import Synchronization
import TestSupport

/// A shop that remembers: one cart, and orders that take two looks until they are done.
final class Shop: Sendable {
    private struct State {
        var cart: [String] = []
        /// How often each order was looked at, by its number less one.
        var looks: [Int] = []
    }

    private let state = Mutex(State())

    func answer(_ request: RawMessage) -> String {
        let words = request.startLine.split(separator: " ")
        let (method, path) = (String(words[0]), String(words[1]))
        let item = request.body.latin1
        return state.withLock { state in
            switch (method, path) {
            case ("GET", "/cart"): return Self.answer(200, "[\(state.cart.joined(separator: ","))]")
            case ("POST", "/cart"):
                state.cart.append(item)
                return Self.answer(201, "added \(item)")
            case ("DELETE", _):
                state.cart.removeAll { path == "/cart/\($0)" }
                return Self.answer(200, "removed")
            case ("POST", "/orders"):
                state.cart = []
                state.looks.append(0)
                return Self.answer(201, "order \(state.looks.count)")
            default:
                guard let number = path.split(separator: "/").last.flatMap({ Int($0) }),
                    state.looks.indices.contains(number - 1)
                else { return Self.answer(404, "nothing") }
                state.looks[number - 1] += 1
                return Self.answer(200, state.looks[number - 1] < 3 ? "pending" : "done")
            }
        }
    }

    private static func answer(_ status: Int, _ body: String) -> String {
        "HTTP/1.1 \(status) -\r\nContent-Type: text/plain\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// What a customer does: `GET`s look, all else changes something.
    static let visit: [PlainRequest] = [
        PlainRequest("GET", "/cart"),
        add("tea"), PlainRequest("GET", "/cart"),
        add("mug"), PlainRequest("GET", "/cart"),
        PlainRequest("DELETE", "/cart/tea"), PlainRequest("GET", "/cart"),
        PlainRequest("DELETE", "/cart/mug"), PlainRequest("GET", "/cart"),
        add("tea"), PlainRequest("GET", "/cart"),
        PlainRequest("POST", "/orders", ["Content-Type: text/plain"], body: "pay"), PlainRequest("GET", "/cart"),
        PlainRequest("GET", "/orders/1"), PlainRequest("GET", "/orders/1"), PlainRequest("GET", "/orders/1"),
    ]

    private static func add(_ item: String) -> PlainRequest {
        PlainRequest("POST", "/cart", ["Content-Type: text/plain"], body: item)
    }

    /// What the shop says at each step of `visit`.
    static let answers = [
        "[]", "added tea", "[tea]", "added mug", "[tea,mug]", "removed", "[mug]", "removed", "[]", "added tea", "[tea]",
        "order 1", "[]", "pending", "pending", "done",
    ]
}
