//! Names and schemas of the files next to the journal. The PostgreSQL database has the same tables. Never change or
//! remove a migration.

pub(crate) const PHOTOS_FILE: &str = "photos.db";

/// `seller` is the eBay environment; `expires` and `at` are in milliseconds since 1970. `pictures` has what was read from
/// files, with an empty `taken_at` if there is no time; `photo_edits` the photos of an item before each edit.
pub(crate) const PHOTOS_MIGRATIONS: &[&str] = &["
    CREATE TABLE photos (
        seller TEXT NOT NULL,
        upc TEXT NOT NULL,
        copy INTEGER NOT NULL,
        name TEXT NOT NULL,
        position INTEGER NOT NULL,
        digest TEXT NOT NULL,
        address TEXT NOT NULL,
        expires INTEGER,
        PRIMARY KEY (seller, upc, copy, name)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX photos_by_digest ON photos (seller, digest);
    CREATE TABLE attached (seller TEXT NOT NULL, upc TEXT NOT NULL, photos TEXT NOT NULL, PRIMARY KEY (seller, upc))
        STRICT, WITHOUT ROWID", "
    CREATE TABLE pictures (digest TEXT PRIMARY KEY, taken_at TEXT NOT NULL, barcodes TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE photo_edits (
        seller TEXT NOT NULL,
        upc TEXT NOT NULL,
        at INTEGER NOT NULL,
        photos TEXT NOT NULL,
        PRIMARY KEY (seller, upc, at)
    ) STRICT, WITHOUT ROWID"];

pub(crate) const QUOTA_FILE: &str = "ebay.db";

/// `spent_until` and `pause_until` are in milliseconds since 1970, `pause` is in seconds. Earlier versions created the
/// table without setting a schema version, so `IF NOT EXISTS` is needed.
pub(crate) const QUOTA_MIGRATIONS: &[&str] = &["
    CREATE TABLE IF NOT EXISTS counts (
        application TEXT NOT NULL,
        api TEXT NOT NULL,
        day TEXT NOT NULL,
        used INTEGER NOT NULL DEFAULT 0,
        daily INTEGER,
        spent_until INTEGER,
        pause_until INTEGER,
        pause INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (application, api, day)
    ) STRICT, WITHOUT ROWID"];

pub(crate) const RESULT_UPLOADS_FILE: &str = "result_uploads.db";

/// `record` is a `ResultUpload` as JSON; `failed` is 1 if the upload has an error.
pub(crate) const RESULT_UPLOADS_MIGRATIONS: &[&str] =
    &["CREATE TABLE result_uploads (job TEXT PRIMARY KEY, failed INTEGER NOT NULL, record TEXT NOT NULL)
        STRICT, WITHOUT ROWID"];

/// Folder of the snapshots of projections, which are not copied to another machine.
pub(crate) const SNAPSHOT_DIR: &str = "boards";
