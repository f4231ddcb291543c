//! Destinations of drafts, called sinks. [`DraftSink`] is their interface; [`SinkFactory`] prepares each of them.
//!
//! ```text
//! Listing ──> inventory   an unpublished offer in eBay's Inventory API      ebay/
//!         ├─> item-draft  a listing draft in eBay's Listing API             ebay/
//!         ├─> csv         a row in the ledger; close() writes a file that Seller Hub imports as drafts
//!         └─> rehearsal   dry run: nothing
//! ```
//!
//! An item has a draft in only one sink: the ledger rejects a second one.

mod csv;
mod draft_sink;
mod dry_run;
pub mod ebay;
mod registry;
mod sink_context;

pub use csv::CsvSink;
pub use draft_sink::{
    DraftResult, DraftSink, InFlightGuard, RecordedEntry, RecordedMatch, SinkError, WithdrawResult, WriteFilesError,
    WrittenFiles,
};
pub use dry_run::DryRunSink;
pub use ebay::{InventorySink, ItemDraftSink};
pub use registry::SinkFactory;
pub use sink_context::{ExpectedItems, NotReady, PreparedSink, SinkContext};
