//! What waits for a person, and what he may answer.
//!
//! ```text
//! Dossier (needs review) ──Case::of──> what to look at on the disc, the candidates side by side, what was decided before
//! Answer (a file, the API, the console) ──decide──> Decision | what is wrong with it, field by field
//! ```

mod case;
mod distinguishing_field;
mod format_parser;
mod input;
mod result;

pub use case::{PreviousDecision, ReviewCase};
pub use distinguishing_field::DistinguishingField;
pub use format_parser::ParseFormatError;
pub use input::{FieldError, ReviewInput};
pub use result::ReviewResult;
