import NIOCore
import UnderstudyCore

/// Reads the examples of a collection, or of a part of one, and packs their octets together.
///
/// What it reads has no ids yet where none are written: those depend on all examples before.
struct ExampleCollector {
    let slug: String
    private var reader: ExampleReader
    private var tape = JSONTape()
    private var drafts: [Draft] = []
    private(set) var examples: [ReadExample] = []
    private(set) var faults: [ReadFault] = []
    /// Whether some text was not JSON.
    private(set) var isBroken = false

    private struct Draft {
        var place: Place
        var id: String?
        var name: String
        var uid: String?
        var request: RequestDraft
        var response: ResponseDraft
        var responseTime: Int?
        var order: RecordedOrder?
        var rules: ExampleRules?
        var delay: Delay?
    }

    /// Where an example is in its document.
    struct Place: Sendable {
        /// How many examples stand before it, unusable ones too.
        let ordinal: Int
        let node: Int
        /// Its index among the examples of its item.
        let position: Int
        /// Removed since the document was read.
        var isGone = false
    }

    /// An example that has only a written id.
    struct ReadExample: Sendable {
        let place: Place
        var example: Example
        /// Of examples without a written id.
        let print: RequestPrint?
    }

    struct ReadFault: Sendable {
        let place: Place
        let fault: ExampleReader.Fault
    }

    /// The item around an example, for what the example leaves out.
    struct Item {
        let name: String
        /// JSON text; `nil` when there is none.
        let request: () -> ByteBuffer?
    }

    /// - Parameter byteCount: of the text to read, about.
    init(slug: String, reader: ExampleReader, byteCount: Int) {
        self.slug = slug
        self.reader = reader
        arenaCapacity = min(ByteArena.capacity, byteCount)
    }

    private let arenaCapacity: Int

    /// Reads one example.
    ///
    /// - Parameter depth: of the text in its document.
    mutating func read(_ text: UnsafeRawBufferPointer, depth: Int, at place: Place, in item: @autoclosure () -> Item) {
        reader.arena.reserve(arenaCapacity)
        let result = Self.draft(&tape, &reader, text, depth, at: place, item)
        switch result {
        case nil: isBroken = true
        case .success(let draft)?: drafts.append(draft)
        case .failure(let fault)?: faults.append(ReadFault(place: place, fault: fault))
        }
        if reader.arena.end > ByteArena.capacity / 8 * 7 { flush() }
    }

    /// `nil` when the text is not JSON.
    private static func draft(
        _ tape: inout JSONTape, _ reader: inout ExampleReader, _ text: UnsafeRawBufferPointer, _ depth: Int,
        at place: Place, _ item: () -> Item
    ) -> Result<Draft, ExampleReader.Fault>? {
        tape.read(text, depth: depth) { view in
            do throws(ExampleReader.Fault) {
                return .success(try draft(view, at: place, &reader, item))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Only looks whether a text is JSON.
    mutating func check(_ text: UnsafeRawBufferPointer, depth: Int) {
        if tape.read(text, depth: depth, { _ in true }) == nil { isBroken = true }
    }

    private static func draft(
        _ view: JSONView, at place: Place, _ reader: inout ExampleReader, _ item: () -> Item
    ) throws(ExampleReader.Fault) -> Draft {
        guard view.isObject else { throw ExampleReader.Fault(members: [], message: "an example is a JSON object") }
        let request: RequestDraft
        if let own = view["originalRequest"], !own.isNull {
            request = try reader.request(own, at: "originalRequest")
        } else if let text = item().request() {
            request = try ExampleReader.read(text) { view throws(ExampleReader.Fault) in
                try reader.request(view, at: "originalRequest")
            }
        } else {
            request = try reader.noRequest("originalRequest")
        }
        let response = try reader.response(view)
        let time = view["responseTime"]
        var order: RecordedOrder?
        if let pair = view["_understudy"]?["order"]?.elements.map(\.int), pair.count == 2, let run = pair[0],
            let number = pair[1]
        {
            order = RecordedOrder(run: run, number: number)
        }
        return Draft(
            place: place, id: view["id"]?.text, name: view["name"]?.text ?? item().name, uid: view["uid"]?.text,
            request: request, response: response, responseTime: time?.int ?? time?.text.flatMap { Int($0) },
            order: order, rules: try ExampleReader.rules(view["_understudy"]?["match"]?.value),
            delay: try ExampleReader.delay(view["_understudy"]?["delay"]?.value))
    }

    /// Makes examples of what was read so far.
    mutating func flush() {
        let bytes = reader.arena.take()
        for draft in drafts {
            let request = draft.request.request(in: bytes)
            var example = Example(
                id: draft.id ?? "", name: draft.name, collection: slug, request: request,
                response: draft.response.response(in: bytes), responseTime: draft.responseTime)
            example.impliedContentType = draft.request.impliedContentType
            example.uid = draft.uid
            example.order = draft.order
            example.rules = draft.rules
            example.delay = draft.delay
            if !reader.variables.isEmpty { example.variables = reader.variables }
            let print = example.id.isEmpty ? RequestPrint(slug: slug, request) : nil
            examples.append(ReadExample(place: draft.place, example: example, print: print))
        }
        drafts.removeAll(keepingCapacity: true)
    }
}

extension ExampleIDs {
    /// The id of an example that was read.
    mutating func id(_ read: ExampleCollector.ReadExample) -> String {
        let (example, slug) = (read.example, slug)
        return id(
            written: example.id, ordinal: read.place.ordinal, isGone: read.place.isGone,
            print: read.print ?? RequestPrint(slug: slug, example.request))
    }
}
