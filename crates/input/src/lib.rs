//! Reads lists of barcodes from a bucket, a file or standard input.
//!
//! ```text
//! gs://bucket/object ─┐
//! a local path ───────┼─> bytes ── sniff ──> text ── lines ──> records ── dialect ──> InputList
//! - (standard input) ─┘    (binary? encoding?)        (quotes)    (columns)    items, rejected lines
//! ```
//!
//! Every line is part of an item, a rejected line with a reason, or a line without content (blank, a comment, the header).
//! An [`IntakeError`] means that the whole list is unusable; nothing is written then.

mod column_stats;
mod csv_record;
mod dialect;
mod error;
mod field;
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
