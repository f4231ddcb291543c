//! Prices of copies that the list describes differently from the first copies.

use serde::{Deserialize, Serialize};

use super::pricing::PriceEstimate;

/// The price of one of [`InputItem::copy_groups`](super::job_spec::InputItem::copy_groups).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupPrice {
    /// Index of the group.
    #[serde(rename = "place")]
    pub index: usize,
    #[serde(rename = "appraisal")]
    pub price_estimate: PriceEstimate,
}
