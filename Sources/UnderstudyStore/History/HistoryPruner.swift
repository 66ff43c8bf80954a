import Foundation
import GRDB
import UnderstudyCore

/// Keeps the history within `Limits.history` and `Limits.historyAge` while it is written: the oldest exchanges go.
///
/// Works in small steps between the writer's transactions, on the writer's thread, so that nobody waits long for one.
/// Freed pages are written again by what comes next; the file shrinks only when it is far above the limit, as after a
/// limit was lowered. What counts is what is in use, pages and body files; SQLite's log comes on top and is bounded by its
/// checkpoints. Exchanges whose examples are not written yet stay, and so does the newest.
struct HistoryPruner {
    /// The most that one step removes.
    static let stepCount = 128
    static let stepByteCount: Int64 = 4 << 20
    /// Above the limit, so much of it is made free at once: one part in 16.
    static let slackParts: Int64 = 16
    /// Pages given back to the file system in one step.
    static let vacuumCount = 64
    /// The files are counted anew at most so often.
    static let countInterval = Duration.milliseconds(250)
    /// When nothing may go, or the disk refuses, it is tried again after so long.
    static let retryInterval = Duration.seconds(1)

    /// How often it is looked for exchanges that have become too old.
    static let ageInterval = Duration.seconds(1)

    /// `Int64.max` for none.
    private let limit: Int64
    private let age: Duration?
    private var lookedForOldAt: ContinuousClock.Instant?
    private let spooler: BodySpooler?
    /// Octets in body files: counted, and since then added up. Another process may have removed some.
    private var fileByteCount: Int64 = 0
    private var countedAt = ContinuousClock.now
    /// On the way down from the limit.
    private var isOver = false
    /// Everything up to here is gone, or may not go yet.
    private var cursor: Int64 = 0
    private var canShrink = true
    private var retryAt: ContinuousClock.Instant?
    /// Whether another step has something to do now.
    private(set) var isBusy = true

    init?(limits: Limits, history: History, spooler: BodySpooler?) {
        guard limits.history != nil || limits.historyAge != nil else { return nil }
        limit = limits.history.map { Int64($0) } ?? .max
        age = limits.historyAge
        self.spooler = spooler
        countFiles(history)
    }

    /// How long the writer may sleep before the next step; `nil` until something is stored.
    var patience: Duration? {
        if isBusy { return .milliseconds(1) }
        if retryAt != nil { return Self.retryInterval }
        return age == nil ? nil : Self.ageInterval
    }

    /// Exchanges were stored, or lost: their bodies may go with them from now on.
    mutating func stored(_ exchanges: some Sequence<Exchange>) {
        isBusy = true
        for exchange in exchanges {
            for content in [exchange.request.body.content, exchange.response?.body.content] {
                if case .stored(let digest, _)? = content { spooler?.settled(digest) }
            }
        }
    }

    /// Removes a little if it must. Never throws: what cannot be removed now is tried again.
    ///
    /// - Returns: how many exchanges went.
    mutating func step(_ history: History) -> Int {
        if let retryAt, ContinuousClock.now < retryAt { return 0 }
        retryAt = nil
        do {
            if let count = try removeOld(history) { return count }
            return limit == .max ? 0 : try removeIfOver(history)
        } catch {
            rest()
            return 0
        }
    }

    private mutating func rest() {
        isBusy = false
        retryAt = .now + Self.retryInterval
    }

    /// Removes a few that are too old, of which there may be more.
    ///
    /// - Returns: `nil` when there is none, or none is looked for yet.
    private mutating func removeOld(_ history: History) throws -> Int? {
        guard let age else { return nil }
        if let lookedForOldAt, .now - lookedForOldAt < Self.ageInterval {
            if limit == .max { isBusy = false }
            return nil
        }
        let taken = try take(history, byteCount: Self.stepByteCount, before: Timestamp.now() - age)
        remove(taken.files, of: history)
        guard taken.count > 0 else {
            lookedForOldAt = .now
            if limit == .max { isBusy = false }
            return nil
        }
        isBusy = true
        return taken.count
    }

    private mutating func remove(_ files: [Digest], of history: History) {
        for digest in files {
            let size = FileSystem.status(of: "\(history.bodies.history)/\(digest)")?.byteCount ?? 0
            let isRemoved = history.bodies.removeFromHistory(
                digest, unlessYoungerThan: .zero, orWhere: { [spooler] in spooler?.isExpected(digest) ?? false })
            if isRemoved { fileByteCount -= size }
        }
    }

    private mutating func removeIfOver(_ history: History) throws -> Int {
        var size = try Size(history)
        fileByteCount += spooler?.takeNewByteCount() ?? 0
        if size.used + fileByteCount > limit, !isOver || .now - countedAt > Self.countInterval { countFiles(history) }
        let lowMark = limit - limit / Self.slackParts
        isOver = size.used + fileByteCount > (isOver ? lowMark : limit)
        guard isOver else {
            isBusy = false
            if canShrink, size.free > 0, size.file + fileByteCount > limit + limit / Self.slackParts {
                let before = size.free
                size = try Self.shrink(history)
                // A file made without auto_vacuum cannot.
                canShrink = size.free < before
                isBusy = canShrink
            }
            return 0
        }
        // Rows may take twice the room of their content, in pages: half of what is too much, and then of the rest, so that
        // no more goes than must.
        let excess = size.used + fileByteCount - lowMark
        let taken = try take(history, byteCount: min(excess / 2, Self.stepByteCount))
        remove(taken.files, of: history)
        if taken.isAtEnd { rest() }
        return taken.count
    }

    /// What is where, in octets.
    private struct Size {
        var file: Int64
        var free: Int64
        var used: Int64 { file - free }

        init(_ db: Database) throws {
            func number(_ pragma: String) throws -> Int64 {
                try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA \(pragma)")) ?? 0
            }
            let pageSize = try number("page_size")
            file = try number("page_count") * pageSize
            free = try number("freelist_count") * pageSize
        }

        init(_ history: History) throws { self = try history.database.writeWithoutTransaction { try Size($0) } }
    }

    private static func shrink(_ history: History) throws -> Size {
        try history.database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA incremental_vacuum(\(vacuumCount))")
            return try Size(db)
        }
    }

    private mutating func countFiles(_ history: History) {
        _ = spooler?.takeNewByteCount()
        fileByteCount = BodyStore.bodies(in: history.bodies.history).reduce(0) { $0 + $1.byteCount }
        countedAt = .now
    }

    private struct Taken {
        var count = 0
        /// Bodies that no exchange refers to any more.
        var files: [Digest] = []
        var isAtEnd = false
    }

    /// The oldest few, in one transaction.
    ///
    /// - Parameter time: only those that began before it. Only as many as are the oldest by number, too: a clock that was
    ///   set back keeps some longer.
    private mutating func take(_ history: History, byteCount: Int64, before time: Timestamp? = nil) throws -> Taken {
        let start = time == nil ? cursor : 0
        let (taken, end) = try history.database.writeWithoutTransaction { db in
            var result = (Taken(), start)
            try db.inTransaction(.immediate) {
                result = try Self.take(in: db, after: start, byteCount: byteCount, before: time)
                return .commit
            }
            return result
        }
        if time == nil { cursor = end }
        return taken
    }

    private static func take(
        in db: Database, after cursor: Int64, byteCount wanted: Int64, before time: Timestamp?
    ) throws -> (Taken, cursor: Int64) {
        var taken = Taken()
        var start = cursor
        // Examples are mostly written from the oldest on, so that what had to stay may go now.
        if let oldest = try Int64.fetchOne(db.cachedStatement(sql: "SELECT min(id) FROM exchange")), oldest <= start {
            let pending = try Int64.fetchOne(
                db.cachedStatement(
                    sql: "SELECT min(id) FROM exchange INDEXED BY exchange_pending WHERE example_state = 1"))
            if oldest < pending ?? .max { start = 0 }
        }
        let rows = try db.cachedStatement(
            sql: """
                SELECT id, example_state = 1, request_file, response_file, length(request_head)
                    + coalesce(length(response_head), 0) + coalesce(length(request_body), 0)
                    + coalesce(length(response_body), 0) + coalesce(request_kept, 0) + coalesce(response_kept, 0)
                    + \(goingLength("request")) + \(goingLength("response")), started_at
                FROM exchange WHERE id > ? AND id < (SELECT max(id) FROM exchange) ORDER BY id LIMIT \(stepCount)
                """)
        var end = start
        var byteCount: Int64 = 0
        var digests: Set<Data> = []
        taken.isAtEnd = true
        for row in try Row.fetchAll(rows, arguments: [start]) {
            if let time, row[5] as Int64 >= time.microseconds { break }
            taken.isAtEnd = false
            end = row[0]
            guard row[1] == 0 else { continue }
            byteCount += row[4] as Int64
            for file in [row[2] as Data?, row[3] as Data?] { if let file { digests.insert(file) } }
            if byteCount >= wanted { break }
        }
        guard end > start else { return (taken, start) }
        let deletion = try db.cachedStatement(
            sql: "DELETE FROM exchange WHERE id > ? AND id <= ? AND example_state <> 1")
        try deletion.execute(arguments: [start, end])
        taken.count = db.changesCount
        let user = try db.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM exchange WHERE request_file = ?1)
                    OR EXISTS (SELECT 1 FROM exchange WHERE response_file = ?1)
                """)
        for digest in digests where try !(Bool.fetchOne(user, arguments: [digest]) ?? true) {
            if let digest = Digest(bytes: Array(digest)) { taken.files.append(digest) }
        }
        return (taken, end)
    }

    /// How long a shared body is that goes with its exchange: one that no later exchange refers to.
    private static func goingLength(_ side: String) -> String {
        let unused = ["request", "response"].map { user in
            """
            NOT EXISTS (SELECT 1 FROM exchange AS later WHERE later.\(user)_shared = exchange.\(side)_shared
                AND later.id > exchange.id)
            """
        }
        return """
            coalesce((SELECT length(bytes) FROM body WHERE body.id = exchange.\(side)_shared
                AND \(unused.joined(separator: " AND "))), 0)
            """
    }
}
