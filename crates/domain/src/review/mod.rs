//! What waits for a person, and what he may answer.
//!
//! ```text
//! Dossier (needs review) ──Case::of──> what to look at on the disc, the candidates side by side, what was decided before
//! Answer (a file, the API, the console) ──decide──> Decision | what is wrong with it, field by field
//! ```

mod answer;
mod became;
mod case;
mod format;
mod look;

pub use answer::{Answer, Wrong};
pub use became::Became;
pub use case::{Case, Earlier};
pub use format::BadFormat;
pub use look::Look;
