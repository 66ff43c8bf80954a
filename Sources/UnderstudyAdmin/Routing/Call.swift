import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// A request to the API as a route sees it: admitted, its parts decoded, its content complete.
struct Call: Sendable {
    let desk: Desk
    let door: Doorkeeper
    let caller: Caller
    /// The client's, without its port.
    let address: String
    let parameters: [String: String]
    let query: [(name: String, value: String)]
    let fields: HTTPFields
    let body: ByteBuffer
    let progress: Progress

    /// What stands in the path for that name.
    subscript(name: String) -> String { parameters[name] ?? "" }

    /// Of repeats the last counts; an empty one is as if it were not there.
    func text(_ name: String) -> String? {
        query.last { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    func int(_ name: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            let most = range.upperBound == .max ? "" : " to \(range.upperBound)"
            throw .parameter(name, "it is a whole number from \(range.lowerBound)\(most)")
        }
        return value
    }

    func time(_ name: String) throws(Refusal) -> Timestamp? {
        guard let text = text(name) else { return nil }
        guard let time = Timestamp(isoText: text) else {
            throw .parameter(name, "it is a time such as 2026-11-21T08:26:07.000Z")
        }
        return time
    }

    func bool(_ name: String) throws(Refusal) -> Bool? {
        switch text(name) {
        case nil: return nil
        case "true", "1": return true
        case "false", "0": return false
        default: throw .parameter(name, "it is true or false")
        }
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(Refusal) -> Choice? {
        guard let text = text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw .parameter(name, "it is one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    // MARK: Content

    /// - Throws: `Refusal` where the content is no JSON.
    func json() throws(Refusal) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: body)
        } catch {
            throw .badRequest("the body is not JSON: \(error)")
        }
    }

    func object() throws(Refusal) -> JSONObject {
        guard let object = try json().object else { throw .badRequest("the body is a JSON object") }
        return object
    }

    /// An object, or nothing at all.
    func objectOrNothing() throws(Refusal) -> JSONObject { body.readableBytes == 0 ? JSONObject() : try object() }

    /// The object under `name`, as Postman wraps what it is sent.
    func wrapped(_ name: String) throws(Refusal) -> JSONObject {
        guard let value = try object()[name], !value.isNull else { throw .missing([name]) }
        guard let inner = value.object else { throw .parameter(name, "it is an object") }
        return inner
    }

    // MARK: Versions

    /// What the caller has seen (RFC 9110 §13.1.1); `nil` when it does not matter.
    var revision: Revision? {
        guard let text = fields[.ifMatch], text != "*" else { return nil }
        return Revision(text: text)
    }
}
