import GRDB

/// The tables, as steps from one version to the next. A step that was released never changes.
enum HistorySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            // Small columns first and content last: a listing then reads a row's first page only, because SQLite
            // moves the end of a long row elsewhere. <https://www.sqlite.org/fileformat2.html#cell_payload_overflow_pages>
            try db.execute(
                sql: """
                    CREATE TABLE run (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        started_at INTEGER NOT NULL,       -- microseconds since 1970 UTC
                        collection TEXT NOT NULL,          -- slug of the collection its examples go to
                        base_url TEXT NOT NULL,
                        write_policy TEXT NOT NULL
                    ) STRICT;
                    CREATE TABLE exchange (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order; never used twice
                        started_at INTEGER NOT NULL,
                        run INTEGER NOT NULL,
                        mode TEXT NOT NULL,
                        result TEXT NOT NULL,
                        method TEXT NOT NULL,
                        upstream TEXT NOT NULL,            -- scheme://authority, or empty
                        host TEXT NOT NULL,                -- lower case, without port
                        path TEXT NOT NULL,                -- for people and filters; the bytes are in request_head
                        query TEXT,
                        status INTEGER,
                        failure TEXT,
                        failure_detail TEXT,
                        flags INTEGER NOT NULL,            -- 1 incomplete, 2 request cut, 4 response cut
                        request_size INTEGER NOT NULL,     -- octets of body seen on the wire
                        response_size INTEGER NOT NULL,
                        name_lookup INTEGER NOT NULL,      -- microseconds since the call's start
                        connect INTEGER NOT NULL,
                        tls INTEGER NOT NULL,
                        first_byte INTEGER NOT NULL,
                        total INTEGER NOT NULL,
                        example_id TEXT,
                        example_state INTEGER NOT NULL,    -- 0 none, 1 pending, 2 written
                        occurrence INTEGER,                -- how many equal requests came before in this run
                        request_key BLOB,
                        request_file BLOB,                 -- SHA-256 of a spilled body, and how much of it was kept
                        request_kept INTEGER,
                        response_file BLOB,
                        response_kept INTEGER,
                        request_head BLOB NOT NULL,        -- as sent: start line, field lines, empty line
                        request_trailers BLOB,
                        response_head BLOB,                -- interim heads first, the final one last
                        response_trailers BLOB,
                        request_body BLOB,
                        response_body BLOB
                    ) STRICT;
                    CREATE INDEX exchange_by_time ON exchange (started_at);
                    CREATE INDEX exchange_pending ON exchange (id) WHERE example_state = 1;
                    """)
        }
        // For pruning while recording: who still refers to a body, and that a run has examples although its rows are gone.
        migrator.registerMigration("2") { db in
            try db.execute(
                sql: """
                    CREATE INDEX exchange_by_request_file ON exchange (request_file) WHERE request_file IS NOT NULL;
                    CREATE INDEX exchange_by_response_file ON exchange (response_file) WHERE response_file IS NOT NULL;
                    ALTER TABLE run ADD COLUMN has_examples INTEGER NOT NULL DEFAULT 0;
                    """)
        }
        // A body that comes again is stored once. With the last exchange that refers to it a body goes, whoever removes
        // that. Numbers are never used twice: the writer remembers them while another process removes.
        migrator.registerMigration("3") { db in
            try db.execute(
                sql: """
                    CREATE TABLE body (id INTEGER PRIMARY KEY AUTOINCREMENT, bytes BLOB NOT NULL) STRICT;
                    ALTER TABLE exchange ADD COLUMN request_shared INTEGER;   -- body.id, instead of request_body
                    ALTER TABLE exchange ADD COLUMN response_shared INTEGER;
                    CREATE INDEX exchange_by_request_shared ON exchange (request_shared)
                        WHERE request_shared IS NOT NULL;
                    CREATE INDEX exchange_by_response_shared ON exchange (response_shared)
                        WHERE response_shared IS NOT NULL;
                    """)
            for side in ["request", "response"] {
                try db.execute(
                    sql: """
                        CREATE TRIGGER body_unused_by_\(side) AFTER DELETE ON exchange
                        WHEN old.\(side)_shared IS NOT NULL
                        BEGIN
                            DELETE FROM body WHERE id = old.\(side)_shared
                                AND NOT EXISTS (SELECT 1 FROM exchange WHERE request_shared = old.\(side)_shared)
                                AND NOT EXISTS (SELECT 1 FROM exchange WHERE response_shared = old.\(side)_shared);
                        END
                        """)
            }
        }
        // Sessions, and many collections in one run. The column is NULL for exchanges without a session: behind the
        // bodies, as it is, only a value would cost a listing more than the row's first page.
        migrator.registerMigration("4") { db in
            try db.execute(
                sql: """
                    ALTER TABLE exchange ADD COLUMN session TEXT;
                    CREATE INDEX exchange_by_session ON exchange (session) WHERE session IS NOT NULL;
                    CREATE TABLE folded (               -- the collections that hold examples of a run
                        run INTEGER NOT NULL,
                        collection TEXT NOT NULL,
                        PRIMARY KEY (run, collection)
                    ) STRICT, WITHOUT ROWID;
                    INSERT INTO folded SELECT id, collection FROM run WHERE has_examples = 1
                        OR id IN (SELECT run FROM exchange WHERE example_state = 2);
                    """)
        }
        // When the pieces of a streamed response came: `ms:octets`, separated by blanks.
        migrator.registerMigration("5") { db in
            try db.execute(sql: "ALTER TABLE exchange ADD COLUMN response_pace TEXT")
        }
        // Calls to mock servers. NULL for all other exchanges, which have no entry in the indexes either. What a page of a
        // browser asks ahead of its call is in the log, and counts for nothing.
        migrator.registerMigration("6") { db in
            try db.execute(
                sql: """
                    ALTER TABLE exchange ADD COLUMN mock TEXT;             -- the mock server's id
                    ALTER TABLE exchange ADD COLUMN example_name TEXT;
                    ALTER TABLE exchange ADD COLUMN score REAL;
                    ALTER TABLE exchange ADD COLUMN miss_reason TEXT;      -- as the client was told
                    CREATE INDEX exchange_by_mock ON exchange (mock, id) WHERE mock IS NOT NULL;
                    CREATE INDEX exchange_use ON exchange (mock, started_at, result, status)
                        WHERE mock IS NOT NULL AND (result <> 'hit' OR example_id IS NOT NULL);
                    """)
        }
        // The order alone: pages are found at any place of a long listing without a look at the rows, which are large.
        migrator.registerMigration("7") { db in
            try db.execute(sql: "CREATE INDEX exchange_order ON exchange (id)")
        }
        return migrator
    }

    /// Whether the file has the columns of calls to mock servers: a command that reads may meet one that no later server has
    /// opened.
    static func knowsMocks(_ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM pragma_table_info('exchange') WHERE name = 'mock')") ?? false
    }

    /// The expression for an exchange's session: a command that reads may meet a file that no later server has opened.
    static func session(in db: Database) throws -> String {
        let isKnown = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM pragma_table_info('exchange') WHERE name = 'session')")
        return isKnown ?? false ? "session" : "NULL"
    }

    /// - Throws: `HistoryError.newerSchema` when the file knows a step that we do not.
    static func migrate(_ database: any DatabaseWriter, path: String) throws {
        let migrator = migrator
        if try database.read({ try migrator.hasBeenSuperseded($0) }) { throw HistoryError.newerSchema(path: path) }
        try migrator.migrate(database)
    }
}
