import HTTPTypes
import UnderstudyCore

/// One route: what it is asked with, by whom, what it answers, and what does it. The table of all of them registers the
/// routes and is the API's document at once, so that neither can have what the other has not.
struct Route: Sendable {
    /// Whose shapes errors have.
    enum Style: Sendable { case postman, own }

    enum Admission: Sendable, Equatable {
        case anyone
        /// A valid key, of somebody who may do at least as much as that.
        case role(AccessKey.Role)
    }

    enum Work: Sendable {
        /// Reads or writes files or the database: runs where threads may wait.
        case files(@Sendable (Call) throws -> Answer)
        /// Asks the running server.
        case server(@Sendable (Call) async throws -> Answer)
    }

    /// What a request's content may be.
    enum BodyLimit {
        static let usual = 64 << 10
        /// Collections, and files to be imported.
        static let documents = 50 << 20
    }

    let method: HTTPRequest.Method
    /// `/mocks/{id}`
    let path: String
    let admission: Admission
    let bodyLimit: Int
    /// Whether its work may take so long that others are not to wait for it.
    let isSlow: Bool
    let document: RouteDocument
    let work: Work

    init(
        _ method: HTTPRequest.Method, _ path: String, _ document: RouteDocument,
        for admission: Admission = .role(.member), bodyLimit: Int = BodyLimit.usual, isSlow: Bool = false,
        _ work: @escaping @Sendable (Call) throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.document = document
        self.admission = admission
        self.bodyLimit = bodyLimit
        self.isSlow = isSlow || bodyLimit > BodyLimit.usual
        self.work = .files(work)
    }

    init(
        _ method: HTTPRequest.Method, _ path: String, _ document: RouteDocument,
        for admission: Admission = .role(.member), bodyLimit: Int = BodyLimit.usual,
        asking work: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.document = document
        self.admission = admission
        self.bodyLimit = bodyLimit
        isSlow = false
        self.work = .server(work)
    }

    var style: Style { Self.style(of: path) }

    /// Ours is below `/api`, and the metrics; all else is Postman's.
    static func style(of path: String) -> Style { path.hasPrefix("/api/") || path == "/metrics" ? .own : .postman }
}
