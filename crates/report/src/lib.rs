//! Results of a batch as files and HTTP bodies. Names and fields are a public interface: operators' scripts read them.
//!
//! ```text
//! JobProjection ──> Totals ──────┐
//! ItemDetails ───> ResultEntry ──┼─> json   batch_results_STAMP.json  ┐ one pass to temporary files, then renamed
//!                                └─> csv    batch_summary_STAMP.csv   ┘ (files)
//! ```
//!
//! Entries are written one at a time, so memory use does not depend on the size of the batch.

pub mod csv;
pub mod entry;
pub mod event_lines;
mod files;
pub mod json;
pub mod label_pdf;
pub mod label_svg;
pub mod labels;
mod metadata;
pub(crate) mod report_stream;
mod reported_draft;
mod seller_copy;
pub mod table_export;
mod totals;

pub use entry::ResultEntry;
pub use files::{ReportError, ReportPaths, write_reports};
pub use report_stream::{ReportFormat, stream_report};
pub use reported_draft::ReportedDraft;
pub use seller_copy::SellerCopy;
pub use totals::{ResultsDocument, Summary, Totals};
