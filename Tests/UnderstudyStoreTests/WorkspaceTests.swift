import Foundation
import NIOCore
import Testing

@testable import UnderstudyStore

/// One folder, one server; what cannot work is said before anything has changed.
@Suite struct `A workspace` {
    @Test func `is made with everything in it, for its owner only`() throws {
        let fixture = try StoreFixture()
        let workspace = try Workspace(fixture.path + "/", opening: .serving)
        #expect(workspace.folder == fixture.path)
        #expect(
            fixture.names() == [
                ".gitignore", ".lock", "bodies", "collections", "environments", "history.bodies", "mocks", "tags",
            ])
        for (name, mode) in [("", 0o700), ("/.lock", 0o600), ("/history.bodies", 0o700)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path + name)
            #expect(attributes[.posixPermissions] as? Int == mode, "\(name)")
        }
        let ignored = try String(contentsOfFile: fixture.path + "/.gitignore", encoding: .utf8)
        for name in ["history.sqlite*", "history.bodies/", "redaction.key", ".lock"] { #expect(ignored.contains(name)) }
        workspace.close()
    }

    @Test func `leaves a .gitignore and folders that are there`() throws {
        let fixture = try StoreFixture()
        try FileManager.default.createDirectory(atPath: fixture.path, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: fixture.path)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: fixture.path + "/.gitignore"))
        try fixture.workspace().close()
        #expect(try String(contentsOfFile: fixture.path + "/.gitignore", encoding: .utf8) == "mine")
        let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path)
        #expect(attributes[.posixPermissions] as? Int == 0o755)
    }

    @Test func `is served by one at a time, who can be found`() throws {
        let fixture = try StoreFixture()
        #expect(Workspace.runningInstance(in: fixture.path) == nil)
        let workspace = try fixture.workspace()
        #expect(Workspace.runningInstance(in: fixture.path)?.pid == getpid())
        let instance = RunningInstance(frontDoor: "127.0.0.1:8080", admin: "127.0.0.1:8081", adminToken: "t0ken")
        try workspace.announce(instance)
        #expect(Workspace.runningInstance(in: fixture.path) == instance)
        let error = #expect(throws: WorkspaceError.locked(folder: fixture.path, pid: getpid())) {
            try fixture.workspace()
        }
        #expect(error?.description == "\(fixture.path) is in use by another Understudy (pid \(getpid()))")
        _ = try Workspace(fixture.path, opening: .reading)
        workspace.close()
        #expect(Workspace.runningInstance(in: fixture.path) == nil)
        try fixture.workspace().close()
    }

    @Test func `is free again when its holder was killed`() async throws {
        let fixture = try StoreFixture()
        try fixture.workspace().close()
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        holder.arguments = ["flock", "--no-fork", fixture.path + "/.lock", "sleep", "60"]
        guard (try? holder.run()) != nil else { return }
        let isHeld = await eventually(within: .seconds(2)) { (try? fixture.workspace().close()) == nil }
        if isHeld { #expect(throws: WorkspaceError.locked(folder: fixture.path, pid: nil)) { try fixture.workspace() } }
        kill(holder.processIdentifier, SIGKILL)
        holder.waitUntilExit()
        try fixture.workspace().close()
    }

    @Test func `creates nothing for reading`() throws {
        let fixture = try StoreFixture()
        #expect(throws: WorkspaceError.missing(folder: fixture.path)) { try Workspace(fixture.path, opening: .reading) }
        #expect(!FileSystem.exists(fixture.path))
    }

    @Test func `is refused when it is a file, or a part of it is`() throws {
        let fixture = try StoreFixture()
        try Data().write(to: URL(fileURLWithPath: fixture.path))
        for opening in [Workspace.Opening.serving, .reading] {
            #expect(throws: WorkspaceError.notAFolder(path: fixture.path)) {
                try Workspace(fixture.path, opening: opening)
            }
        }
        #expect(throws: WorkspaceError.self) { try Workspace(fixture.path + "/below", opening: .serving) }
        try FileManager.default.removeItem(atPath: fixture.path)
        try FileManager.default.createDirectory(atPath: fixture.path, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: fixture.path + "/bodies"))
        #expect(throws: WorkspaceError.notAFolder(path: fixture.path + "/bodies")) { try fixture.workspace() }
        #expect(fixture.names() == ["bodies"])
    }

    @Test(.enabled(if: geteuid() != 0, "root may write anywhere"))
    func `is refused when it may not be written`() throws {
        let fixture = try StoreFixture()
        try FileManager.default.createDirectory(atPath: fixture.path, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: fixture.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: fixture.path) }
        #expect(throws: WorkspaceError.notWritable(path: fixture.path, reason: "Permission denied")) {
            try fixture.workspace()
        }
        #expect(throws: WorkspaceError.cannotCreate(path: fixture.path + "/a/b", reason: "Permission denied")) {
            try Workspace(fixture.path + "/a/b", opening: .serving)
        }
        #expect(fixture.names() == [])
    }

    #if os(Linux)
        @Test(.enabled(if: TinyDisk.isPossible, "needs the right to mount"))
        func `is refused on a read-only disk`() throws {
            let fixture = try StoreFixture()
            let disk = try TinyDisk(at: fixture.path, size: "1m", readOnly: true)
            defer { disk.unmount() }
            let reason = "Read-only file system"
            #expect(throws: WorkspaceError.notWritable(path: fixture.path, reason: reason)) { try fixture.workspace() }
            #expect(throws: WorkspaceError.cannotCreate(path: fixture.path + "/a/b", reason: reason)) {
                try Workspace(fixture.path + "/a/b", opening: .serving)
            }
            #expect(fixture.names() == [])
        }
    #endif

    @Test func `has one redaction key for ever`() throws {
        let fixture = try StoreFixture()
        let workspace = try fixture.workspace()
        let key = try workspace.redactionKey()
        #expect(key.count == 32 && Set(key).count > 8)
        #expect(try workspace.redactionKey() == key)
        let path = fixture.path + "/redaction.key"
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        #expect(throws: WorkspaceError.damagedKey(path: path)) { try workspace.redactionKey() }
        workspace.close()
    }

    @Test func `is rid of what killed processes left half-written`() throws {
        let fixture = try StoreFixture()
        try fixture.workspace().close()
        // A pid that cannot be: beyond the kernel's highest.
        let dead = fixture.path + "/collections/.understudy-99999999-1.tmp"
        let living = fixture.path + "/collections/.understudy-\(getppid())-1.tmp"
        let foreign = fixture.path + "/collections/other.tmp"
        for path in [dead, living, foreign] { try Data().write(to: URL(fileURLWithPath: path)) }
        try fixture.workspace().close()
        #expect([dead, living, foreign].map { FileSystem.exists($0) } == [false, true, true])
    }
}

@Suite struct `A file written as a whole` {
    @Test func `has the new content and the permissions it had`() throws {
        let fixture = try StoreFixture(), path = fixture.folder + "/file"
        try AtomicFile.write(ByteBuffer(string: "one"), to: path)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        try AtomicFile.write(ByteBuffer(string: "two"), to: path)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o644)
        #expect(try FileSystem.contents(of: path) == ByteBuffer(string: "two"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder) == ["file"])
    }

    @Test func `leaves the old content and nothing else when it fails`() throws {
        let fixture = try StoreFixture(), path = fixture.folder + "/folder"
        try FileManager.default.createDirectory(atPath: path + "/inner", withIntermediateDirectories: true)
        #expect(throws: FileError.self) { try AtomicFile.write(ByteBuffer(string: "x"), to: path) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder) == ["folder"])
        #expect(throws: FileError.self) { try AtomicFile.write(ByteBuffer(), to: fixture.folder + "/none/file") }
    }

    @Test func `is read only when it is a regular file`() throws {
        let fixture = try StoreFixture()
        symlink("/etc/passwd", fixture.folder + "/link")
        mkfifo(fixture.folder + "/pipe", 0o600)
        for name in ["link", "pipe", "", "none"] {
            #expect(throws: FileError.self) { try FileSystem.contents(of: fixture.folder + "/" + name) }
        }
    }
}
