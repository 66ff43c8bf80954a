import Foundation

/// Where the authority's files are, and the rules about who may have touched them.
public struct AuthorityFolder: Sendable, Hashable {
    /// Absolute.
    public let path: String
    /// The certificate, for everybody to read and to trust.
    public var certificate: String { "\(path)/ca.pem" }
    /// The key, for nobody but its owner.
    public var key: String { "\(path)/ca-key.pem" }
    var lock: String { "\(path)/.lock" }

    /// How long a first start waits for another one that is under way, which takes milliseconds.
    static let patience = Duration.seconds(30)
    private static let pause: UInt32 = 2_000

    public init(_ path: String) {
        let url = URL(fileURLWithPath: path, isDirectory: true)
        var absolute = url.standardizedFileURL.path
        while absolute.count > 1, absolute.hasSuffix("/") { absolute.removeLast() }
        self.path = absolute
    }

    /// The folder of this user: `UNDERSTUDY_CA_DIR`, else `understudy` in `XDG_DATA_HOME`, else in `~/.local/share`. macOS has
    /// the same rule, so that scripts need no other. Source: XDG Base Directory Specification, which says to ignore
    /// relative paths.
    public init(environment: [String: String]) throws(AuthorityError) {
        if let own = environment["UNDERSTUDY_CA_DIR"], !own.isEmpty {
            self.init(own)
        } else if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            self.init("\(data)/understudy")
        } else if let home = environment["HOME"] ?? Self.homeOfUser(), home.hasPrefix("/") {
            self.init("\(home)/.local/share/understudy")
        } else {
            throw .noHome
        }
    }

    private static func homeOfUser() -> String? {
        guard let entry = getpwuid(geteuid()), let folder = entry.pointee.pw_dir else { return nil }
        return String(cString: folder)
    }

    /// Makes the folder and those above it, 0700 whatever the umask. Not an error when it is there.
    func make() throws(AuthorityError) {
        var missing: [String] = []
        var current = path
        var info = stat()
        while current.count > 1, stat(current, &info) != 0, errno == ENOENT {
            missing.append(current)
            current = current.lastIndex(of: "/").map { String(current[..<$0]) } ?? ""
        }
        for folder in missing.reversed() {
            if mkdir(folder, 0o700) == 0 {
                guard chmod(folder, 0o700) == 0 else { throw .last("set the permissions of", folder) }
            } else if errno != EEXIST {
                throw .last("create folder", folder)
            }
        }
    }

    /// That nobody else can exchange the files in it.
    func check() throws(AuthorityError) {
        var info = stat()
        guard stat(path, &info) == 0 else { throw .last("read folder", path) }
        guard info.st_mode & S_IFMT == S_IFDIR else {
            throw .system(operation: "read folder", path: path, code: ENOTDIR)
        }
        // Root may do anything anyway.
        guard info.st_uid == geteuid() || info.st_uid == 0 else {
            throw .foreignOwner(path: path, owner: info.st_uid, user: geteuid())
        }
        guard info.st_mode & 0o022 == 0 else { throw .folderWritableByOthers(folder: path) }
    }

    /// Runs `body` alone among all processes and threads that use this folder. flock(2): a killed process leaves no lock.
    func hold<Value>(_ body: () throws(AuthorityError) -> Value) throws(AuthorityError) -> Value {
        let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .last("create", lock) }
        defer { close(descriptor) }
        let deadline = ContinuousClock.now + Self.patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw .last("lock", lock) }
            guard ContinuousClock.now < deadline else { throw .busy(lock: lock) }
            usleep(Self.pause)
        }
        return try body()
    }
}

extension AuthorityError {
    /// What `errno` says now.
    static func last(_ operation: String, _ path: String) -> AuthorityError {
        .system(operation: operation, path: path, code: errno)
    }
}
