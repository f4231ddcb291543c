//! Which pressing lies in the box: entries of all providers become scored matches, and one of them, or a question.
//!
//! ```text
//! entries ──gather──> pressings ──score, with reasons──> ranked ──decide──> Verdict
//!   (who is the same?)            (in the manner of beets' distance)   (one clear one, or ask)
//! ```

mod compare;
mod concerns;
mod contradictions;
mod details;
mod differences;
mod listed_names;
mod lookalike;
mod merge;
mod merge_edition;
mod merge_field;
mod preferences;
mod pressing;
mod score;
mod search;
mod select;
mod verdict;
mod version_words;

pub use details::detail_candidates;
pub use differences::{DifferenceRow, compare_candidates};
pub use listed_names::check_listed_names;
pub use preferences::{MatchPreferences, PromoPolicy};
pub use search::add_found_candidates;
pub use select::{identify_release, propose_candidates};
pub use verdict::{Match, MatchAspect, MatchReason, Verdict};
