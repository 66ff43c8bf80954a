import Foundation
import Synchronization
import TestSupport
import Testing

extension EndToEnd {
    /// A recorded visit to a shop, replayed by customers who look more often, less often, or all at once.
    @Suite struct `A visit to a shop` {
        let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder()
            let shop = Shop()
            let origin = try RawOrigin { shop.answer($0) }
            let proxy = try Understudy(recording: origin, in: folder)
            for (request, answer) in zip(Shop.visit, Shop.answers) {
                #expect(try request.send(to: proxy.port).body.latin1 == answer, "\(request.name)")
            }
            #expect(try proxy.stop().summary?.recorded == Shop.visit.count)
        }

        private func replay(_ repeats: String) throws -> Understudy {
            try Understudy(["replay", "--repeats", repeats], in: folder)
        }

        /// One customer's way through the visit, step by step, and whether all answers were right.
        private final class Customer {
            private let port: Int
            private let fields: [String]
            private(set) var wrong: [String] = []

            /// The next step's number.
            private(set) var position = 0
            private var looks = 0

            init(_ server: Understudy, session: String? = nil) {
                port = server.port
                fields = session.map { ["Understudy-Session: \($0)"] } ?? []
            }

            var isDone: Bool { position == Shop.visit.count }

            /// The next step; a look is taken `looks` times.
            func next(looks count: Int = 1) throws {
                var request = Shop.visit[position]
                request.fields += fields
                for _ in 0..<(request.method == "GET" ? count : 1) {
                    let answer = try request.send(to: port).body.latin1
                    // An order is done from the third look on, whenever that is.
                    if request.target.hasPrefix("/orders/") { looks += 1 }
                    let right =
                        request.target != "/cart" && request.method == "GET"
                        ? (looks < 3 ? "pending" : "done") : Shop.answers[position]
                    if answer != right { wrong.append("step \(position), \(request.name): \(answer) is not \(right)") }
                }
                position += 1
            }

            func skip() { position += 1 }

            func visit(looks: Int = 1) throws -> [String] {
                while !isDone { try next(looks: looks) }
                return wrong
            }
        }

        @Test func `is right however often it is looked at, with causal`() throws {
            let server = try replay("causal")
            for looks in [1, 2, 5] {
                #expect(try Customer(server, session: "\(looks)").visit(looks: looks) == [])
            }
            #expect(try Customer(server).visit(looks: 2) == [], "without a session's name")
            let uneven = Customer(server, session: "uneven")
            for number in Shop.visit.indices { try uneven.next(looks: number % 3 + 1) }
            #expect(uneven.wrong == [])
        }

        @Test func `is right when looks are left out, with causal`() throws {
            let server = try replay("causal")
            let looks = Shop.visit.indices.filter { Shop.visit[$0].target == "/cart" && Shop.visit[$0].method == "GET" }
            for left in looks {
                let customer = Customer(server, session: "\(left)")
                while !customer.isDone {
                    if customer.position == left { customer.skip() } else { try customer.next() }
                }
                #expect(customer.wrong == [], "without step \(left)")
            }
            // Only the last cart is looked at, and the order once.
            let hasty = Customer(server, session: "hasty")
            while !hasty.isDone {
                let request = Shop.visit[hasty.position]
                let isNeeded = request.method != "GET" || [12, 13].contains(hasty.position)
                if isNeeded { try hasty.next() } else { hasty.skip() }
            }
            #expect(hasty.wrong == [])
        }

        @Test func `is right when eight look at once, with causal`() throws {
            let server = try replay("causal")
            let port = server.port
            var order: [String] = []
            for (request, right) in zip(Shop.visit, Shop.answers) {
                guard request.method == "GET" else {
                    #expect(try request.send(to: port).body.latin1 == right, "\(request.name)")
                    continue
                }
                let answers = Mutex<[String]>([])
                let failures = inParallel(8) { _ in
                    for _ in 0..<3 {
                        let answer = try request.send(to: port).body.latin1
                        answers.withLock { $0.append(answer) }
                    }
                }
                #expect(failures == [])
                let given = answers.withLock { $0 }
                if request.target == "/cart" {
                    #expect(given == [String](repeating: right, count: 24))
                } else {
                    order += given
                }
            }
            #expect(order.count == 72 && order.count { $0 == "pending" } == 2 && order.count { $0 == "done" } == 70)
        }

        @Test func `is wrong where it has to be, without causal`() throws {
            let first = try replay("first")
            let wrong = try Customer(first).visit(looks: 2)
            #expect(wrong.contains { $0.hasPrefix("step 2, GET /cart: [] is not [tea]") }, "\(wrong)")
            #expect(wrong.contains { $0.hasSuffix("pending is not done") }, "\(wrong)")
            try first.stop()
            let sequence = try replay("sequence")
            #expect(try Customer(sequence, session: "once").visit() == [], "as often as recorded")
            let ahead = try Customer(sequence, session: "twice").visit(looks: 2)
            #expect(ahead.contains("step 0, GET /cart: [tea] is not []"), "\(ahead)")
        }

        @Test func `keeps customers apart, and begins anew when told`() throws {
            let server = try replay("causal")
            let (one, other) = (Customer(server, session: "a"), Customer(server, session: "b"))
            // The second is always some steps behind, and the first looks twice.
            for number in 0..<(Shop.visit.count + 5) {
                if !one.isDone { try one.next(looks: 2) }
                if number >= 5 { try other.next() }
            }
            #expect(one.wrong == [] && other.wrong == [] && other.isDone)
            let cart = PlainRequest("GET", "/orders/1", ["Understudy-Session: a"])
            #expect(try cart.send(to: server.port).body.latin1 == "done")
            let outcome = try Program.run(["sessions", "reset"], in: folder)
            #expect(outcome.status == 0 && outcome.lines == ["reset 3 sessions"], "\(outcome.lines)")
            for session in ["a", "b"] { #expect(try Customer(server, session: session).visit(looks: 2) == []) }
            // One session's reset leaves the other where it is.
            #expect(try Program.run(["sessions", "reset", "a"], in: folder).status == 0)
            let b = PlainRequest("GET", "/orders/1", ["Understudy-Session: b"])
            #expect(try b.send(to: server.port).body.latin1 == "done")
            #expect(try Customer(server, session: "a").visit() == [])
        }

        @Test func `says in its file in which order it happened`() throws {
            let server = try replay("causal")
            var seen: [(run: Int, number: Int, name: String, answer: String)] = []
            for document in try server.exampleDocuments() {
                let order = try #require((document["_understudy"] as? [String: Any])?["order"] as? [Int])
                try #require(order.count == 2)
                let request = try #require(document["originalRequest"] as? [String: Any])
                let url = request["url"] as? String ?? (request["url"] as? [String: Any])?["raw"] as? String ?? ""
                let path = url.replacingOccurrences(of: "{{baseUrl}}", with: "")
                let answer = document["body"] as? String ?? ""
                seen.append((order[0], order[1], "\(request["method"] ?? "") \(path)", answer))
            }
            seen.sort { $0.number < $1.number }
            #expect(Set(seen.map(\.run)).count == 1 && Set(seen.map(\.number)).count == seen.count)
            #expect(seen.map(\.name) == Shop.visit.map(\.name))
            #expect(seen.map(\.answer) == Shop.answers)
        }
    }
}
