import NIOCore
import UnderstudyCore

/// Gives each example of a collection an id of its own: the written one, or where there is none (Postman's exports have
/// none) or it is taken, one made of its place and its request.
///
/// `00000042-xxxx-8xxx-xxxx-xxxxxxxxxxxx` looks like a UUID. Its first part counts the examples of the document, so that
/// these ids sort in document order, which is how ties are broken. The rest says which request it is and its position
/// among equal ones, which does not change when examples before it come and go: see `isSameRequest`.
struct ExampleIDs {
    let slug: String
    private var used: Set<String> = []
    private var counts: [RequestPrint: Int] = [:]

    /// - Parameter reserved: an id that is given to none that does not have it written down.
    init(slug: String, reserved: String? = nil) {
        self.slug = slug
        if let reserved { used.insert(reserved) }
    }

    /// The id of the next example.
    ///
    /// - Parameters:
    ///   - ordinal: how many examples stand before it in the document, unusable ones too.
    ///   - print: its request, asked for only when nothing usable is written.
    ///   - isGone: it was removed in this run and only counts as one of its equals.
    mutating func id(
        written: String?, ordinal: Int, isGone: Bool = false, print: @autoclosure () -> RequestPrint
    ) -> String {
        if let written, !written.isEmpty, isGone || used.insert(written).inserted { return written }
        var print = print()
        let occurrence = counts[print, default: 0]
        counts[print] = occurrence + 1
        if occurrence > 0 { print = print.next(occurrence) }
        var id = print.id(ordinal: ordinal)
        while !isGone, !used.insert(id).inserted {
            print = print.next(1)
            id = print.id(ordinal: ordinal)
        }
        return id
    }

    /// The id of a recorded example, written into the file.
    static func derived(_ slug: String, _ key: Digest, _ occurrence: Int) -> String {
        Digest(of: "\(slug)\n\(key)\n\(occurrence)").uuid
    }

    /// Whether two ids made here differ only in the place: examples before it were removed or added since.
    static func isSameRequest(_ left: String, _ right: String) -> Bool {
        let (left, right) = (left.utf8, right.utf8)
        guard left.count == 36, right.count == 36 else { return false }
        let isPlace = { (id: String.UTF8View) in id.prefix(8).allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }
        return isPlace(left) && isPlace(right) && left.dropFirst(8).elementsEqual(right.dropFirst(8))
    }
}

/// What makes two requests the same for recording: method, target and body. The request must be redacted already.
enum ExampleKey {
    static func digest(of request: Exchange.Request) -> Digest {
        var bytes = ByteBuffer(string: request.head.method)
        bytes.writeStaticString("\n")
        bytes.writeImmutableBuffer(OriginForm.target(request.head.target))
        bytes.writeStaticString("\n")
        switch request.body.content {
        case .memory(let body): if body.readableBytes > 0 { bytes.writeBytes(Digest(of: body).bytes) }
        case .stored(let digest, _): bytes.writeBytes(digest.bytes)
        }
        return Digest(of: bytes)
    }
}
