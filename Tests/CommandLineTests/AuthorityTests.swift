import Foundation
import TestSupport
import Testing
import UnderstudyCore

/// `understudy ca`.
@Suite struct `The certificate authority on the command line` {
    private func place(_ bench: Workbench) -> String { bench.folder.file(".local/share/understudy") }

    @Test func `is made on first need and shown`() throws {
        let bench = try Workbench()
        #expect(try bench.run("ca", "path").lines == ["\(place(bench))/ca.pem"])
        let pem = try bench.text(of: "\(place(bench))/ca.pem")
        let printed = try bench.run("ca", "print")
        #expect(printed.status == 0 && printed.text == pem && !printed.text.contains("PRIVATE"))
        let fingerprint = try bench.run("ca", "fingerprint").text
        #expect(fingerprint.wholeMatch(of: /([0-9A-F]{2}:){31}[0-9A-F]{2}\n/) != nil)
        let json = try bench.run("ca", "path", "--json").json()
        #expect(json["certificate"]?.text == "\(place(bench))/ca.pem")
        #expect(json["fingerprint"]?.text.map { $0 + "\n" } == fingerprint)
        #expect(json["name"]?.text?.hasPrefix("Understudy CA ") == true)
    }

    @Test func `is where flag, environment or file say`() throws {
        let bench = try Workbench()
        #expect(try bench.run("ca", "path", "--ca-dir", "one").lines == [bench.folder.file("one/ca.pem")])
        let environment = ["UNDERSTUDY_CA_DIR": bench.folder.file("two"), "XDG_DATA_HOME": bench.folder.file("x")]
        #expect(try bench.run("ca", "path", environment: environment).lines == [bench.folder.file("two/ca.pem")])
        #expect(
            try bench.run("ca", "path", environment: ["XDG_DATA_HOME": bench.folder.file("x")]).lines == [
                bench.folder.file("x/understudy/ca.pem")
            ])
        try bench.folder.write("ca-dir: three\n", to: "understudy.yaml")
        #expect(try bench.run("ca", "path").lines == [bench.folder.file("three/ca.pem")])
    }

    @Test func `is one for sixteen processes that start at once`() throws {
        let bench = try Workbench()
        let children = try (0..<16).map { _ in
            try ChildProcess(
                BuiltProduct.understudy, ["ca", "fingerprint"], environment: bench.environment(),
                folder: bench.folder.path)
        }
        for child in children { #expect(try child.waitForExit(within: 60) == 0, "\(child.lines)") }
        #expect(Set(children.map(\.lines)).count == 1)
        #expect(children[0].lines.count == 1)
    }

    @Test func `with something wrong is one line and exit status 2`() throws {
        let bench = try Workbench()
        #expect(try bench.run("ca", "path").status == 0)
        try FileManager.default.removeItem(atPath: "\(place(bench))/ca-key.pem")
        for arguments in [["path"], ["print"], ["env"], ["fingerprint"], ["install", "--root", bench.folder.path]] {
            let outcome = try bench.run(all: ["ca"] + arguments)
            #expect(outcome.status == 2 && outcome.output.isEmpty && outcome.errorLines.count == 1, "\(arguments)")
            #expect(outcome.errors.contains("ca-key.pem is not"), "\(outcome.errors)")
        }
    }

    @Test func `gives a shell its variables`() throws {
        let bench = try Workbench()
        let script = "eval \"$('\(BuiltProduct.understudy)' ca env --port 9000 --session 'a b')\" && env"
        let shell = try ChildProcess(
            "/bin/sh", ["-c", script], environment: bench.environment(["NO_PROXY": "x.example"]),
            folder: bench.folder.path)
        #expect(try shell.waitForExit(within: 30) == 0)
        let lines = Set(shell.lines)
        for line in [
            "http_proxy=http://a%20b:x@127.0.0.1:9000", "HTTPS_PROXY=http://a%20b:x@127.0.0.1:9000",
            "SSL_CERT_FILE=\(place(bench))/bundle.pem", "NODE_EXTRA_CA_CERTS=\(place(bench))/ca.pem",
            "UNDERSTUDY_URL=http://127.0.0.1:9000", "NO_PROXY=x.example",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(lines.contains { $0.hasPrefix("JAVA_TOOL_OPTIONS=-Dhttp.proxyHost=127.0.0.1 ") })
        let json = try bench.run("ca", "env", "--json").json()
        #expect(json["ALL_PROXY"]?.text == "http://127.0.0.1:8080")
        let bundle = try bench.text(of: "\(place(bench))/bundle.pem")
        #expect(bundle.hasSuffix(try bench.text(of: "\(place(bench))/ca.pem")))
        #expect(try bench.run("ca", "env", "--port", "70000").status == 1)
    }

    @Test func `is installed and uninstalled`() throws {
        let bench = try Workbench()
        let (root, home) = (bench.folder.file("root"), bench.folder.file("home"))
        for folder in [
            "\(root)/usr/local/share/ca-certificates", "\(root)/usr/sbin", "\(root)/bin", "\(home)/.pki/nssdb",
        ] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        try "".write(toFile: "\(home)/.pki/nssdb/cert9.db", atomically: false, encoding: .utf8)
        for (name, text) in [
            ("usr/sbin/update-ca-certificates", "ls \(root)/usr/local/share/ca-certificates >'\(root)/bundle'"),
            ("bin/certutil", "echo \"$@\" >>'\(root)/certutil.log'"), ("bin/install", "exec /usr/bin/install \"$@\""),
            ("bin/rm", "exec /bin/rm \"$@\""),
        ] {
            try "#!/bin/sh\n\(text)\n".write(toFile: "\(root)/\(name)", atomically: false, encoding: .utf8)
            chmod("\(root)/\(name)", 0o755)
        }
        let environment = ["HOME": home]
        let name = try bench.run("ca", "path", "--json", environment: environment).json()["name"]?.text ?? ""
        let installed = try bench.run("ca", "install", "--root", root, environment: environment)
        #expect(installed.status == 0, "\(installed.errors)")
        #expect(installed.lines == ["\(name) is trusted by \(home)/.pki/nssdb", "\(name) is trusted by this system"])
        let files = bench.names(in: "\(root)/usr/local/share/ca-certificates") ?? []
        #expect(files.count == 1 && files[0].wholeMatch(of: /understudy-[0-9a-f]{8}\.crt/) != nil, "\(files)")
        #expect(
            try bench.text(of: "\(root)/usr/local/share/ca-certificates/\(files[0])")
                == bench.run("ca", "print", environment: environment).text)
        #expect(try bench.text(of: "\(root)/bundle") == "\(files[0])\n")

        let removed = try bench.run("ca", "uninstall", "--root", root, "--json", environment: environment)
        #expect(removed.status == 0, "\(removed.errors)")
        #expect(try removed.json()["done"]?.elements?.compactMap(\.text) == ["\(home)/.pki/nssdb", "system"])
        #expect(bench.names(in: "\(root)/usr/local/share/ca-certificates") == [])
        #expect(try bench.text(of: "\(root)/bundle") == "")
        let calls = try bench.text(of: "\(root)/certutil.log").split(separator: "\n")
        #expect(
            calls == [
                "-d sql:\(home)/.pki/nssdb -A -t C,, -n \(name) -i \(home)/.local/share/understudy/ca.pem",
                "-d sql:\(home)/.pki/nssdb -D -n \(name)",
            ])
    }

    @Test func `says how to be installed where it cannot do it`() throws {
        let bench = try Workbench()
        let unknown = try bench.run("ca", "install", "--root", bench.folder.file("root"))
        #expect(unknown.status == 2 && unknown.errors.contains("add \(place(bench))/ca.pem to the trusted roots"))
        let nothing = try bench.run("ca", "uninstall", "--ca-dir", "none", "--root", bench.folder.file("root"))
        #expect(nothing.status == 2 && nothing.errors.contains("nothing to remove"))
        #expect(!FileManager.default.fileExists(atPath: bench.folder.file("none")))
    }
}
