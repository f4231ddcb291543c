//! The review queue as a file that a person edits and feeds back.
//!
//! ```text
//! cases ──write──> TOML, one block an item, by what must be looked at ──an editor──> read ──> answers | mistakes
//! ```

mod read;
mod write;

pub use read::{Block, Mistake, Sheet, read};
pub use write::write;
