//! The Seller Hub drafts file: the one way by which an ordinary seller gets real drafts into Seller Hub.
//!
//! ```text
//! Listing ──> Row ──> ledger (one row for a SKU, whichever job comes first) ──close()──> ebay_drafts_STAMP.csv
//! ```
//!
//! EBay makes every row a draft at each upload, so a SKU that an earlier job has put into its file is not put into
//! another one. A file that grew beyond what eBay takes goes on in `ebay_drafts_STAMP_part2.csv`.

mod file;
mod form;
mod market;
mod opening;
mod row;

pub use market::DraftsFile;
pub(super) use opening::drafts_file;
pub use row::Row;
