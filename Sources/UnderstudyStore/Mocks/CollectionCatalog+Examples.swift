public import UnderstudyFormats

extension CollectionCatalog {
    /// An example and the collection that it is in.
    public struct Found: Sendable {
        public let entry: Entry
        public let collection: PostmanCollection
        public let place: ExamplePlace
    }

    /// The collection that has an example: of one that is named, or of all.
    ///
    /// - Parameter reference: the only collection that counts, as `find` takes it; `nil` for all. A file that was imported
    ///   twice has its ids twice.
    /// - Throws: `ItemError`, `FileError` and `CollectionError` where one is named.
    public func find(example id: String, in reference: String?) throws -> Found? {
        guard let reference else { return find(example: id) }
        let entry = try find(reference)
        let collection = try read(entry)
        return collection.place(ofExample: id).map { Found(entry: entry, collection: collection, place: $0) }
    }

    /// The collection that has an example, which stands first in the order of files; those that cannot be read are passed
    /// over. Where the id is written down, only files that hold its octets are taken apart.
    public func find(example id: String) -> Found? {
        let octets = ByteOctets(id)
        var others: [Entry] = []
        for entry in all() {
            guard let bytes = try? FileSystem.contents(of: entry.path) else { continue }
            guard octets.isIn(bytes) else {
                others.append(entry)
                continue
            }
            guard let collection = try? PostmanCollection(parsing: bytes, slug: entry.slug, file: entry.path) else {
                continue
            }
            if let place = collection.place(ofExample: id) {
                return Found(entry: entry, collection: collection, place: place)
            }
        }
        for entry in others {
            guard let collection = try? read(entry) else { continue }
            if let place = collection.place(ofExample: id) {
                return Found(entry: entry, collection: collection, place: place)
            }
        }
        return nil
    }
}
