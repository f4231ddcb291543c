//! Lists in: from a bucket, a file or standard input.
//!
//! ```text
//! gs://bucket/object ─┐
//! a local path ───────┼─> bytes ── kind ──> text ── lines ──> records ── layout, row ──> List
//! - (standard input) ─┘    (binary? which encoding?)      (quotes)    (which column?)     items, refused lines
//! ```
//!
//! Every line ends up in an item, among the refused lines with a reason, or is one of those that hold nothing
//! (blank, a comment, the header). What makes a whole list unusable is an [`IntakeError`], and nothing is written.

mod column_stats;
mod csv_record;
mod dialect;
mod error;
pub mod gcs;
mod header;
mod line_parser;
mod line_splitter;
mod list;
mod parser;
mod reader;
mod settings;
mod sniff;
mod source;
mod table_parser;
mod text;

pub use error::{IntakeError, ListError};
pub use list::InputList;
pub use parser::ListParser;
pub use reader::{ReadProgressFn, read_generation, read_list, read_with_progress, stat_source};
pub use settings::Settings;
pub use source::{ParseSourceError, Source};
