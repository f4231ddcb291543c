//! Which pressing lies in the box: entries of all providers become scored matches, and one of them, or a question.
//!
//! ```text
//! entries ──cluster──> pressings ──score, with reasons──> ranked ──decide──> Verdict
//! ```

pub mod verdict;

pub use verdict::{Match, Reason, Verdict};
