//! What an item fetches: the samples, the rule that chose the price, and how sure it is.
//!
//! ```text
//! samples ──sort──> the best kind there is ──without outliers──> median, recent sales first ──seller's rules──> Appraisal
//!             └──> left out, with reasons
//! ```

mod ages;
pub mod estimate;
mod outliers;
pub mod rules;
mod sort;
mod weigh;
mod written;

pub use estimate::{Appraisal, Confidence, LeftOut, Sample, SampleKind, SampleOf};
pub use rules::{Bounds, Ending, PriceRules};
pub use written::BadPriceRules;
