//! The journal on SQLite: every statement that it sends. What events, items and the ledger mean is decided elsewhere.
//!
//! ```text
//! jobs    one row for each job that began
//! events  one row for each fact, in the order of `seq`; nothing is ever changed or deleted
//! items   the list of a job, by place and by UPC, written together with the `Taken` that brought them
//! ledger  one row for each seller, SKU and market
//! sellers one row for each name by which a seller's account is known
//! requests  one row for each key under which a client ordered a job
//! decisions one row for each event in which a person decided, by the barcode
//! ```

mod codec;
mod decisions;
mod ledger;
mod raw_events;
mod read_pool;
mod schema;
mod write_connection;

pub use raw_events::{RawEvent, RawEventDetail};
pub(super) use read_pool::{DetailLevel, ItemSelector, ReadPool};
pub(super) use write_connection::WriteConnection;
