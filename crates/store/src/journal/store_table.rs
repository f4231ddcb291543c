//! The tables that every database of the journal has, as rows that can be copied from one to another.

/// The type of a column. Truth values are integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnType {
    Text,
    Integer,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StoreCell {
    Text(Option<String>),
    Integer(i64),
}

/// A table and its columns, in the order in which the values of a row come.
#[derive(Debug)]
pub(super) struct StoreTable {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, ColumnType)],
    /// The columns by which rows are read.
    pub(super) order: &'static str,
}

use ColumnType::{Integer, Text};

/// Jobs come before what refers to them.
pub(super) const JOBS: StoreTable =
    StoreTable { name: "jobs", columns: &[("number", Integer), ("job", Text)], order: "number" };

pub(super) const EVENTS: StoreTable = StoreTable {
    name: "events",
    columns: &[("seq", Integer), ("at", Text), ("job", Text), ("upc", Text), ("outline", Integer), ("fact", Text)],
    order: "seq",
};

/// The tables that are copied as they are, after [`JOBS`] and [`EVENTS`].
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

impl StoreTable {
    /// Returns the names of the columns, for a statement.
    pub(super) fn column_list(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}
