//! What a batch came to, as files that people and their scripts read: names and fields stay as they always were.
//!
//! ```text
//! Board ──> Totals ┐
//! Dossier ──> ResultEntry ──> json   batch_results_STAMP.json  ┐ one pass, temporary names, renamed at the end
//!                    └──────> csv    batch_summary_STAMP.csv   ┘ (files)
//! ```
//!
//! Entries are written one by one, so a batch of a million items needs no more memory than one of ten.

pub mod csv;
pub mod entry;
pub mod event_lines;
pub mod files;
pub mod json;
pub mod metadata;
pub mod report_stream;
pub mod table_export;
pub mod totals;

pub use entry::ResultEntry;
pub use files::{ReportError, ReportPaths, write_reports};
pub use report_stream::{ReportFormat, stream_report};
pub use totals::{ResultsDocument, Summary, Totals};
