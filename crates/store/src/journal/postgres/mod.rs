//! The journal on PostgreSQL: its connections, and the statements that only PostgreSQL executes. The tables are the
//! same as in SQLite, with these differences:
//!
//! ```text
//! head      one row, the newest position. A transaction takes its positions from it as its last statement, so they
//!           become visible in ascending order: the next transaction waits for the row until the commit
//! owner     one row: the owning process, how often ownership has changed, and the owner's last transaction
//! events    has columns for what SQLite extracts from the JSON text: the kind of event, the outcome of an item,
//!           whether it is a decision, and the event as a table row shows it, if that is shorter
//! ```

mod check;
mod connection;
mod copy;
pub(super) mod event_sql;
mod owner;
mod reader;
mod schema;
mod stored_event;
mod table_pool;
mod writer;

pub(super) use copy::PostgresCopy;
pub(super) use reader::PostgresReader;
pub(crate) use table_pool::TablePool;
pub(super) use writer::PostgresWriter;
