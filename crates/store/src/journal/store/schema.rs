//! The form of the file, and how an older one becomes the newest.

use std::path::Path;
use std::time::Duration;

use super::super::error::JournalError;
use super::codec::to_sql_integer;

pub(super) const DB_FILE: &str = "journal.db";

/// How long a statement waits for a lock: a backup tool or a curious `sqlite3` may hold one.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The form of the file, step by step; `user_version` says how many it has. Only ever add to this list.
pub(super) const MIGRATIONS: &[&str] = &[
    "
    BEGIN;
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
    PRAGMA user_version = 1;
    COMMIT;
",
    "
    BEGIN;
    CREATE INDEX ledger_of_sku ON ledger (sku);
    PRAGMA user_version = 2;
    COMMIT;
",
    "
    BEGIN;
    CREATE INDEX ledger_of_upc ON ledger (upc);
    PRAGMA user_version = 3;
    COMMIT;
    ",
    "
    BEGIN;
    CREATE INDEX events_of_job_alone ON events (job) WHERE upc IS NULL;
    CREATE TABLE requests (
        key TEXT PRIMARY KEY,
        asked TEXT NOT NULL,
        job TEXT NOT NULL REFERENCES jobs (job)
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 4;
    COMMIT;
",
    // What people decided, by the barcode: it is offered again when the same one comes in another batch.
    "
    BEGIN;
    CREATE TABLE decisions (upc TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (upc, seq)) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 5;
    COMMIT;
",
    // Whose drafts the lines are. Nobody wrote that down before, so the old ones are of the real eBay, and of whichever
    // seller comes first. `account` is 0 where it is not known.
    "
    BEGIN;
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
    PRAGMA user_version = 6;
    COMMIT;
",
];

/// How many of [`FORMS`] the file has.
pub(super) fn schema_version(path: &Path, found: i64) -> Result<usize, JournalError> {
    let known = MIGRATIONS.len();
    let newer = || JournalError::SchemaTooNew { path: path.to_owned(), found, known: to_sql_integer(known) };
    usize::try_from(found).ok().filter(|found| *found <= known).ok_or_else(newer)
}
