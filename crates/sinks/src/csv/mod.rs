//! The Seller Hub drafts file, by which a seller without access to the Listing API gets drafts into Seller Hub.
//!
//! ```text
//! Listing ──> CsvDraftRow ──> ledger (one row per SKU, of the first job) ──close()──> ebay_drafts_STAMP.csv
//! ```
//!
//! eBay creates a draft of every row at each upload, so a SKU in the file of an earlier job is not put into another file. A
//! file that grows larger than eBay takes continues in `ebay_drafts_STAMP_part2.csv`.

mod export;
mod prepare;
mod row;
mod sink;
mod template;
mod withdraw;
mod writer;

pub(super) use prepare::prepare_csv_sink;
pub use sink::CsvSink;
