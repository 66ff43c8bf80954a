import Foundation
import NIOCore
import TestSupport
import Testing

@testable import UnderstudyAdmin

@Suite struct `The page` {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/UnderstudyAdmin/Web").standardizedFileURL.path

    @Test func `is in the binary as it is in the sources, whole and small`() throws {
        let names = try FileManager.default.subpathsOfDirectory(atPath: Self.folder).filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(Self.folder)/\($0)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }
        #expect(names.contains("index.html"))
        #expect(Set(names) == Set(PageFile.all.keys), "Sources/CWebFiles/web_files.c names each file of Web/")
        for (name, file) in PageFile.all {
            let onDisk = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name)"))
            #expect(Data(file.bytes.readableBytesView) == onDisk, "\(name)")
            #expect(file.type != nil, "\(name) has no type in PageFile")
        }
        // What a browser that visits every view loads.
        #expect(PageFile.all.values.map(\.compressed.readableBytes).reduce(0, +) < 150_000)
    }

    @Test func `is given to anyone, with what keeps browsers from doing more`() async throws {
        try await Bench.run { bench in
            for (path, type) in [("/", "text/html; charset=utf-8"), ("/ui/app.js", "text/javascript; charset=utf-8")] {
                let reply = try bench.plain("GET", path)
                #expect(reply.status == 200 && reply.field("Content-Type") == type)
                let file = try #require(PageFile.all[path == "/" ? "index.html" : "app.js"])
                #expect(reply.body == Array(file.bytes.readableBytesView))
                #expect(reply.field("Cache-Control") == "no-cache")
                Self.checkFields(reply)
                let head = try bench.plain("HEAD", path)
                #expect(head.status == 200 && head.body.isEmpty)
                #expect(head.field("Content-Length") == "\(file.bytes.readableBytes)")
                Self.checkFields(head)
                // Nobody is asked for a key, and a wrong one is nobody's business here.
                #expect(try bench.ask("GET", path, key: "wrong").status == 200)
                #expect(try bench.plain("GET", path + "?a=b").status == 200)
            }
        }
    }

    @Test func `is compressed for those who can take it`() async throws {
        try await Bench.run { bench in
            let file = try #require(PageFile.all["app.js"])
            for accepted in ["gzip", "br;q=1.0, gzip;q=0.5", "GZIP"] {
                let reply = try bench.plain("GET", "/ui/app.js", fields: ["Accept-Encoding: \(accepted)"])
                #expect(reply.field("Content-Encoding") == "gzip" && reply.field("Vary") == "Accept-Encoding")
                #expect(reply.body == Array(file.compressed.readableBytesView))
                #expect(reply.body.count < file.bytes.readableBytes / 2)
                let tag = try #require(reply.field("ETag"))
                let again = try bench.plain(
                    "GET", "/ui/app.js", fields: ["Accept-Encoding: \(accepted)", "If-None-Match: \(tag)"])
                #expect(again.status == 304)
                // Other octets have another tag.
                #expect(try bench.plain("GET", "/ui/app.js", fields: ["If-None-Match: \(tag)"]).status == 200)
            }
            for refused in ["", "identity", "gzip;q=0", "br, gzip; q=0.0"] {
                let reply = try bench.plain("GET", "/ui/app.js", fields: ["Accept-Encoding: \(refused)"])
                #expect(
                    reply.field("Content-Encoding") == nil && reply.field("Vary") == "Accept-Encoding", "\(refused)")
            }
        }
    }

    private static func checkFields(_ reply: Bench.Reply) {
        let policy = reply.field("Content-Security-Policy") ?? ""
        #expect(
            policy
                == "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; frame-src 'self'; font-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        #expect(reply.field("X-Content-Type-Options") == "nosniff")
        #expect(reply.field("Referrer-Policy") == "no-referrer")
        #expect(reply.field("Cross-Origin-Opener-Policy") == "same-origin")
        #expect(reply.field("Cross-Origin-Resource-Policy") == "same-origin")
        #expect(reply.field("X-DNS-Prefetch-Control") == "off")
        let permissions = (reply.field("Permissions-Policy") ?? "").split(separator: ", ")
        #expect(permissions.filter { !$0.hasSuffix("=()") } == ["clipboard-write=(self)"])
        #expect(reply.field("Access-Control-Allow-Origin") == nil)
    }

    @Test func `is sent once, and asked about after that`() async throws {
        try await Bench.run { bench in
            let tag = try #require(try bench.plain("GET", "/ui/app.js").field("ETag"))
            for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                for method in ["GET", "HEAD"] {
                    let reply = try bench.plain(method, "/ui/app.js", fields: ["If-None-Match: \(known)"])
                    #expect(reply.status == 304 && reply.body.isEmpty, "\(known)")
                    #expect(reply.field("ETag") == tag)
                    let length = try #require(PageFile.all["app.js"]).bytes.readableBytes
                    #expect(reply.field("Content-Length") ?? "\(length)" == "\(length)")
                    Self.checkFields(reply)
                }
            }
            for other in ["\"other\"", String(tag.dropLast(2)) + "\"", ""] {
                #expect(try bench.plain("GET", "/ui/app.js", fields: ["If-None-Match: \(other)"]).status == 200)
            }
            #expect(try bench.plain("GET", "/").field("ETag") != tag)
        }
    }

    @Test func `has no file but its own, however the path is written`() async throws {
        try await Bench.run { bench in
            for path in [
                "/ui", "/ui/", "/ui/nothing.js", "/ui/../", "/ui/../app.js", "/ui/./app.js", "/ui//app.js",
                "/ui/%2e%2e/app.js", "/ui/%2e%2e/%2e%2e/access.json", "/ui/..%2f..%2faccess.json", "/ui/app%2ejs",
                "/ui/..%5c..%5caccess.json", "/ui/core%2fapi.js", "/ui/app.js/", "/ui/app.js%00", "/ui/APP.JS",
                "/ui/../../../../../../etc/passwd", "/ui//etc/passwd", "/ui/%2fetc%2fpasswd", "/ui/app.js;a=b",
            ] {
                let reply = try bench.plain("GET", path)
                // Octets that are no text in a path are refused before anybody looks for a file.
                #expect(reply.status == (path.contains("%00") ? 400 : 404), "\(path)")
                guard !path.contains("%00") else { continue }
                #expect(reply.field("Content-Type") == "text/plain; charset=utf-8", "\(path)")
                Self.checkFields(reply)
            }
            for path in ["/../", "//", "/%2e%2e/ui/app.js", "/UI/app.js"] {
                #expect(try bench.plain("GET", path).status == 401, "\(path)")
            }
            for path in ["/", "/ui/app.js"] {
                for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
                    let reply = try bench.plain(method, path, "{}")
                    #expect(reply.status == 405 && reply.field("Allow") == "GET, HEAD", "\(method) \(path)")
                }
            }
        }
    }

    @Test func `is shown to whoever follows a link to it, and to no other site's code`() async throws {
        try await Bench.run { bench in
            let visit = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"]
            func status(_ method: String, _ path: String, _ fields: [String], host: String? = nil) throws -> Int {
                try bench.plain(method, path, fields: fields, host: host).status
            }
            let followed = try status("GET", "/", visit)
            #expect(followed == 200)
            #expect(try status("GET", "/?a", visit) == 200)
            #expect(try status("GET", "/", ["Sec-Fetch-Site: same-site"] + visit.dropFirst()) == 200)
            for (method, path, fields) in [
                ("POST", "/", visit), ("GET", "/ui/app.js", visit), ("GET", "/mocks", visit),
                ("GET", "/api/v1/health", visit), ("GET", "/", [visit[0]]), ("GET", "/", Array(visit.prefix(2))),
                ("GET", "/", [visit[0], "Sec-Fetch-Mode: no-cors", visit[2]]),
                ("GET", "/", [visit[0], visit[1], "Sec-Fetch-Dest: iframe"]),
                ("GET", "/", visit + ["Origin: http://evil.test"]),
            ] {
                #expect(try status(method, path, fields) == 403, "\(method) \(path) \(fields)")
            }
            #expect(try status("GET", "/", [], host: "evil.test:\(bench.server.port)") == 403)
            #expect(try status("GET", "/ui/app.js", [], host: "evil.test") == 403)
        }
    }

    @Test func `has data beside it that does nothing when a browser shows it`() async throws {
        try await Bench.run { bench in
            for path in ["/mocks", "/api/v1/status", "/api/v1/nothing"] {
                let policy = try bench.ask("GET", path).field("Content-Security-Policy")
                #expect(policy == "default-src 'none'; frame-ancestors 'none'")
            }
        }
    }
}
