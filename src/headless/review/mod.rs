//! The review queue as a file that the operator edits and then applies.
//!
//! ```text
//! cases ──render──> TOML, one block per item, grouped by the field to check ──editor──> parse ──> inputs | errors
//! ```

mod parse;
mod render;

pub use parse::{ReviewEntry, ReviewFile, ReviewFileError, parse_review_file};
pub use render::render_review_file;
