import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Whatever is wrong with what a user gives: one line that names it, the documented status, nothing changed.
    @Suite struct `Bad input` {
        let folder: TemporaryFolder
        init() throws { folder = try TemporaryFolder() }

        /// Runs a start that must fail.
        private func expectRefusal(
            _ arguments: [String], environment: [String: String] = [:], file: String? = nil, status: Int32,
            naming: [String],
            unchanged: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            if let file { try folder.write(file, to: "understudy.yaml") }
            let place = unchanged ?? folder.path
            let before = try Snapshot(place)
            let outcome = try Program.run(arguments, in: folder, environment: environment)
            let text = outcome.lines.joined(separator: "\n")
            #expect(outcome.status == status, "\(text)", sourceLocation: sourceLocation)
            #expect((1...2).contains(outcome.lines.count), "\(text)", sourceLocation: sourceLocation)
            for word in naming { #expect(text.contains(word), "\(text)", sourceLocation: sourceLocation) }
            // It does not begin to work first; a busy machine is slow.
            #expect(outcome.seconds < 10, sourceLocation: sourceLocation)
            #expect(before.changes(to: try Snapshot(place)) == [], "changed on disk", sourceLocation: sourceLocation)
        }

        // MARK: Command line

        @Test(arguments: [
            (["record", "api.example.com"], ["api.example.com", "scheme"]),
            (["record", "//api.example.com"], ["//api.example.com"]),
            (["record", "file:///etc/passwd"], ["file"]),
            (["record", "ftp://127.0.0.1/"], ["ftp"]),
            (["record", "http://"], ["http://"]),
            (["record", "http:///path"], ["http:///path"]),
            (["record", "http://user:secret@127.0.0.1/"], ["user name"]),
            (["record", "http://127.0.0.1:99999"], ["99999"]),
            (["record", "http://127.0.0.1:0"], ["127.0.0.1:0"]),
            (["record", "http://a b/"], ["a b"]),
            (["record", "http://127.0.0.1/?q=1"], ["q=1"]),
            (["record", "--no-forward"], ["record", "https://"]),
            (["auto", "--no-forward"], ["auto", "https://"]),
            (["record", "http://127.0.0.1", "--prot", "80"], ["--prot"]),
            (["record", "http://127.0.0.1", "extra"], ["extra"]),
            (["recrod", "http://127.0.0.1"], ["recrod"]),
            (["mode", "replya"], ["replya", "replay"]),
            (["mode", "replay"], ["no server", "recordings"]),
            (["status"], ["no server", "recordings"]),
            (["record", "http://127.0.0.1", "--config", "missing.yaml"], ["missing.yaml"]),
        ])
        func `a command line that cannot work`(arguments: [String], naming: [String]) throws {
            try expectRefusal(arguments, status: 1, naming: naming)
        }

        /// Name, bad value, words of the message. Each is tried as flag, in the environment and in the file.
        static let typed: [(name: String, value: String)] = [
            ("port", "eighty"), ("port", "70000"), ("port", "-1"), ("admin-port", "65536"), ("write", "sometimes"),
            ("latency", "soon"), ("latency", "-1"), ("durability", "maybe"), ("max-body", "huge"), ("max-body", "-5"),
            ("connect-timeout", "abc"), ("connect-timeout", "nan"), ("max-time", "-1"), ("log-format", "xml"),
            ("cacert", "missing.pem"), ("cert", "missing.pem"), ("key", "missing.pem"), ("max-body", "9999999999GB"),
            ("head-timeout", "0"), ("body-timeout", "soon"), ("idle-timeout", "-1"), ("first-byte-timeout", "0ms"),
            ("upstream-idle-timeout", "x"), ("stop-timeout", "0"), ("max-head", "0"), ("max-field", "big"),
            ("max-fields", "0"), ("max-target", "-1"), ("max-connections", "many"), ("max-upstream", "0"),
            ("max-upstream-per-host", "-3"), ("session-idle", "0"), ("record-if", "status<"),
            ("record-if", "size<1MB&"), ("include", "https://h/x"),
            ("exclude", "h:0"), ("history-limit", "10"), ("history-limit", "all"),
        ]

        @Test(arguments: typed) func `a bad value, three ways`(name: String, value: String) throws {
            let start = ["record", "http://127.0.0.1:1"]
            try expectRefusal(start + ["--\(name)=\(value)"], status: 1, naming: ["--\(name)", value])
            let variable = "UNDERSTUDY_" + name.uppercased().replacingOccurrences(of: "-", with: "_")
            try expectRefusal(start, environment: [variable: value], status: 1, naming: [variable, value])
            try expectRefusal(start, file: "\(name): \(value)\n", status: 1, naming: ["understudy.yaml", name, value])
        }

        @Test(arguments: [
            "insecure", "http2", "no-redact", "keep-secrets", "rewrite-location", "no-annotate", "no-via", "quiet",
            "record-preflights",
        ])
        func `a switch that is neither on nor off`(name: String) throws {
            let variable = "UNDERSTUDY_" + name.uppercased().replacingOccurrences(of: "-", with: "_")
            try expectRefusal(
                ["record", "http://127.0.0.1:1"], environment: [variable: "maybe"], status: 1,
                naming: [variable, "maybe"])
        }

        @Test(arguments: [
            ("prot: 80\n", ["understudy.yaml:1", "prot", "did you mean 'port'"]),
            ("port: 0\nconnect_timeout: 5\n", ["understudy.yaml:2", "connect_timeout", "connect-timeout"]),
            ("port: [1, 2\n", ["understudy.yaml", "YAML"]),
            ("- port\n", ["understudy.yaml"]),
            ("port: {a: 1}\n", ["understudy.yaml:1", "port"]),
            ("port: [1, 2]\n", ["understudy.yaml", "port"]),
            ("upstream: nowhere\n", ["nowhere"]),
        ])
        func `a settings file that cannot work`(text: String, naming: [String]) throws {
            try expectRefusal(
                ["record", "http://127.0.0.1:1"].prefix(text.hasPrefix("upstream") ? 1 : 2).map { $0 }, file: text,
                status: 1, naming: naming)
        }

        // MARK: Places

        @Test func `a port in use`() throws {
            let origin = try RawOrigin(responses: [])
            let start = ContinuousClock.now
            try expectRefusal(
                ["record", "http://127.0.0.1:1", "--port", "\(origin.port)"], status: 2,
                naming: ["port \(origin.port)", "in use"])
            try expectRefusal(
                ["record", "http://127.0.0.1:1", "--port", "0", "--admin-port", "\(origin.port)"], status: 2,
                naming: ["port \(origin.port)", "in use"])
            #expect((ContinuousClock.now - start).seconds < 4)
        }

        @Test func `an address that is not ours`() throws {
            try expectRefusal(
                ["record", "http://127.0.0.1:1", "--port", "0", "--host", "192.0.2.1"], status: 2, naming: ["192.0.2.1"]
            )
        }

        @Test func `a file where the folder should be`() throws {
            try folder.write("text", to: "recordings")
            try expectRefusal(
                ["record", "http://127.0.0.1:1", "--port", "0"], status: 2, naming: ["recordings", "not a folder"])
        }

        @Test func `a folder that cannot be made`() throws {
            try folder.write("text", to: "file")
            try expectRefusal(
                ["record", "http://127.0.0.1:1", "--port", "0", "--dir", "file/below"], status: 2,
                naming: ["file/below"])
        }

        @Test func `a folder of something else`() throws {
            try FileManager.default.createDirectory(atPath: folder.file("src"), withIntermediateDirectories: true)
            try folder.write("int main() {}", to: "src/main.c")
            try expectRefusal(
                ["record", "http://127.0.0.1:1", "--port", "0", "--dir", "src"], status: 2, naming: ["src"])
        }

        @Test(arguments: [
            ["replay"], ["replay", "nowhere"], ["replay", "nowhere.postman_collection.json"],
            ["replay", "--dir", "nowhere"],
        ])
        func `a recording that is not there`(arguments: [String]) throws {
            let name = arguments.last.map { $0 == "replay" ? "recordings" : $0 } ?? ""
            try expectRefusal(arguments + ["--port", "0"], status: 2, naming: [name])
        }

        @Test(.enabled(if: SmallDisk.isAvailable, Comment(rawValue: SmallDisk.advice)))
        func `a folder on a disk that is read-only`() throws {
            let disk = try SmallDisk(in: folder)
            let dir = disk.path + "/recordings"
            try recordOne(dir: dir)
            try disk.remount(readOnly: true)
            for verb in [["record", "http://127.0.0.1:1"], ["replay"]] {
                try expectRefusal(verb + ["--port", "0", "--dir", dir], status: 2, naming: [dir, "Read-only"])
            }
            try expectRefusal(
                ["record", "http://127.0.0.1:1", "--port", "0", "--dir", disk.path + "/new"], status: 2,
                naming: [disk.path, "Read-only"])
        }

        @Test func `a second instance on one workspace`() throws {
            let origin = try RawOrigin(responses: [Self.answer])
            let first = try Understudy(recording: origin, in: folder)
            #expect(try first.get("/a").status == 200)
            // The first one folds what it has just recorded whenever it likes; that must be over.
            let isFolded = try eventually { try first.history.count("example_state = 2") == 1 }
            #expect(isFolded)
            for verb in [["record", first.origin(origin)], ["replay"]] {
                try expectRefusal(
                    verb + ["--port", "0"], status: 2, naming: ["recordings", "\(first.child.processIdentifier)"])
            }
            #expect(try first.get("/b").status == 200)
            #expect(try first.stop().status == 0)
        }

        static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

        private func recordOne(dir: String) throws {
            let origin = try RawOrigin(responses: [Self.answer])
            let proxy = try Understudy(recording: origin, dir: dir, in: folder)
            #expect(try proxy.get("/a").status == 200)
            #expect(try proxy.stop().status == 0)
        }
    }
}

extension Understudy {
    fileprivate func origin(_ origin: RawOrigin) -> String { "http://127.0.0.1:\(origin.port)" }
}
