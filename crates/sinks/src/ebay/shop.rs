//! What every draft of a job at eBay shares.

use super::super::contract::MarketError;
use super::account::Account;
use super::inventory::Inventory;
use super::line::Line;
use super::pictures::PictureService;
use super::rulebook::Rulebook;
use domain::batch::JobId;
use ebay::EbayError;
use store::journal::{Journal, Seller};
use store::response_cache::Answers;

/// One job's way to eBay's Inventory API.
pub(super) struct Shop {
    pub(super) line: Line,
    /// Which eBay, and whose account there.
    pub(super) place: String,
    /// The same for the ledger, where a new sign-in is the same seller.
    pub(super) seller: Seller,
    pub(super) journal: Journal,
    pub(super) answers: Answers,
    pub(super) job: JobId,
    pub(super) account: Account,
    pub(super) rules: Rulebook,
    pub(super) pictures: PictureService,
}

/// What a failed call means for the listings that it was for.
pub(super) fn market_error(error: &EbayError) -> MarketError {
    let (sink, why) = (Inventory::SINK, error.to_string());
    if error.closes() {
        return MarketError::Closed { sink, why, until: error.again_at() };
    }
    MarketError::Unknown { sink, why: format!("{why}; running the list again is safe") }
}
