//! Estimates the price of an item from samples: the price, the rule that determined it, and its confidence.
//!
//! ```text
//! samples ──select──> best kind ──without outliers──> weighted median ──seller's rules──> PriceEstimate
//!             ├──> suggestions for other conditions: bounds
//!             └──> excluded, with reasons                       doubts ──> the seller decides
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
