//! What a listing is made of: the facts of one item, and the seller's terms.

use iso_currency::Currency;
use serde::Deserialize;

use super::super::artwork::Artwork;
use super::super::condition::Condition;
use super::super::job_spec::{Copies, JobSpec};
use super::super::pricing::PriceEstimate;
use super::super::release::Release;
use super::super::upc::Upc;

/// What was found out about one item.
#[derive(Clone, Copy, Debug)]
pub struct ListingInputs<'a> {
    pub upc: Upc,
    pub release: &'a Release,
    pub price_estimate: &'a PriceEstimate,
    pub artwork: &'a Artwork,
}

/// What holds for every listing: the settings table `[listing]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The condition of a batch that is ordered without one.
    pub condition: Option<Condition>,
    /// Refuses a listing whose condition nobody stated. Otherwise the draft leaves it open for the seller.
    pub condition_required: bool,
    /// The currency of the marketplace; EBAY_US sells in US dollars.
    pub currency: Currency,
    /// What becomes of several copies in a batch that is ordered now.
    pub copies: Copies,
}

impl Default for Settings {
    fn default() -> Self {
        Self { condition: None, condition_required: false, currency: Currency::USD, copies: Copies::Together }
    }
}

/// The seller's terms for one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerTerms {
    /// As the seller states it for the batch; never assumed.
    pub condition: Option<Condition>,
    /// See [`Settings::condition_required`].
    pub condition_required: bool,
    /// The currency of the marketplace.
    pub currency: Currency,
    /// How many copies lie in the box; they are one draft with this quantity. None counts as one.
    pub copies: u32,
}

impl SellerTerms {
    /// The terms for an item of a batch. The condition is the order's alone, so that a resumed batch goes on as it
    /// began although the settings have changed.
    pub fn new(settings: &Settings, spec: &JobSpec, copies: u32) -> Self {
        Self {
            condition: spec.condition,
            condition_required: settings.condition_required,
            currency: settings.currency,
            copies,
        }
    }
}
