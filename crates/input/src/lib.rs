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

mod column;
mod error;
pub mod gcs;
mod header;
mod kind;
mod layout;
mod lines;
mod list;
mod read;
mod reading;
mod record;
mod row;
mod settings;
mod sheet;
mod source;
mod text;

pub use error::{IntakeError, Problem};
pub use list::List;
pub use read::{Hears, look, read, read_aloud, read_at};
pub use reading::Reading;
pub use settings::Settings;
pub use source::{BadSource, Source};
