//! The review queue as a file that a person edits and feeds back.
//!
//! ```text
//! cases ──write──> TOML, one block an item, by what must be looked at ──an editor──> read ──> answers | mistakes
//! ```

mod parse;
mod render;

pub use parse::{ReviewEntry, ReviewFile, ReviewFileError, parse_review_file};
pub use render::render_review_file;
