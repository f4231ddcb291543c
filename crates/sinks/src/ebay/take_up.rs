//! An offer is there though none was seen: the answer to an earlier try was lost, or another machine of the same seller
//! was quicker. Either way no person can have edited it yet, so what stands there is made the same in both halves: of two
//! machines, the one that writes last.

use super::super::contract::MarketError;
use super::inventory::Inventory;
use super::look::{self, Seen};
use super::offers;
use super::piece::{OfferPlan, Piece};
use super::record::Sent;
use super::shop::Shop;
use ebay::EbayError;

impl Piece {
    /// Looks anew and plans what is left to write.
    pub(super) async fn take_up(&mut self, shop: &Shop) {
        if let Err(why) = self.look_again(shop).await {
            return self.fail(MarketError::Unknown { sink: Inventory::SINK, why });
        }
        if let Some(why) = self.offers.hands_off() {
            return self.leave(self.late(&why));
        }
        let Some((content, offer)) = self.content.clone().zip(self.offers.ours.clone()) else {
            let why = "eBay says that an offer exists and shows none; running the list again is safe";
            return self.fail(MarketError::Unknown { sink: Inventory::SINK, why: why.to_owned() });
        };
        let (wanted, held) = (Sent::of(&content), self.held(&offer));
        self.record.offer_id = Some(offer.id.clone());
        if let Some(sent) = &self.record.sent {
            // It is older than this round, so a person may have been there.
            let edits = sent.edits(&wanted, &held);
            if !edits.is_empty() {
                return self.leave(self.late(&format!("somebody has edited it at eBay ({})", edits.join("; "))));
            }
        }
        let changes = [held.item.turned_into(&wanted.item), held.offer.turned_into(&wanted.offer)];
        if changes.iter().all(Vec::is_empty) {
            return self.done();
        }
        let [item, offer_changes] = &changes;
        self.plan.item = (!item.is_empty()).then_some(content.item);
        self.plan.offer = if offer_changes.is_empty() {
            OfferPlan::Nothing
        } else {
            OfferPlan::Change { id: offer.id, document: content.offer }
        };
        let changes = changes.concat().join("; ");
        self.notes.push(format!("another machine drafted it at the same moment; made the same here: {changes}"));
    }

    async fn look_again(&mut self, shop: &Shop) -> Result<(), String> {
        let sku = self.sku().to_owned();
        let safe = |error: EbayError| format!("{error}; running the list again is safe");
        let seen = look::items(&shop.line, &[&sku]).await.map_err(safe)?;
        self.item = match seen.into_iter().next() {
            Some(Seen::There(item)) => Some(item),
            Some(Seen::Untold(words)) => return Err(format!("it is not known what eBay holds of it: {words}")),
            Some(Seen::Absent) | None => None,
        };
        self.offers = offers::of(&shop.line, &sku).await.map_err(safe)?;
        Ok(())
    }

    fn late(&self, why: &str) -> String {
        if self.wrote_item { format!("{why}; the item was written before that was seen") } else { why.to_owned() }
    }
}
