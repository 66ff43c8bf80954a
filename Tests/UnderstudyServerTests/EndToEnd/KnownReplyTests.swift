import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// From its third time on a request may be answered without being looked at. Nobody must notice.
@Suite(.serialized) struct `A request that comes again` {
    @Test func `gets the same bytes, and is logged each time`() async throws {
        try await Proxy.run(to: nil, { ($0.examples, $0.annotates) = ([.of("e", target: "/a")], true) }) { proxy in
            let client = try proxy.client()
            for _ in 0..<5 {
                try client.send(.get("/a"))
                let answer = try client.readResponse()
                #expect(answer.text == "e" && answer["Understudy-Example"] == "e")
            }
            #expect(try client.roundTrip(.get("/b")).status == 404)
            let calls = (0..<6).map { try? proxy.recorder.entry($0).exchange }
            #expect(calls.map { $0?.result } == [.hit, .hit, .hit, .hit, .hit, .miss])
            #expect(calls.prefix(5).allSatisfy { $0?.exampleID == "e" && $0?.request.head.targetText == "/a" })
        }
    }

    @Test func `pipelined a hundred times, between others, in order`() async throws {
        let examples = (0..<4).map { Example.of("e\($0)", target: "/\($0)") }
        try await Proxy.run(to: nil, { $0.examples = examples }) { proxy in
            let client = try proxy.client()
            let order = (0..<100).map { $0 * 7 % 5 }
            try client.send(order.map { .get("/\($0)") }.joined())
            for number in order {
                let answer = try client.readResponse()
                #expect(number == 4 ? answer.status == 404 : answer.text == "e\(number)")
            }
        }
    }

    @Test func `byte by byte, and cut anywhere`() async throws {
        try await Proxy.run(to: nil, { $0.examples = [.of("e", target: "/a")] }) { proxy in
            let client = try proxy.client()
            for _ in 0..<3 { #expect(try client.roundTrip(.get("/a")).text == "e") }
            for byte in String.get("/a") { try client.send(String(byte)) }
            #expect(try client.readResponse().text == "e")
            let twice = String.get("/a") + .get("/a")
            for cut in stride(from: 1, to: twice.utf8.count, by: 7) {
                try client.send(String(twice.prefix(cut)))
                try client.send(String(twice.dropFirst(cut)))
                for _ in 0..<2 { #expect(try client.readResponse().text == "e") }
            }
        }
    }

    @Test func `is answered anew when the examples or the mode have changed`() async throws {
        let origin = try RawOrigin(responses: [.ok("upstream")])
        try await Proxy.run(to: origin, { ($0.examples, $0.mode) = ([.of("e", target: "/a")], .replay) }) { proxy in
            let client = try proxy.client()
            for _ in 0..<4 { #expect(try client.roundTrip(.get("/a")).text == "e") }
            try await proxy.server.update { $0.replaceExamples([.of("f", target: "/a")]) }
            for _ in 0..<4 { #expect(try client.roundTrip(.get("/a")).text == "f") }
            try await proxy.server.update { $0.mode = .proxy }
            #expect(try client.roundTrip(.get("/a")).text == "upstream")
            try await proxy.server.update { $0.mode = .spy }
            for _ in 0..<4 { #expect(try client.roundTrip(.get("/a")).text == "f") }
            proxy.server.insert(.of("g", target: "/a"))
            // An insertion is handed to the loop and not waited for; this comes behind it.
            try await proxy.server.update { _ in }
            for turn in ["f", "g", "g"] { #expect(try client.roundTrip(.get("/a")).text == turn) }
        }
    }

    @Test func `still takes turns, draws values and waits`() async throws {
        let examples: [Example] = [
            .of("a", target: "/turns"), .of("b", target: "/turns"), .of("c", target: "/turns"),
            .of("t", target: "/value", body: Body(text: "{{$guid}}")),
            .of("w", target: "/waits", responseTime: 40),
        ]
        let set: (inout Proxy.Options) -> Void = {
            $0.examples = examples
            $0.latency = .recorded
            $0.answering = Answering(profile: .strict)
            $0.answering?.fillsTemplates = true
        }
        try await Proxy.run(to: nil, set) { proxy in
            let client = try proxy.client()
            for turn in ["a", "b", "c", "c", "c"] { #expect(try client.roundTrip(.get("/turns")).text == turn) }
            var values: Set<String> = []
            for _ in 0..<4 { values.insert(try client.roundTrip(.get("/value")).text) }
            #expect(values.count == 4)
            for _ in 0..<4 {
                let began = ContinuousClock.now
                #expect(try client.roundTrip(.get("/waits")).text == "w")
                #expect(ContinuousClock.now - began >= .milliseconds(35))
            }
        }
    }

    @Test func `is told to close, or spoken to as 1_0, when it asks for that`() async throws {
        try await Proxy.run(to: nil, { $0.examples = [.of("e", target: "/a")] }) { proxy in
            for _ in 0..<4 {
                let client = try proxy.client()
                #expect(try client.roundTrip(.get("/a", "Connection: close\r\n"))["Connection"] == "close")
                #expect(client.connection.isClosed())
                let old = try proxy.client()
                #expect(try old.roundTrip("GET /a HTTP/1.0\r\n\r\n").text == "e")
                #expect(old.connection.isClosed())
            }
        }
    }
}
