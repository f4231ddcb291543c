//! The copies of an item as its drafts hold them: copies that are described and priced alike are one draft with a quantity,
//! and others have drafts of their own, since a draft has one condition and one price.

use super::copy_description::CopyDescription;
use super::item_details::ItemDetails;
use super::job_spec::{CopyGroup, InputItem};
use super::line_numbers::LineNumbers;
use super::listed_price::ListedPrice;
use super::pricing::PriceEstimate;
use super::seller_data::SellerData;

/// Copies of one item that one draft can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftGroup {
    /// Place of its first copies among [`InputItem::copy_groups`].
    pub place: usize,
    pub copies: u32,
    /// Line numbers from 1, at most [`InputItem::MAX_LINES`] of them.
    pub lines: LineNumbers,
    /// Condition, grades and note, completed by the operator's decisions and the defaults of the batch.
    pub copy: CopyDescription,
    /// The price of the list; `None` if it states none, or if the operator has set another one.
    pub listed_price: Option<ListedPrice>,
    /// What else the list says.
    pub seller: SellerData,
}

/// Copies of an item by draft, each with its price.
#[derive(Clone, Copy, Debug)]
pub struct PricedGroups<'a> {
    pub groups: &'a [DraftGroup],
    pub prices: &'a [PriceEstimate],
}

impl PricedGroups<'_> {
    /// Returns why the operator has to decide about a price; with several prices, names the copies.
    pub fn review_reason(&self) -> Option<String> {
        let reasons = self.groups.iter().zip(self.prices).filter_map(|(group, price)| {
            let reason = price.review_reason()?;
            Some(if self.groups.len() > 1 { format!("{}: {reason}", group.label()) } else { reason })
        });
        let reasons = reasons.collect::<Vec<_>>();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }
}

impl ItemDetails {
    /// Returns the copies of the item by draft, those of the first row first. `defaults` are those of the batch, see
    /// [`JobSpec::copy_defaults`](super::job_spec::JobSpec::copy_defaults).
    pub fn draft_groups(&self, defaults: &CopyDescription) -> Vec<DraftGroup> {
        let mut groups: Vec<DraftGroup> = Vec::new();
        for (place, group) in self.input.placed_copy_groups() {
            let CopyGroup { copies, lines, seller } = group;
            let seller = seller.map(|data| *data).unwrap_or_default();
            let stated = CopyDescription::from(&seller).corrected_by(&self.decided_copy);
            let listed_price = seller.price.clone().filter(|_| self.decided_price.is_none());
            let defaults = if seller.is_used { defaults.clone().for_used_copy() } else { defaults.clone() };
            let group = DraftGroup { place, copies, lines, copy: stated.with_defaults(defaults), listed_price, seller };
            match groups.iter_mut().find(|known| known.can_hold(&group)) {
                Some(known) => known.add(&group),
                None => groups.push(group),
            }
        }
        if let ([only], Some(quantity)) = (&mut groups[..], self.listing_edits.quantity) {
            only.copies = quantity.get();
        }
        groups
    }

    /// Returns the recorded price of the copies at a place of [`InputItem::copy_groups`].
    pub fn group_price(&self, place: usize) -> Option<&PriceEstimate> {
        if place == 0 {
            return self.price_estimate.as_ref();
        }
        self.group_prices.iter().find(|price| price.place == place).map(|price| &price.price_estimate)
    }
}

impl DraftGroup {
    fn can_hold(&self, other: &Self) -> bool {
        self.copy == other.copy && self.listed_price == other.listed_price
    }

    fn add(&mut self, more: &Self) {
        self.copies = self.copies.saturating_add(more.copies);
        let room = InputItem::MAX_LINES.saturating_sub(self.lines.len());
        self.lines.extend(more.lines.iter().copied().take(room));
    }

    /// Returns how a message names these copies among others of the item: `lines 3, 5`.
    pub fn label(&self) -> String {
        let plural = if self.lines.len() == 1 { "" } else { "s" };
        let lines = self.lines.iter().take(5).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        format!("line{plural} {lines}")
    }
}
