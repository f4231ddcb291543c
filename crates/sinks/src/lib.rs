//! Where drafts go.
//!
//! ```text
//! Listing ──> inventory   an unpublished offer in eBay's Inventory API      ebay/
//!         ├─> item-draft  a listing draft in eBay's Listing API             ebay/
//!         ├─> csv         a row in the ledger; close() writes a file that Seller Hub takes as drafts
//!         └─> rehearsal   test mode: nothing
//! ```
//!
//! One item has one way: the ledger refuses a second one.

pub mod csv;
pub mod draft_sink;
pub mod dry_run;
pub mod ebay;
mod registry;

pub use csv::CsvSink;
pub use draft_sink::{DraftResult, DraftSink, InFlightGuard, SinkError};
pub use dry_run::DryRunSink;
pub use ebay::{InventorySink, ItemDraftSink};
pub use registry::{NotReady, PreparedSink, SinkContext, SinkFactory};
