//! Estimates the price of an item from samples: the price, the rule that determined it, and its confidence.
//!
//! ```text
//! samples ──select──> best kind ──without outliers──> weighted median ──seller's rules──> PriceEstimate
//!             ├──> suggestions for other conditions: bounds
//!             └──> excluded, with reasons                       doubts ──> the seller decides
//! ```

mod calculation;
mod doubt;
mod estimate;
mod graded_condition;
mod limits;
mod median;
mod rules;
mod select;

pub use doubt::{Confidence, PriceBand, PriceDoubt, Uncertainty};
pub use estimate::{ExcludedSample, GroupPrice, MatchBasis, PriceEstimate, Sample, SampleKind};
pub use graded_condition::GradedCondition;
pub use rules::{InvalidPriceRules, PriceBounds, PriceEnding, PriceRules, PriceRulesConfig};
