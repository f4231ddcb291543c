//! What is to be written of a piece: nothing, the item, the offer, or nothing because it is not ours to write.
//!
//! What a person has made of a draft is left as it is: a value of ours that he changed, a field that he filled in before
//! we had a word on it. What he only added stays in place under our changes. What is live is never touched.

use super::fingerprint::Fingerprint;
use super::offers::Offer;
use super::overlay;
use super::piece::{OfferPlan, Piece, Plan};
use super::record::Sent;

impl Piece {
    /// Compares what is to be with what is, and decides what to write.
    pub(super) fn decide(&mut self) {
        let Some(content) = self.content.clone() else { return };
        self.record.offer_id = self.offers.ours.as_ref().map(|offer| offer.id.clone());
        if let Some(why) = self.offers.hands_off() {
            return self.leave(format!("{why}, so it is left as it is"));
        }
        let wanted = Sent::of(&content);
        let Some(offer) = self.offers.ours.clone() else {
            // Without an offer there is nothing that a person could have made of it or that could be live.
            let is_so = self.item.as_ref().is_some_and(|held| wanted.item.is_in(&Fingerprint::of(held)));
            self.plan = Plan { item: (!is_so).then_some(content.item), offer: OfferPlan::Create };
            return;
        };
        let held = self.held(&offer);
        let unwanted = self.record.left_over(&wanted, &held);
        let [item, of_offer] = [
            [held.item.turned_into(&wanted.item), held.item.without(&unwanted[0])].concat(),
            [held.offer.turned_into(&wanted.offer), held.offer.without(&unwanted[1])].concat(),
        ];
        if item.is_empty() && of_offer.is_empty() {
            return self.stays();
        }
        let changes = [item.as_slice(), of_offer.as_slice()].concat().join("; ");
        if self.record.is_blank() {
            let why = "eBay holds a draft of it that this machine did not make, so it is left as it is";
            return self.leave(format!("{why} (it would be: {changes})"));
        }
        let edits = self.record.edits(&wanted, &held);
        if !edits.is_empty() {
            let edits = edits.join("; ");
            return self.leave(format!("somebody has edited it at eBay, so it is left as it is ({edits})"));
        }
        self.notes.push(format!("changed: {changes}"));
        let mut added = Vec::new();
        if !item.is_empty() {
            let held = self.item.clone().unwrap_or_default();
            let over = overlay::item(&held, &content.item, &unwanted[0]);
            added.extend(over.added);
            self.plan.item = Some(over.document);
        }
        if !of_offer.is_empty() {
            let over = overlay::offer(&offer.content, &content.offer, &unwanted[1]);
            added.extend(over.added);
            self.plan.offer = OfferPlan::Change { id: offer.id, document: over.document };
        }
        if !added.is_empty() {
            self.notes.push(format!("kept what was added at eBay: {}", added.join(", ")));
        }
    }

    /// Both halves as eBay holds them.
    pub(super) fn held(&self, offer: &Offer) -> Sent {
        let item = self.item.as_ref().map(Fingerprint::of).unwrap_or_default();
        Sent { item, offer: offer.fingerprint() }
    }
}
