//! How far a price can be trusted.

use serde::{Deserialize, Serialize};

/// How far a price can be trusted.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::Display, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Confidence {
    /// No samples: a configured floor price, or nothing.
    None,
    Low,
    Medium,
    High,
}
