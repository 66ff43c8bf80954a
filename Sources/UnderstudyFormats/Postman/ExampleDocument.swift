public import NIOCore
public import UnderstudyCore

/// An example as a person edits it: its JSON from the collection, with JSON content written as JSON instead of as one
/// string full of escapes.
public struct ExampleDocument: Sendable {
    /// As it stands in the collection.
    public let original: JSONValue

    public init(_ example: JSONValue) { original = example }

    /// What the editor shows.
    public var text: ByteBuffer {
        guard var object = original.object else { return JSONWriter.bytes(original, style: .twoSpaces) }
        if let body = Self.decoded(object["body"]) { object["body"] = body }
        if var request = object["originalRequest"]?.object, var body = request["body"]?.object,
            let raw = Self.decoded(body["raw"])
        {
            body["raw"] = raw
            request["body"] = .object(body)
            object["originalRequest"] = .object(request)
        }
        return JSONWriter.bytes(.object(object), style: .twoSpaces)
    }

    /// The example that an edited text stands for.
    ///
    /// A body that was changed takes the place of one that was in a file.
    ///
    /// - Parameter file: how errors name the text.
    /// - Throws: `CollectionError` with line and path, or what `files.write` throws.
    public func example(from text: ByteBuffer, file: String, files: any BodyFiles) throws -> JSONValue {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: text) } catch {
            throw CollectionError(
                file: file, place: "line \(error.line), column \(error.column)", message: error.reason)
        }
        guard var object = value.object, let old = original.object else {
            throw CollectionError(file: file, place: "line 1: $", message: "an example is a JSON object")
        }
        if let id = old["id"], object["id"] != id {
            let place = Self.place(of: ["id"], in: text)
            throw CollectionError(file: file, place: place, message: "the id of an example cannot be changed")
        }
        if var request = object["originalRequest"]?.object, var body = request["body"]?.object, let raw = body["raw"] {
            body["raw"] = Self.encoded(raw, as: old["originalRequest"]?["body"]?["raw"])
            request["body"] = .object(body)
            object["originalRequest"] = .object(request)
        }
        if let body = object["body"] { object["body"] = Self.encoded(body, as: old["body"]) }
        if let status = object["code"]?.int, status != old["code"]?.int, object["status"] == old["status"] {
            // The phrase belongs to the old status.
            object["code"] = old["code"]
            ExampleEdit.set(status: status, in: &object)
        }
        if let body = object["body"]?.text, let before = old["body"]?.text, body != before,
            object["_understudy"]?["body"] == old["_understudy"]?["body"]
        {
            try ExampleBody.set(ByteBuffer(string: body), in: &object, files: files)
        }
        try Self.check(object, text: text, file: file, files: files)
        return .object(object)
    }

    /// Whether an example can be served, its text given for the line.
    private static func check(_ object: JSONObject, text: ByteBuffer, file: String, files: any BodyFiles) throws {
        let reader = ExampleReader(variables: .empty, files: files, bodyInMemory: 0)
        do throws(ExampleReader.Fault) {
            if let request = object["originalRequest"], !request.isNull {
                _ = try reader.request(request, at: "originalRequest")
            }
            _ = try reader.response(object)
            _ = try ExampleReader.rules(object["_understudy"]?["match"])
            _ = try ExampleReader.delay(object["_understudy"]?["delay"])
        } catch {
            throw CollectionError(file: file, place: place(of: error.members, in: text), message: error.message)
        }
    }

    /// Why an example cannot be served; `nil` when it can.
    public static func problem(of example: JSONValue, files: any BodyFiles) -> CollectionError? {
        guard let object = example.object else { return nil }
        let text = JSONWriter.bytes(example, style: .twoSpaces)
        do { try check(object, text: text, file: "", files: files) } catch { return error as? CollectionError }
        return nil
    }

    // MARK: JSON content

    private static func decoded(_ value: JSONValue?) -> JSONValue? {
        guard let text = value?.text, let decoded = try? JSONValue(parsing: text),
            decoded.object != nil || decoded.elements != nil
        else { return Optional.none }
        return decoded
    }

    /// Back to a string: the one it was when nothing changed, else laid out as that was.
    private static func encoded(_ value: JSONValue, as old: JSONValue?) -> JSONValue {
        guard value.object != nil || value.elements != nil else { return value }
        guard let old, let text = old.text else { return .string(JSONWriter.text(value)) }
        if decoded(old) == value { return old }
        guard text.utf8.contains(UInt8(ascii: "\n")) else { return .string(JSONWriter.text(value)) }
        let new = JSONWriter.text(value, style: text.contains("\n\t") ? .tabs : .twoSpaces)
        return .string(text.hasSuffix("\n") ? new : String(new.dropLast()))
    }

    // MARK: Places

    /// `line 12: $.header[3]`; the line of the innermost member that is there.
    private static func place(of members: [String], in text: ByteBuffer) -> String {
        var path = JSONPath.root
        var steps: [Step] = []
        for member in members {
            let name = member.prefix { $0 != "[" }
            path = path.member(String(name))
            steps.append(.member(String(name)))
            if let index = Int(member.dropFirst(name.count + 1).dropLast()) {
                path = path.element(index)
                steps.append(.element(index))
            }
        }
        return "line \(line(of: steps, in: text)): \(path)"
    }

    private enum Step {
        case member(String)
        case element(Int)
    }

    private static func line(of steps: [Step], in text: ByteBuffer) -> Int {
        guard var reader = try? JSONReader(text) else { return 1 }
        var line = 1
        for step in steps {
            guard (try? descend(step, &reader)) == true else { break }
            _ = reader.peek()
            line = reader.line
        }
        return line
    }

    private static func descend(_ step: Step, _ reader: inout JSONReader) throws(JSONError) -> Bool {
        switch step {
        case .member(let wanted):
            guard reader.peek() == UInt8(ascii: "{") else { return false }
            try reader.enter("{")
            while let name = try reader.nextMember() {
                if name == wanted { return true }
                _ = try reader.skip()
            }
        case .element(let wanted):
            guard reader.peek() == UInt8(ascii: "[") else { return false }
            try reader.enter("[")
            var index = 0
            while try reader.nextElement() {
                if index == wanted { return true }
                _ = try reader.skip()
                index += 1
            }
        }
        return false
    }
}
