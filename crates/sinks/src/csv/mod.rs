//! The Seller Hub drafts file, which brings drafts to Seller Hub without access to the Listing API.
//!
//! ```text
//! Listing ──> CsvDraftRow ──> ledger (one row per SKU, of the first job) ──close()──> ebay_drafts_STAMP.csv
//! ```
//!
//! Each upload creates a draft of every row, so a SKU in the file of an earlier job is not written to another file. A
//! file that exceeds eBay's size limit continues in `ebay_drafts_STAMP_part2.csv`.

mod export;
mod prepare;
mod row;
mod sink;
mod template;
mod withdraw;
mod writer;

pub(super) use prepare::prepare_csv_sink;
pub use sink::CsvSink;
