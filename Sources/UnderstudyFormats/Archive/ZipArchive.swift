import CZip
public import NIOCore

/// Zip files in memory, by libzip: what Postman exports and what we export. No entry ever becomes a file by its own name.
public enum ZipArchive {
    /// More entries than this is refused.
    public static let entryLimit = 10_000
    /// All content together.
    public static let contentLimit = 256 << 20
    /// Content for each octet of the archive, above `ratioFloor`: JSON shrinks to a tenth, hardly to a thousandth.
    public static let ratioLimit = 200
    /// Small archives may have any ratio.
    public static let ratioFloor = 4 << 20

    static let contents = "archive.json"

    public struct Entry: Sendable {
        public let name: String
        public let bytes: ByteBuffer

        public init(name: String, bytes: ByteBuffer) {
            self.name = name
            self.bytes = bytes
        }
    }

    // MARK: Reading

    /// All files of the archive, folders left out.
    ///
    /// - Throws: for an archive that is cut, encrypted, too large once unpacked, or whose names repeat or lead elsewhere.
    public static func entries(of archive: ByteBuffer, name: String) throws(CollectionError) -> [Entry] {
        func refused(_ place: String, _ message: String) -> CollectionError {
            CollectionError(file: name, place: place, message: message)
        }
        // libzip takes memory for each entry of the directory, before anyone can ask how many there are.
        guard directoryCount(archive, upTo: entryLimit) <= entryLimit else {
            throw refused("$", "the archive has more than \(entryLimit) entries")
        }
        let limit = max(ratioFloor, min(contentLimit, archive.readableBytes.multipliedSafely(by: ratioLimit)))
        let result: Result<[Entry], CollectionError> = archive.withUnsafeReadableBytes { bytes in
            var error = zip_error_t()
            zip_error_init(&error)
            defer { zip_error_fini(&error) }
            guard let source = zip_source_buffer_create(bytes.baseAddress, zip_uint64_t(bytes.count), 0, &error) else {
                return .failure(refused("$", "there is no memory for the archive"))
            }
            guard let zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) else {
                let reason = String(cString: zip_error_strerror(&error))
                zip_source_free(source)
                return .failure(refused("$", "the archive cannot be read: \(reason)"))
            }
            // Nothing was changed, and the source goes with it.
            defer { zip_discard(zip) }
            do throws(CollectionError) {
                return .success(try read(zip, limit: limit, refused))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func read(
        _ zip: OpaquePointer, limit: Int, _ refused: (String, String) -> CollectionError
    ) throws(CollectionError) -> [Entry] {
        var entries: [Entry] = []
        var names: Set<String> = []
        var total = 0
        for index in 0..<max(0, zip_get_num_entries(zip, 0)) {
            let index = zip_uint64_t(index)
            var status = zip_stat_t()
            zip_stat_init(&status)
            guard zip_stat_index(zip, index, 0, &status) == 0, let text = status.name else {
                throw refused("entry \(index)", "it cannot be read")
            }
            let name = String(cString: text)
            guard !name.hasSuffix("/") else { continue }
            guard isHarmless(name) else { throw refused("entry \(index)", "its name leads out of the archive") }
            guard names.insert(name).inserted else { throw refused(name, "the archive has two entries of this name") }
            guard status.encryption_method == ZIP_EM_NONE else {
                throw refused(name, "it is encrypted: export without a password")
            }
            guard let file = zip_fopen_index(zip, index, 0) else {
                throw refused(name, "it cannot be read: \(String(cString: zip_strerror(zip)))")
            }
            defer { zip_fclose(file) }
            // The size that an entry claims is not believed.
            var bytes = ByteBuffer()
            while true {
                let count = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: 64 << 10) { space in
                    max(0, Int(zip_fread(file, space.baseAddress, zip_uint64_t(min(space.count, 64 << 10)))))
                }
                guard count > 0 else { break }
                total += count
                guard total <= limit else {
                    throw refused(name, "the archive unpacks to more than \(limit) bytes, which is refused")
                }
            }
            guard Int(clamping: status.size) == bytes.readableBytes else {
                throw refused(name, "its content is damaged")
            }
            entries.append(Entry(name: name, bytes: bytes))
        }
        return entries
    }

    private static func isHarmless(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("/") && !name.contains("\\") && !name.contains(":")
            && !name.split(separator: "/").contains { $0 == ".." || $0 == "." }
    }

    /// The signatures of directory entries; content that looks like one counts, too, which only matters for thousands.
    private static func directoryCount(_ archive: ByteBuffer, upTo limit: Int) -> Int {
        archive.withUnsafeReadableBytes { bytes in
            var count = 0
            var index = 0
            while index + 4 <= bytes.count, count <= limit {
                if bytes[index] == 0x50, bytes[index + 1] == 0x4B, bytes[index + 2] == 0x01, bytes[index + 3] == 0x02 {
                    count += 1
                    index += 4
                } else {
                    index += 1
                }
            }
            return count
        }
    }

    // MARK: Writing

    /// An archive of these files, in their order, the same bytes for the same files.
    public static func bytes(of entries: [Entry]) throws(CollectionError) -> ByteBuffer {
        func failed(_ reason: String) -> CollectionError {
            CollectionError(file: "archive", place: "$", message: "the archive cannot be written: \(reason)")
        }
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        guard let target = zip_source_buffer_create(nil, 0, 0, &error) else { throw failed("no memory") }
        // One count for us, because closing the archive gives one back.
        zip_source_keep(target)
        defer { zip_source_free(target) }
        guard let zip = zip_open_from_source(target, ZIP_TRUNCATE, &error) else {
            let reason = String(cString: zip_error_strerror(&error))
            zip_source_free(target)
            throw failed(reason)
        }
        // libzip reads them when the archive is closed.
        var copies: [UnsafeMutableRawPointer] = []
        defer { for copy in copies { copy.deallocate() } }
        for entry in entries {
            let count = entry.bytes.readableBytes
            let copy = UnsafeMutableRawPointer.allocate(byteCount: max(1, count), alignment: 1)
            copies.append(copy)
            entry.bytes.withUnsafeReadableBytes {
                if let base = $0.baseAddress { copy.copyMemory(from: base, byteCount: count) }
            }
            let source = zip_source_buffer(zip, copy, zip_uint64_t(count), 0)
            let index = source.map { zip_file_add(zip, entry.name, $0, zip_flags_t(ZIP_FL_ENC_UTF_8)) } ?? -1
            guard index >= 0 else {
                let reason = String(cString: zip_strerror(zip))
                if let source { zip_source_free(source) }
                zip_discard(zip)
                throw failed(reason)
            }
            // 1 January 1980, the first day a zip file knows: an export says nothing of when it was made.
            zip_file_set_dostime(zip, zip_uint64_t(index), 0, 33, 0)
        }
        guard zip_close(zip) == 0 else {
            let reason = String(cString: zip_strerror(zip))
            zip_discard(zip)
            throw failed(reason)
        }
        guard let bytes = content(of: target) else { throw failed("no memory") }
        return bytes
    }

    private static func content(of source: OpaquePointer) -> ByteBuffer? {
        var status = zip_stat_t()
        zip_stat_init(&status)
        guard zip_source_stat(source, &status) == 0, zip_source_open(source) == 0 else { return nil }
        defer { zip_source_close(source) }
        var bytes = ByteBuffer()
        let size = Int(clamping: status.size)
        let read = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { space in
            max(0, Int(zip_source_read(source, space.baseAddress, zip_uint64_t(size))))
        }
        return read == size ? bytes : nil
    }
}

extension Int {
    fileprivate func multipliedSafely(by factor: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
