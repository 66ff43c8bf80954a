import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// A request that is not carried out: a status, Postman's name of the error, and a sentence.
struct Refusal: Error, Sendable {
    var status: HTTPResponse.Status
    var name: String
    var message: String
    var details: JSONValue?
    /// The resource as it is now, for who wanted to change what it was.
    var current: JSONValue?
    var fields = HTTPFields()

    init(_ status: HTTPResponse.Status, _ name: String, _ message: String, details: JSONValue? = nil) {
        self.status = status
        self.name = name
        self.message = message
        self.details = details
    }

    static func badRequest(_ message: String) -> Refusal { Refusal(.badRequest, "invalidRequestError", message) }
    static func notFound(_ message: String) -> Refusal { Refusal(.notFound, "instanceNotFoundError", message) }
    static func conflict(_ message: String) -> Refusal { Refusal(.conflict, "conflictError", message) }
    static func forbidden(_ message: String) -> Refusal { Refusal(.forbidden, "forbiddenError", message) }
    static let tooLarge = Refusal(.contentTooLarge, "payloadTooLargeError", "The request's body is too large.")
    static let starting = Refusal(.serviceUnavailable, "serviceUnavailable", "the server is still starting")

    static func missing(_ names: [String]) -> Refusal {
        Refusal(
            .badRequest, "paramMissingError", "Parameter is missing in the request.",
            details: ["param": .array(names.map { .string($0) })])
    }

    static func parameter(_ name: String, _ reason: String) -> Refusal {
        Refusal(.badRequest, "invalidParamsError", "Invalid value for parameter: \(name). \(reason.capitalizedFirst).")
    }

    static func malformed(_ what: String, _ complaints: [String]) -> Refusal {
        Refusal(
            .badRequest, "malformedRequestError", "Found \(complaints.count) errors with the supplied \(what).",
            details: .array(complaints.map { .string($0) }))
    }

    /// What the store and the formats throw, in the API's words.
    init(_ error: any Error) {
        switch error {
        case let error as Refusal: self = error
        case let error as ItemError: self.init(error)
        case let error as AdminError:
            let phrase = ReasonPhrase.text(of: error.status)
            self.init(.init(code: error.status, reasonPhrase: phrase), "serverStateError", error.message)
        case let error as MockFieldError: self = .parameter(error.path, error.message)
        case let error as CollectionError:
            // The file's name is ours, and nobody else's business.
            self.init(.conflict, "malformedCollectionError", "\(error.place): \(error.message)")
        case let error as ExampleEditError: self = .badRequest(error.description)
        case let error as ExampleViewError: self.init(error)
        case let error as StructureError: self.init(error)
        default:
            self.init(.internalServerError, "serverError", "An error has occurred on the server.")
        }
    }

    private init(_ error: ExampleViewError) {
        self.init(
            .badRequest, "invalidParamsError", error.faults.first.map { "\($0.path): \($0.message)" } ?? "",
            details: .array(
                error.faults.map { ["path": .string("view." + $0.path), "message": .string($0.message)] }))
    }

    private init(_ error: StructureError) {
        switch error {
        case .unknownExample: self = .notFound("there is no example of that id in this collection")
        case .unknownItem: self = .notFound("there is no request of that id in this collection")
        case .exists: self.init(.conflict, "instanceFoundError", "the example is there already")
        case .malformed(let message): self = .parameter("undo", message)
        case .unknownFolder(let names):
            self = .notFound("there is no folder \(names.joined(separator: " / ")) in this collection")
        case .taken(let name):
            self.init(.conflict, "instanceFoundError", "there is another folder \(name) where this one is to be")
        case .misplaced(let parameter, let reason): self = .parameter(parameter, reason)
        }
    }

    private init(_ error: ItemError) {
        switch error {
        case .unknown(.mock, _): self = .notFound("The specified mock does not exist.")
        case .unknown(.collection, _): self = .notFound("We could not find the collection you are looking for")
        case .unknown(.environment, _): self = .notFound("We could not find the environment you are looking for")
        case .unknown(.serverResponse, _):
            self.init(
                .badRequest, "serverResponseNotFoundError",
                "We could not find the mock server response you are looking for.")
        case .unknown: self = .notFound("\(error)")
        case .ambiguous: self = .badRequest("\(error)")
        case .exists: self.init(.conflict, "instanceFoundError", "\(error)")
        case .changed: self = .conflict("\(error)")
        case .invalid(let message): self.init(.badRequest, "invalidParamsError", message)
        case .forbidden(let message): self = .forbidden(message)
        }
    }

    /// As an answer, in the shape of the route's family.
    func answer(_ style: Route.Style) -> Answer {
        var answer: Answer
        switch style {
        case .postman where status == .unauthorized:
            answer = Answer(
                [
                    "type": "https://api.postman.com/problems/unauthorized", "title": "Unauthorized",
                    "detail": "Unauthorized", "status": 401,
                ], status: status)
            answer.type = "application/problem+json"
        case .postman:
            var error = JSONObject([("name", .string(name)), ("message", .string(message))])
            if let details { error["details"] = details }
            answer = Answer(["error": .object(error)], status: status)
        case .own:
            var problem = JSONObject([
                ("title", .string(status.reasonPhrase)), ("status", .integer(status.code)), ("name", .string(name)),
                ("detail", .string(message)),
            ])
            if let details { problem["details"] = details }
            if let current { problem["current"] = current }
            answer = Answer(.object(problem), status: status)
            answer.type = "application/problem+json"
        }
        answer.fields = fields
        return answer
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
