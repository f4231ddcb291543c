//! Reads lists of barcodes from a bucket, a file or standard input. [`read_list`] is the entry point.
//!
//! ```text
//! gs://bucket/object ─┐
//! a local path ───────┼─> bytes ── sniff ──> text ── lines ──> records ── layout ──> InputList
//! - (standard input) ─┘    (format? encoding?)        (quotes)    (columns)    items, rejected lines
//! ```
//!
//! Every line is part of an item, a rejected line with a reason, or a line without content (blank, a comment, the
//! header). An [`IntakeError`] means that the whole list is unusable; nothing is written then.

mod amazon;
mod block_reader;
mod check_digit;
mod code_field;
mod column_stats;
mod csv_record;
mod encoding;
mod error;
pub mod gcs;
mod header;
mod header_words;
mod item_index;
mod json_list;
mod json_value;
mod known_exports;
mod layout;
mod line_form;
mod line_splitter;
mod list;
mod multi_source;
mod other_numbers;
mod parse_task;
mod parser;
mod quantity;
mod quantity_notices;
mod reader;
mod row;
mod sample;
mod settings;
mod sniff;
mod source;
mod sql_list;
mod sql_tokens;
mod table_block;
mod table_parser;
mod table_row;
mod table_rows;
mod text;
mod text_line;
mod text_quantity;
mod text_rows;
mod workbook;
mod workbook_limits;
mod xls_limits;

pub use error::{IntakeError, ListError};
pub use list::InputList;
pub use parser::ListParser;
pub use reader::{ReadProgressFn, check_copies, read_generation, read_list, read_with_progress, stat_source};
pub use settings::{ReadOptions, Settings};
pub use source::{ParseSourceError, Source};
