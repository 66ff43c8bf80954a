import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// One recorded visit to the shop, replayed by sixteen who name themselves, all at once on one port.
    @Suite struct `Sixteen sessions of one recording` {
        let folder: TemporaryFolder
        let origin: RawOrigin

        init() throws {
            folder = try TemporaryFolder()
            let shop = Shop()
            origin = try RawOrigin { shop.answer($0) }
            let proxy = try Understudy(recording: origin, in: folder)
            for (request, answer) in zip(Shop.visit, Shop.answers) {
                #expect(try request.send(to: proxy.port).body.latin1 == answer, "\(request.name)")
            }
            #expect(try proxy.stop().summary?.recorded == Shop.visit.count)
            origin.stop()
        }

        /// How a client says whose requests these are.
        enum Naming: CaseIterable {
            case field, prefix, proxyUser

            func request(_ request: PlainRequest, as key: String, to api: String) -> String {
                var request = request
                switch self {
                case .field: request.fields.append("Understudy-Session: \(key)")
                case .prefix: request.target = "/__session/\(key)" + request.target
                case .proxyUser:
                    // What a client does that is told to use the proxy http://KEY:x@127.0.0.1:PORT.
                    request.target = "http://\(api)" + request.target
                    request.fields.append("Proxy-Authorization: Basic " + Data("\(key):x".utf8).base64EncodedString())
                }
                return request.text
            }
        }

        /// A whole visit on one connection, each look taken `looks` times; all that came back, byte for byte.
        private func visit(_ port: Int, _ key: String, _ naming: Naming, looks: Int) throws -> [Answer] {
            let client = try RawClient(port: port)
            var answers: [Answer] = []
            for request in Shop.visit {
                // An order is done after three looks, however often they are recorded.
                let isCart = request.target == "/cart" && request.method == "GET"
                for _ in 0..<(isCart ? looks : 1) {
                    try client.send(naming.request(request, as: key, to: "127.0.0.1:\(origin.port)"))
                    let answer = try client.readResponse()
                    answers.append(Answer(head: answer.head, body: answer.body))
                }
            }
            return answers
        }

        @Test(arguments: ["sequence", "causal"]) func `each get the whole sequence, byte for byte`(repeats: String)
            throws
        {
            let server = try Understudy(["replay", "--repeats", repeats, "--no-annotate"], in: folder)
            let (port, looks) = (server.port, repeats == "causal" ? 3 : 1)
            let alone = try visit(port, "alone", .field, looks: looks)
            let wanted = zip(Shop.visit, Shop.answers).flatMap { request, answer in
                [String](repeating: answer, count: request.target == "/cart" && request.method == "GET" ? looks : 1)
            }
            #expect(alone.map(\.body.latin1) == wanted)
            for round in 0..<3 {
                let failures = inParallel(16) { number in
                    let naming = Naming.allCases[number % Naming.allCases.count]
                    let answers = try visit(port, "visitor-\(round)-\(number)", naming, looks: looks)
                    guard answers == alone else { throw Wrong(answers: answers.map(\.body.latin1)) }
                }
                #expect(failures == [])
            }
            let outcome = try Program.run(["sessions", "ls", "--json"], in: folder)
            let list = try JSONDecoder().decode(Sessions.self, from: Data(outcome.lines.joined().utf8)).sessions
            #expect(list.map(\.session).filter { $0.hasPrefix("visitor") }.count == 48)
            #expect(list.filter { !$0.session.isEmpty }.allSatisfy { $0.hits == alone.count && $0.misses == 0 })
            #expect(try server.stop().summary?.misses == 0)
        }

        @Test func `record into sixteen collections and find their own again`() throws {
            let origin = try RawOrigin { (request: RawMessage) in
                // Upstream never learns whose request it is, so the path says it for the test.
                let path = request.startLine.split(separator: " ")[1]
                return "HTTP/1.1 200 OK\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)"
            }
            let recording = try Understudy(recording: origin, dir: "own", in: folder)
            let (port, api) = (recording.port, "127.0.0.1:\(origin.port)")
            let failures = inParallel(16) { number in
                let naming = Naming.allCases[number % Naming.allCases.count]
                for count in 0..<5 {
                    let request = PlainRequest("GET", "/own/\(number)/\(count)")
                    let answer = try RawClient.exchange(
                        port: port, naming.request(request, as: "visitor-\(number)", to: api))
                    guard answer.body.latin1 == request.target else { throw Wrong(answers: [answer.body.latin1]) }
                }
            }
            #expect(failures == [])
            #expect(try recording.stop().summary?.examplesAdded == 80)
            let files = try recording.collections()
            let slug = "127.0.0.1-\(origin.port).postman_collection.json"
            #expect(Set(files.keys) == Set((0..<16).map { "visitor-\($0)--\(slug)" }))
            for number in 0..<16 {
                let text = String(decoding: files["visitor-\(number)--\(slug)"] ?? Data(), as: UTF8.self)
                #expect(text.components(separatedBy: "\"originalRequest\"").count == 6)
                #expect(text.contains("/own/\(number)/4") && !text.contains("/own/\((number + 1) % 16)/"))
            }
            #expect(origin.requestTexts.allSatisfy { !$0.contains("visitor") }, "nobody else learns the key")
        }

        private struct Answer: Equatable { let head, body: [UInt8] }
        private struct Wrong: Error { let answers: [String] }
        private struct Sessions: Decodable { var sessions: [Session] }
        private struct Session: Decodable { var session: String, hits, misses: Int }
    }
}
