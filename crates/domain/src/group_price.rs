//! Prices of copies that the list describes differently from the first.

use serde::{Deserialize, Serialize};

use super::pricing::PriceEstimate;

/// The price of the copies at a place of [`InputItem::copy_groups`](super::job_spec::InputItem::copy_groups).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupPrice {
    pub place: usize,
    #[serde(rename = "appraisal")]
    pub price_estimate: PriceEstimate,
}
