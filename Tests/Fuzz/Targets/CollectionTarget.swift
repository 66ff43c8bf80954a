import NIOCore
import UnderstudyCore
import UnderstudyFormats

/// A collection file: the fast way and the document agree, and what is loaded is written and loads as the same.
enum CollectionTarget {
    private struct NoFiles: BodyFiles {
        func write(_ bytes: ByteBuffer) -> Digest { Digest(of: bytes) }
        func byteCount(of digest: Digest) -> Int? { nil }
        func read(_ digest: Digest) -> ByteBuffer { ByteBuffer() }
    }

    @Sendable static func run(_ bytes: UnsafeRawBufferPointer) {
        let buffer = ByteBuffer(bytes: bytes)
        _ = try? PostmanEnvironment(parsing: buffer, file: "file")
        let fast: Loaded
        let document: PostmanCollection
        do throws(CollectionError) { fast = try load(buffer) } catch {
            // Which of several errors is found first is not the same.
            let both = (try? PostmanCollection(parsing: buffer, slug: "slug", file: "file")) == nil
            return require(both, "only the document is loaded: \(error)")
        }
        do throws(CollectionError) {
            document = try PostmanCollection(parsing: buffer, slug: "slug", file: "file")
        } catch { fatalError("only the outline is loaded: \(error)") }
        require(fast == Loaded(document.examples(files: NoFiles())), "outline and document differ")
        guard !document.isConverted else { return }
        let written = document.bytes()
        guard let again = try? PostmanCollection(parsing: written, slug: "slug", file: "file") else {
            fatalError("what was written is not read: \(String(buffer: written))")
        }
        require(again.bytes() == written, "written twice: \(String(buffer: again.bytes())) \(String(buffer: written))")
        let reloaded = Loaded(again.examples(files: NoFiles()))
        require(reloaded == fast, "\(reloaded) but \(fast)")
    }

    private static func load(_ buffer: ByteBuffer) throws(CollectionError) -> Loaded {
        Loaded(try PostmanCollection.examples(parsing: buffer, slug: "slug", file: "file", files: NoFiles()))
    }

    private struct Loaded: Equatable {
        let examples: [String]
        let problems: [String]

        init(_ loaded: (examples: [Example], problems: [CollectionProblem])) {
            examples = loaded.examples.map(Self.text)
            problems = loaded.problems.map { "\($0)" }
        }

        private static func text(_ example: Example) -> String {
            var out = ByteBuffer()
            example.request.head.write(into: &out)
            for head in example.response.interim + [example.response.head] { head.write(into: &out) }
            for body in [example.request.body, example.response.body] {
                out.writeString("\(body.byteCount) ")
                out.writeImmutableBuffer(body.bytesInMemory ?? ByteBuffer())
            }
            let rest = "\(example.id) \(example.name) \(example.uid ?? "-") \(example.impliedContentType ?? "-")"
            return rest + " \(example.responseTime ?? -1) \(example.baseURL) " + Input.text(out.readableBytesView)
        }
    }
}
