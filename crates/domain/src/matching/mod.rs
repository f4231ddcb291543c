//! Which pressing lies in the box: entries of all providers become scored matches, and one of them, or a question.
//!
//! ```text
//! entries ──gather──> pressings ──score, with reasons──> ranked ──decide──> Verdict
//!   (who is the same?)            (in the manner of beets' distance)   (one clear one, or ask)
//! ```

mod compare;
mod decide;
mod differences;
mod merge;
mod preferences;
mod pressing;
mod score;
mod verdict;

pub use decide::{identify, worth_detail};
pub use differences::{Row, side_by_side};
pub use preferences::Preferences;
pub use verdict::{Match, Reason, Verdict};
