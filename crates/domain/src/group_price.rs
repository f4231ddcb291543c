//! Prices of copies that the list describes differently from the first copies.

use serde::{Deserialize, Serialize};

use super::pricing::PriceEstimate;

/// Price of the copies at index `place` in [`InputItem::copy_groups`](super::job_spec::InputItem::copy_groups).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupPrice {
    pub place: usize,
    #[serde(rename = "appraisal")]
    pub price_estimate: PriceEstimate,
}
