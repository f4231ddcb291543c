//! Confidence of a price estimate.

use serde::{Deserialize, Serialize};

/// Confidence of a price estimate.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::Display, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Confidence {
    /// No samples. The price is the minimum price, if one is set.
    None,
    Low,
    Medium,
    High,
}
