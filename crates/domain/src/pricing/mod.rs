//! What an item fetches: the samples, the rule that chose the price, and how sure it is.
//!
//! ```text
//! samples ──sort──> the best kind there is ──without outliers──> median, recent sales first ──seller's rules──> PriceEstimate
//!             ├──> suggestions for other conditions: bounds
//!             └──> left out, with reasons                                        doubts ──> the seller decides
//! ```

mod calculation;
mod confidence;
mod doubt;
pub mod estimate;
mod graded_condition;
mod limits;
mod outliers;
mod recency;
pub mod rules;
mod select;

pub use confidence::Confidence;
pub use doubt::{PriceBand, PriceDoubt, Uncertainty};
pub use estimate::{ExcludedSample, MatchBasis, PriceEstimate, Sample, SampleKind};
pub use graded_condition::GradedCondition;
pub use rules::{InvalidPriceRules, PriceBounds, PriceEnding, PriceRules, PriceRulesConfig};
