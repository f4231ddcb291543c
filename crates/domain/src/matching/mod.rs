//! Identifies the pressing of a barcode: groups and scores the entries of all providers, then decides or asks the
//! operator.
//!
//! ```text
//! entries ──cluster_entries──> pressings ──score_pressing──> ranked ──identify_release──> Verdict
//!   (which are the same?)        (distances as in beets)       (one clear winner, or a question)
//! ```

mod album_names;
mod compare;
mod concerns;
mod contradictions;
mod details;
mod differences;
mod fold_text;
mod listed_names;
mod lookalike;
mod merge;
mod merge_edition;
mod merge_field;
mod preferences;
mod pressing;
mod prints;
mod score;
mod search;
mod select;
mod verdict;
mod version_words;

pub use details::detail_candidates;
pub use differences::DifferenceRow;
pub(crate) use differences::compare_candidates;
pub use listed_names::{check_listed_names, has_other_names};
pub use preferences::{MatchPreferences, PromoPolicy};
pub use search::add_found_candidates;
pub use select::{identify_release, propose_candidates};
pub use verdict::{Match, MatchAspect, MatchReason, Verdict};
