/// The examples of a collection, read once for all mock servers on it. The same object is the same content.
public final class ExampleSet: Sendable {
    public let examples: [Example]
    public init(_ examples: [Example]) { self.examples = examples }
}
