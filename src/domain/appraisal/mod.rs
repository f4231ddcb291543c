//! What an item fetches: the samples, the rule that chose the price, and how sure it is.
//!
//! ```text
//! samples ──sort──> the best kind there is ──without outliers──> median ──seller's rules──> Appraisal
//!             └──> left out, with reasons
//! ```

pub mod estimate;
mod outliers;
pub mod rules;
mod sort;
mod weigh;

pub use estimate::{Appraisal, Confidence, LeftOut, Sample, SampleKind, SampleOf};
pub use rules::{BadPriceRules, Ending, PriceRules};
