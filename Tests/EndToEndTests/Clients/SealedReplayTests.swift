import Foundation
import TestSupport
import Testing

extension RealClients {
    /// In replay not one packet leaves: seen from outside the process.
    @Suite struct `Sealed replay` {
        private static let namespace = ["unshare", "-rn", "sh", "-c", #"ip link set lo up && exec "$@""#, "sh"]

        /// The server goes on, and could be reached from anywhere else.
        @Test(
            .enabled(
                if: ClientTool.hasAll("curl", "unshare", "ip")
                    && ClientTool.works("unshare", "-rn", "ip", "link", "set", "lo", "up"),
                "no network namespaces here: not permitted, or util-linux and iproute2 are missing"))
        func `answers where there is no network`() throws {
            let stage = try Stage.origin()
            let command = ["bash", Stage.program("curl.sh")] + stage.bases
            let live = try stage.perform("record", command)
            #expect(live.status == 0, "\(live.errors) \(live.printed)")
            let seen = stage.requests.count
            let replayed = try stage.perform("replay", command, under: Self.namespace.resolved)
            try Stage.compare(live, replayed)
            #expect(stage.requests.count == seen)
            // There really is none in there: a call that is allowed does not get through.
            let call = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}\n", stage.bases[0] + "/text"]
            let direct = try stage.perform("record", call, under: Self.namespace.resolved)
            #expect(direct.transcript == ["502"])
        }

        @Test(
            .enabled(
                if: ClientTool.hasAll("curl", "strace") && ClientTool.works("strace", "-o", "/dev/null", "true"),
                "no strace here, or tracing is not permitted"))
        func `calls no one and asks no resolver`() throws {
            let stage = try Stage.origin()
            let command =
                ["sh", "-c", #"echo "$UNDERSTUDY_URL"; exec bash "$@""#, "sh", Stage.program("curl.sh")] + stage.bases
            let (live, liveTrace) = try traced(stage, "record", command)
            #expect(live.status == 0, "\(live.errors) \(live.printed)")
            try stage.stop()
            let (replayed, trace) = try traced(stage, "replay", command)
            #expect(replayed.status == 0, "\(replayed.errors) \(replayed.printed)")
            #expect(replayed.report?.missed == 0 && replayed.report?.replayed == live.report?.recorded)

            // Only the client calls, and only us.
            let own = try Self.port(of: replayed)
            #expect(trace.count >= 40)
            #expect(trace.filter { $0.address != "127.0.0.1" || $0.port != own } == [])
            // What tells that a call would have been seen: while recording there were some, to the server.
            let (ownLive, servers) = (
                try Self.port(of: live), stage.bases.compactMap { Int($0.suffix(while: \.isNumber)) }
            )
            #expect(Set(liveTrace.map(\.port)) == Set(servers + [ownLive]))
        }

        private struct Call: Hashable {
            var address: String
            var port: Int
        }

        private static func port(of performance: Stage.Performance) throws -> Int {
            let url = performance.transcript.first ?? ""
            return try #require(Int(url.suffix(while: \.isNumber)), "no URL: \(url)")
        }

        /// Runs it under strace; whom any process of it connected to, or sent a datagram, over IP.
        private func traced(
            _ stage: Stage, _ mode: String, _ command: [String]
        ) throws -> (Stage.Performance, [Call]) {
            let file = stage.folder.file("\(mode).trace")
            let strace = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", file]
            let performance = try stage.perform(mode, command, under: strace.resolved, within: 200)
            let calls = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").compactMap { line in
                line.firstMatch(of: /sin6?_port=htons\((\d+)\).*?"([0-9a-f.:]+)"/).map {
                    Call(address: String($0.2), port: Int($0.1) ?? 0)
                }
            }
            return (performance, calls)
        }
    }
}

extension [String] {
    /// With the path of the program in place of its name.
    fileprivate var resolved: [String] { first.map { [ClientTool.path($0) ?? $0] + dropFirst() } ?? [] }
}

extension String {
    fileprivate func suffix(while predicate: (Character) -> Bool) -> Substring {
        self[(lastIndex { !predicate($0) }.map(index(after:)) ?? startIndex)...]
    }
}
