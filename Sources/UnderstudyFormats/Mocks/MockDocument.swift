public import NIOCore
public import UnderstudyCore

/// A mock server's file: what Postman's API says of one, under the same names, and what only we have. Members that are
/// unknown here stay.
public struct MockDocument: Sendable {
    public var mock: MockServer
    private var root: JSONObject

    public init(_ mock: MockServer) {
        self.mock = mock
        root = JSONObject()
    }

    /// - Parameter file: how errors name the file.
    /// - Throws: `CollectionError` with the JSON path of what is wrong.
    public init(parsing bytes: ByteBuffer, file: String) throws(CollectionError) {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch {
            let place = "line \(error.line), column \(error.column) (byte \(error.offset))"
            throw CollectionError(file: file, place: place, message: error.reason)
        }
        do throws(MockFieldError) {
            var reader = try MockReader(value)
            mock = try reader.mock()
            root = value.object ?? JSONObject()
        } catch {
            throw CollectionError(file: file, place: error.path, message: error.message)
        }
    }

    /// The file's content.
    public func bytes() -> ByteBuffer {
        var root = root
        var config = root["config"]?.object ?? JSONObject()
        let matching = mock.matching
        root["id"] = .string(mock.id)
        root["name"] = .string(mock.name)
        root["owner"] = .string(mock.owner)
        root["collection"] = .string(mock.collection)
        root["versionTag"] = mock.versionTag.map { .string($0) } ?? .null
        root["environment"] = mock.environment.map { .string($0) } ?? .null
        root["description"] = .string(mock.description)
        root["private"] = .bool(mock.isPrivate)
        root["port"] = mock.port.map { .integer($0) } ?? .null
        config["profile"] = .string(matching.profile.rawValue)
        config["matchBody"] = matching.matchBody.map { .bool($0) } ?? .null
        config["headers"] = .array(matching.headers.map { .string($0) })
        config["matchHeader"] = .bool(matching.matchHeader)
        config["matchQueryParams"] = .bool(matching.matchQueryParams)
        config["matchWildcards"] = matching.matchWildcards.map { .bool($0) } ?? .null
        config["repeats"] = matching.repeats.map { .string($0.rawValue) } ?? .null
        config["delay"] = mock.delay.json
        config["serverResponseId"] = mock.activeServerResponse.map { .string($0) } ?? .null
        root["config"] = .object(config)
        root["limits"] = [
            "callsPerMinute": mock.limits.perMinute.map { .integer($0) } ?? .null,
            "callsPerMonth": mock.limits.perMonth.map { .integer($0) } ?? .null,
        ]
        root["serverResponses"] = .array(mock.serverResponses.map(\.json))
        root["createdAt"] = .string(mock.createdAt.isoText)
        root["updatedAt"] = .string(mock.updatedAt.isoText)
        return JSONWriter.bytes(.object(root), style: .twoSpaces)
    }
}

/// What is wrong with one member of a configuration.
public struct MockFieldError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `$.config.delay`
    public let path: String
    /// One sentence without a full stop.
    public let message: String

    public init(path: String, message: String) {
        self.path = path
        self.message = message
    }

    public var description: String { "\(path): \(message)" }
}

extension ServerResponse {
    /// As Postman's API shows it, without its mock server.
    public var json: JSONValue {
        [
            "id": .string(id), "name": .string(name), "statusCode": .integer(status),
            "headers": .array(fields.map { ["key": .string($0.name), "value": .string($0.value)] }),
            "language": language.map { .string($0.rawValue) } ?? .null, "body": .string(body),
            "createdBy": .string(createdBy), "updatedBy": .string(updatedBy), "createdAt": .string(createdAt.isoText),
            "updatedAt": .string(updatedAt.isoText),
        ]
    }
}
