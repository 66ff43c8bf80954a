/// `{{$body 'path' 'default'}}` and its kind: a piece of the request, put into the answer.
///
/// Arguments stand in single or double quotes; a quote inside is written `\'` or `\"`. Other than the names of variables
/// an argument may hold braces, so that `'{}'` can be a default, but not `{{`: what is inside such a helper is a token of
/// its own.
/// Source: <https://learning.postman.com/docs/design-apis/mock-apis/create-dynamic-responses/>
struct TemplateHelper: Hashable {
    enum Source: CaseIterable {
        case body, headers, queryParams, pathSegments

        var opening: StaticString {
            switch self {
            case .body: "{{$body"
            case .headers: "{{$headers"
            case .queryParams: "{{$queryParams"
            case .pathSegments: "{{$pathSegments"
            }
        }
    }

    let source: Source
    /// `nil`, or not there but for its quotes: all of the source.
    let key: String?
    /// What stands there when nothing is found; without one the token stays.
    let fallback: String?

    init(_ source: Source, key: String? = nil, fallback: String? = nil) {
        self.source = source
        self.key = key?.isEmpty == true ? nil : key
        self.fallback = fallback
    }

    /// The helper whose opening braces stand at `start`, and where it ends.
    static func parse(_ bytes: UnsafeRawBufferPointer, at start: Int) -> (helper: TemplateHelper, end: Int)? {
        guard start + 2 < bytes.count, bytes[start + 2] == UInt8(ascii: "$") else { return nil }
        for source in Source.allCases where VariableToken.hasPrefix(source.opening, at: start, in: bytes) {
            var reader = ArgumentReader(bytes: bytes, position: start + source.opening.utf8CodeUnitCount)
            guard let arguments = reader.arguments() else { return nil }
            let helper = TemplateHelper(source, key: arguments.first, fallback: arguments.dropFirst().first)
            return (helper, reader.position)
        }
        return nil
    }
}

/// Reads what follows a helper's name.
private struct ArgumentReader {
    private static let blank = UInt8(ascii: " ")

    let bytes: UnsafeRawBufferPointer
    var position: Int

    /// At most two, up to and with the closing braces; `nil` when it is anything else.
    mutating func arguments() -> [String]? {
        var arguments: [String] = []
        while true {
            let start = position
            while byte == Self.blank { position += 1 }
            if byte == UInt8(ascii: "}") {
                position += 1
                guard byte == UInt8(ascii: "}") else { return nil }
                position += 1
                return arguments
            }
            guard position > start, arguments.count < 2, let argument = quoted() else { return nil }
            arguments.append(argument)
        }
    }

    /// 0 at the end, which is part of no helper.
    private var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func quoted() -> String? {
        let quote = byte
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        position += 1
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = byte
            let following = position + 1 < bytes.count ? bytes[position + 1] : 0
            position += 1
            if byte == quote { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "{"), following == byte { return nil }
            if byte == UInt8(ascii: "\\"), following == quote {
                text.append(quote)
                position += 1
            } else {
                text.append(byte)
            }
        }
        return nil
    }
}
