//! The files beside the journal whose content the PostgreSQL database has too, with their schemas. Only ever add to a list of
//! migrations.

pub(crate) const PHOTOS_FILE: &str = "photos.db";

/// `seller` is the eBay environment and the signed-in seller; `expires` is in milliseconds since 1970.
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
        STRICT, WITHOUT ROWID"];

pub(crate) const QUOTA_FILE: &str = "ebay.db";

/// `spent_until` and `pause_until` are milliseconds since 1970, `pause` is in seconds. Files of earlier versions have
/// the table without a version.
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

/// `record` is a `ResultUpload` as JSON; `failed` is 1 if it has an error.
pub(crate) const RESULT_UPLOADS_MIGRATIONS: &[&str] =
    &["CREATE TABLE result_uploads (job TEXT PRIMARY KEY, failed INTEGER NOT NULL, record TEXT NOT NULL)
        STRICT, WITHOUT ROWID"];

/// The folder of the snapshots of projections, which stay on their machine.
pub(crate) const SNAPSHOT_DIR: &str = "boards";
