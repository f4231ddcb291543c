//! The drafts of an item in a result entry, each with the copies in it.

use serde::Serialize;

use super::seller_copy::SellerCopy;
use domain::copy_description::CopyDescription;
use domain::item_details::ItemDetails;
use domain::money::Money;
use domain::outcome::{Draft, ItemOutcome};
use domain::sink::SinkKind;

/// A draft of an item, which is not live, with the copies in it. Unknown values are `null`. The draft of a lot is in the
/// entry of each item of the lot; only the first entry has its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReportedDraft {
    pub sku: String,
    /// ID that eBay gave the offer or the draft; `null` without one.
    pub offer_id: Option<String>,
    /// Title of the listing.
    pub title: String,
    /// Page at which the seller finds the draft.
    pub url: Option<String>,
    pub sink: SinkKind,
    /// Number of copies in the draft.
    pub copies: Option<u32>,
    /// Price of one copy, as a decimal amount, such as `9.99`.
    pub price: Option<String>,
    /// Currency code (ISO 4217).
    pub currency: Option<String>,
    /// Condition, grades, note and location of the copies.
    pub seller: SellerCopy,
}

impl ReportedDraft {
    /// Creates the drafts of an outcome, in the order of their SKUs. `defaults` are those of the batch.
    pub(crate) fn from_outcome(details: &ItemDetails, outcome: &ItemOutcome, defaults: &CopyDescription) -> Vec<Self> {
        let stated = details.draft_groups(defaults);
        let is_single = outcome.all_drafts().nth(1).is_none();
        let to_result = |draft: &Draft| {
            if let Some(group) = outcome.groups.iter().find(|group| group.sku == draft.sku) {
                let price = draft.price.unwrap_or(group.price);
                return Self::new(
                    draft,
                    Some(group.copies),
                    Some(price),
                    SellerCopy::from_group(group, details, &stated),
                );
            }
            // Nothing is recorded about the copies in each of several drafts if an earlier batch created them.
            let is_alike = is_single || stated.len() == 1;
            let seller = if is_alike { SellerCopy::from_details(details, defaults) } else { SellerCopy::default() };
            // The price of a lot is not that of one item.
            let estimate = details.price_estimate.as_ref().filter(|_| is_alike && outcome.lot.is_none());
            let copies = is_single.then(|| stated.iter().map(|group| group.copies).sum());
            Self::new(draft, copies, draft.price.or(estimate.and_then(|estimate| estimate.price)), seller)
        };
        outcome.all_drafts().map(to_result).collect()
    }

    fn new(draft: &Draft, copies: Option<u32>, price: Option<Money>, seller: SellerCopy) -> Self {
        Self {
            sku: draft.sku.to_string(),
            offer_id: draft.offer_id.clone(),
            title: draft.title.clone(),
            url: draft.url.clone(),
            sink: draft.sink,
            copies,
            price: price.map(Money::amount),
            currency: price.map(|price| price.currency.code().to_owned()),
            seller,
        }
    }
}
