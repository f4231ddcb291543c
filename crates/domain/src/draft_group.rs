//! Groups the copies of an item by draft. A draft has one condition and one price, so copies with the same description
//! and price form one draft with a quantity, and other copies get their own drafts.

use super::copy_description::CopyDescription;
use super::item_details::ItemDetails;
use super::job_spec::{CopyGroup, InputItem};
use super::line_numbers::LineNumbers;
use super::listed_price::ListedPrice;
use super::pricing::PriceEstimate;
use super::seller_data::SellerData;

/// Copies of an item that are sold in one draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftGroup {
    /// Index of the first copies in [`InputItem::copy_groups`].
    pub index: usize,
    pub copies: u32,
    /// Line numbers from 1, at most `InputItem::MAX_LINES`.
    pub lines: LineNumbers,
    /// Condition, grades and note, completed with the operator's decisions and the batch defaults.
    pub copy: CopyDescription,
    /// Price in the list; `None` if the list states none or the operator has set a price.
    pub listed_price: Option<ListedPrice>,
    /// Other data in the list.
    pub seller: SellerData,
}

/// Copies of an item by draft, with the price of each draft.
#[derive(Clone, Copy, Debug)]
pub struct PricedGroups<'a> {
    pub groups: &'a [DraftGroup],
    pub prices: &'a [PriceEstimate],
}

impl PricedGroups<'_> {
    /// Returns why the operator must decide about a price. Names the copies if there are several prices.
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
    /// Groups the copies of the item by draft, in the order of the list. `defaults` are the batch defaults, see
    /// [`JobSpec::copy_defaults`](super::job_spec::JobSpec::copy_defaults).
    pub fn draft_groups(&self, defaults: &CopyDescription) -> Vec<DraftGroup> {
        let mut groups: Vec<DraftGroup> = Vec::new();
        for (index, group) in self.input.placed_copy_groups() {
            let CopyGroup { copies, lines, seller } = group;
            let seller = seller.map(|data| *data).unwrap_or_default();
            let stated = CopyDescription::from(&seller).corrected_by(&self.decided_copy);
            let listed_price = seller.price.clone().filter(|_| self.decided_price.is_none());
            let defaults = if seller.is_used { defaults.clone().for_used_copy() } else { defaults.clone() };
            let group = DraftGroup { index, copies, lines, copy: stated.with_defaults(defaults), listed_price, seller };
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

    /// Returns the recorded price of the copies at index `place` in [`InputItem::copy_groups`].
    pub fn group_price(&self, index: usize) -> Option<&PriceEstimate> {
        if index == 0 {
            return self.price_estimate.as_ref();
        }
        self.group_prices.iter().find(|price| price.index == index).map(|price| &price.price_estimate)
    }
}

impl DraftGroup {
    fn can_hold(&self, other: &Self) -> bool {
        self.copy == other.copy && self.listed_price == other.listed_price
    }

    fn add(&mut self, more: &Self) {
        self.copies = self.copies.saturating_add(more.copies);
        self.seller.add_like_copies(&more.seller);
        if let (Some(known), Some(more)) = (&mut self.listed_price, &more.listed_price) {
            known.add_equal(more);
        }
        let room = InputItem::MAX_LINES.saturating_sub(self.lines.len());
        self.lines.extend(more.lines.iter().copied().take(room));
    }

    /// Returns the name of these copies in messages: `lines 3, 5`.
    pub fn label(&self) -> String {
        let plural = if self.lines.len() == 1 { "" } else { "s" };
        let lines = self.lines.iter().take(5).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        format!("line{plural} {lines}")
    }
}
