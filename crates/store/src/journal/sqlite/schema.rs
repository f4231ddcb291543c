//! The migrations of `journal.db`.

pub(in crate::journal) const DB_FILE: &str = "journal.db";

/// Schema version that added the index of decisions by UPC.
pub(super) const DECISIONS_SCHEMA_VERSION: usize = 5;

/// Schema version that added the seller of a ledger entry.
pub(super) const SELLERS_SCHEMA_VERSION: usize = 6;

/// Schema version that added the removal of jobs.
pub(super) const REMOVALS_SCHEMA_VERSION: usize = 7;

/// The migrations, in order; `user_version` counts the ones applied to a file. Never change or remove a migration.
pub(super) const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE jobs (number INTEGER PRIMARY KEY, job TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        job TEXT NOT NULL REFERENCES jobs (job),
        upc TEXT,
        outline INTEGER NOT NULL,
        fact TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_of_job ON events (job);
    CREATE INDEX events_of_item ON events (job, upc) WHERE upc IS NOT NULL;
    CREATE INDEX events_outline ON events (job) WHERE outline = 1;
    CREATE TABLE items (
        job TEXT NOT NULL REFERENCES jobs (job),
        place INTEGER NOT NULL,
        upc TEXT NOT NULL,
        listed TEXT NOT NULL,
        PRIMARY KEY (job, place)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX items_by_upc ON items (job, upc);
    CREATE TABLE ledger (
        number INTEGER PRIMARY KEY,
        sink TEXT NOT NULL,
        sku TEXT NOT NULL,
        job TEXT NOT NULL,
        upc TEXT NOT NULL,
        at TEXT NOT NULL,
        row TEXT NOT NULL,
        UNIQUE (sink, sku)
    ) STRICT;
    CREATE INDEX ledger_of_job ON ledger (sink, job);
",
    "
    CREATE INDEX ledger_of_sku ON ledger (sku);
",
    "
    CREATE INDEX ledger_of_upc ON ledger (upc);
    ",
    "
    CREATE INDEX events_of_job_alone ON events (job) WHERE upc IS NULL;
    CREATE TABLE requests (
        key TEXT PRIMARY KEY,
        asked TEXT NOT NULL,
        job TEXT NOT NULL REFERENCES jobs (job)
    ) STRICT, WITHOUT ROWID;
",
    // Index of decisions by UPC, to offer a decision again when its UPC appears in another batch.
    "
    CREATE TABLE decisions (upc TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (upc, seq)) STRICT, WITHOUT ROWID;
",
    // Adds the seller to each ledger entry. Earlier versions did not record it: their entries belong to eBay's
    // production environment and to the first seller that claims them. `account` is 0 if it is unknown.
    "
    CREATE TABLE lines (
        number INTEGER PRIMARY KEY,
        ebay TEXT NOT NULL,
        account INTEGER NOT NULL,
        sink TEXT NOT NULL,
        sku TEXT NOT NULL,
        job TEXT NOT NULL,
        upc TEXT NOT NULL,
        at TEXT NOT NULL,
        row TEXT NOT NULL,
        UNIQUE (ebay, account, sink, sku)
    ) STRICT;
    INSERT INTO lines SELECT number, 'production', 0, sink, sku, job, upc, at, row FROM ledger;
    DROP TABLE ledger;
    ALTER TABLE lines RENAME TO ledger;
    CREATE INDEX ledger_of_job ON ledger (sink, job);
    CREATE INDEX ledger_of_sku ON ledger (sku);
    CREATE INDEX ledger_of_upc ON ledger (upc);
    CREATE TABLE sellers (
        ebay TEXT NOT NULL,
        name TEXT NOT NULL,
        account INTEGER NOT NULL,
        PRIMARY KEY (ebay, name)
    ) STRICT, WITHOUT ROWID;
",
    // Records removed jobs with their number of events, because a position without an event would otherwise count as
    // damage. Idempotency keys outlive their job: a watched folder must not submit an old list again.
    "
    CREATE TABLE removals (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        job TEXT NOT NULL,
        events INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE keys (
        key TEXT PRIMARY KEY,
        asked TEXT NOT NULL,
        job TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO keys SELECT key, asked, job FROM requests;
    DROP TABLE requests;
    ALTER TABLE keys RENAME TO requests;
",
    // Index of the items that ended in a lot, to find the lots of an item in other batches.
    r#"
    CREATE INDEX IF NOT EXISTS events_of_lot ON events (upc) WHERE outline = 1 AND instr(fact, '"lot":{"name":') > 0;
"#,
];
