//! What an item fetches: the samples, the rule that chose the price, and how sure it is.
//!
//! ```text
//! samples ──sort──> the best kind there is ──without outliers──> median, recent sales first ──seller's rules──> Appraisal
//!             └──> left out, with reasons
//! ```

mod calculation;
pub mod estimate;
mod outliers;
mod recency;
pub mod rules;
mod select;

pub use estimate::{Confidence, ExcludedSample, MatchBasis, PriceEstimate, Sample, SampleKind};
pub use rules::{InvalidPriceRules, PriceBounds, PriceEnding, PriceRules};
