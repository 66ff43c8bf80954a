import HTTPTypes
import NIOCore
import UnderstudyCore

/// The certificate that clients of a forward proxy trust: what it is, and the file. Never its key, and none is made by
/// looking.
enum AuthorityRoutes {
    static let routes: [Route] = [
        Route(
            .get, "/api/v1/ca",
            RouteDocument("Show the certificate authority", gives: shape, refusing: [409]), asking: show),
        Route(
            .post, "/api/v1/ca",
            RouteDocument(
                "Make the certificate authority, where there is none", status: 201, gives: shape, refusing: [409]),
            for: .role(.admin), asking: make),
        Route(
            .get, "/api/v1/ca/certificate",
            RouteDocument(
                "The certificate, as PEM", gives: Schema.text, as: "application/x-pem-file", refusing: [404, 409]),
            asking: download),
    ]

    private static let shape = Schema.object([
        ("exists", Schema.bool), ("name", Schema.optional(Schema.text)),
        ("fingerprint", Schema.optional(Schema.text)), ("notBefore", Schema.optional(Schema.time)),
        ("notAfter", Schema.optional(Schema.time)),
    ])

    private static func authority(_ call: Call) async throws -> AdminAuthority? {
        let server = try call.desk.server()
        return try await call.desk.threads.run { try server.authority() }
    }

    private static func show(_ call: Call) async throws -> Answer {
        Answer(json(try await authority(call)))
    }

    private static func make(_ call: Call) async throws -> Answer {
        let server = try call.desk.server()
        let authority = try await call.desk.threads.run {
            guard try server.authority() == nil else {
                throw Refusal.conflict("there is a certificate authority already")
            }
            return try server.makeAuthority()
        }
        return Answer(json(authority), status: .created)
    }

    private static func json(_ authority: AdminAuthority?) -> JSONValue {
        [
            "exists": .bool(authority != nil), "name": authority.map { .string($0.name) } ?? .null,
            "fingerprint": authority.map { .string($0.fingerprint) } ?? .null,
            "notBefore": authority.map { .string($0.notBefore.isoText) } ?? .null,
            "notAfter": authority.map { .string($0.notAfter.isoText) } ?? .null,
        ]
    }

    private static func download(_ call: Call) async throws -> Answer {
        guard let authority = try await authority(call) else {
            throw Refusal.notFound(
                "there is no certificate authority yet: a forward proxy makes one when it starts, and an admin can")
        }
        return .download(
            ByteBuffer(string: authority.pem), name: "understudy-ca.pem", type: "application/x-pem-file")
    }
}
