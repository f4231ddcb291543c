//! The Seller Hub drafts file: the one way by which an ordinary seller gets real drafts into Seller Hub.
//!
//! ```text
//! Listing ──> Row ──> ledger (one row for a SKU, whichever job comes first) ──close()──> ebay_drafts_STAMP.csv
//! ```
//!
//! EBay makes every row a draft at each upload, so a SKU that an earlier job has put into its file is not put into
//! another one. A file that grew beyond what eBay takes goes on in `ebay_drafts_STAMP_part2.csv`.

mod export;
mod prepare;
mod row;
mod sink;
mod template;
mod writer;

pub(super) use prepare::prepare_csv_sink;
pub use row::CsvDraftRow;
pub use sink::CsvSink;
