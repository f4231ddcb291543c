//! Describes the tables that both databases have, so that rows can be copied from one database to the other.

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use sqlx::{ColumnIndex, Decode, Row, Type};

use super::error::JournalError;

/// The type of a column. Booleans are integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnType {
    Text,
    Integer,
}

/// A value in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StoreCell {
    Text(Option<String>),
    Integer(Option<i64>),
}

impl StoreCell {
    /// Reads a column of a row.
    pub(super) fn from_row<'row, R: Row>(
        row: &'row R,
        (name, column): (&'static str, ColumnType),
    ) -> Result<Self, sqlx::Error>
    where
        &'static str: ColumnIndex<R>,
        Option<String>: Decode<'row, R::Database> + Type<R::Database>,
        Option<i64>: Decode<'row, R::Database> + Type<R::Database>,
    {
        Ok(match column {
            ColumnType::Text => Self::Text(row.try_get(name)?),
            ColumnType::Integer => Self::Integer(row.try_get(name)?),
        })
    }
}

/// The values of a row, in the order of the table's columns.
pub(super) type CopiedRow = Vec<StoreCell>;

/// A database whose tables can be read or written as a whole.
pub(super) trait StoreCopy: Send {
    /// Returns the rows of a table, sorted by [`StoreTable::order`].
    fn rows<'copy>(&'copy mut self, table: &StoreTable) -> BoxStream<'copy, Result<CopiedRow, JournalError>>;

    /// Inserts rows; skips rows that already exist.
    fn insert<'copy>(
        &'copy mut self,
        table: &'copy StoreTable,
        rows: Vec<CopiedRow>,
    ) -> BoxFuture<'copy, Result<(), JournalError>>;
}

/// A table and its columns, in the order of the values in a [`CopiedRow`].
#[derive(Debug)]
pub(super) struct StoreTable {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, ColumnType)],
    /// The columns by which rows are sorted, for `ORDER BY`.
    pub(super) order: &'static str,
}

use ColumnType::{Integer, Text};

use crate::store_files::{
    PHOTOS_FILE, PHOTOS_MIGRATIONS, QUOTA_FILE, QUOTA_MIGRATIONS, RESULT_UPLOADS_FILE, RESULT_UPLOADS_MIGRATIONS,
};

/// Copied first, because other tables refer to jobs.
pub(super) const JOBS: StoreTable =
    StoreTable { name: "jobs", columns: &[("number", Integer), ("job", Text)], order: "number" };

pub(super) const EVENTS: StoreTable = StoreTable {
    name: "events",
    columns: &[("seq", Integer), ("at", Text), ("job", Text), ("upc", Text), ("outline", Integer), ("fact", Text)],
    order: "seq",
};

/// The tables that are copied unchanged, after [`JOBS`] and [`EVENTS`].
pub(super) const OTHER_TABLES: [StoreTable; 5] = [
    StoreTable {
        name: "items",
        columns: &[("job", Text), ("place", Integer), ("upc", Text), ("listed", Text)],
        order: "job, place",
    },
    StoreTable {
        name: "ledger",
        columns: &[
            ("number", Integer),
            ("ebay", Text),
            ("account", Integer),
            ("sink", Text),
            ("sku", Text),
            ("job", Text),
            ("upc", Text),
            ("at", Text),
            ("row", Text),
        ],
        order: "number",
    },
    StoreTable {
        name: "sellers",
        columns: &[("ebay", Text), ("name", Text), ("account", Integer)],
        order: "ebay, name",
    },
    StoreTable { name: "requests", columns: &[("key", Text), ("asked", Text), ("job", Text)], order: "key" },
    StoreTable {
        name: "removals",
        columns: &[("number", Integer), ("at", Text), ("job", Text), ("events", Integer)],
        order: "number",
    },
];

/// A SQLite file next to the journal. In PostgreSQL, its tables are in the same database as the journal.
#[derive(Debug)]
pub(super) struct StoreFile {
    pub(super) name: &'static str,
    pub(super) migrations: &'static [&'static str],
    pub(super) tables: &'static [StoreTable],
}

/// The files that are copied with the journal. Cached responses are not copied: they are requested again.
pub(super) const OTHER_FILES: &[StoreFile] = &[
    StoreFile {
        name: PHOTOS_FILE,
        migrations: PHOTOS_MIGRATIONS,
        tables: &[
            StoreTable {
                name: "photos",
                columns: &[
                    ("seller", Text),
                    ("upc", Text),
                    ("copy", Integer),
                    ("name", Text),
                    ("position", Integer),
                    ("digest", Text),
                    ("address", Text),
                    ("expires", Integer),
                ],
                order: "seller, upc, copy, name",
            },
            StoreTable {
                name: "attached",
                columns: &[("seller", Text), ("upc", Text), ("photos", Text)],
                order: "seller, upc",
            },
            StoreTable {
                name: "pictures",
                columns: &[("digest", Text), ("taken_at", Text), ("barcodes", Text)],
                order: "digest",
            },
            StoreTable {
                name: "photo_edits",
                columns: &[("seller", Text), ("upc", Text), ("at", Integer), ("photos", Text)],
                order: "seller, upc, at",
            },
        ],
    },
    StoreFile {
        name: QUOTA_FILE,
        migrations: QUOTA_MIGRATIONS,
        tables: &[StoreTable {
            name: "counts",
            columns: &[
                ("application", Text),
                ("api", Text),
                ("day", Text),
                ("used", Integer),
                ("daily", Integer),
                ("spent_until", Integer),
                ("pause_until", Integer),
                ("pause", Integer),
            ],
            order: "application, api, day",
        }],
    },
    StoreFile {
        name: RESULT_UPLOADS_FILE,
        migrations: RESULT_UPLOADS_MIGRATIONS,
        tables: &[StoreTable {
            name: "result_uploads",
            columns: &[("job", Text), ("failed", Integer), ("record", Text)],
            order: "job",
        }],
    },
];

impl StoreTable {
    /// Returns the column names as a comma-separated list.
    pub(super) fn column_list(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}
